/** Every page of the app, and its path. The server answers these paths with the app, and no others. */

export const pages = {
  home: "/",
  welcome: "/welcome",
  signIn: "/sign-in",
  signUp: "/sign-up",
  verify: "/verify",
  reset: "/reset",
  invite: "/invite",
  pair: "/pair",
  accept: "/accept",
  newChild: "/children/new",
  child: "/children/:child_id",
  consent: "/children/:child_id/consent",
  limits: "/children/:child_id/limits",
  report: "/children/:child_id/report",
  toy: "/toys/:device_id",
  talks: "/talks",
  live: "/talks/live",
  talk: "/talks/:talk_id",
  alerts: "/alerts",
  privacy: "/privacy",
  account: "/account",
} as const;

export type PageName = keyof typeof pages;
export type Params = Record<string, string>;

/** Pages for whoever is not signed in. */
export const openPages: ReadonlySet<PageName> = new Set([
  "welcome",
  "signIn",
  "signUp",
  "verify",
  "reset",
  "invite",
]);

export interface Place {
  page: PageName;
  params: Params;
}

const parts = (path: string): string[] => path.split("/").filter(Boolean);
// words before parameters: /children/new is no child
const table = (Object.entries(pages) as [PageName, string][])
  .map(([page, path]) => ({ page, parts: parts(path) }))
  .sort((a, b) => wild(a.parts) - wild(b.parts));

function wild(path: string[]): number {
  return path.filter((part) => part.startsWith(":")).length;
}

function paramsOf(form: string[], given: string[]): Params | undefined {
  if (form.length !== given.length) return undefined;
  const params: Params = {};
  for (const [at, part] of form.entries()) {
    if (part.startsWith(":")) params[part.slice(1)] = given[at]!;
    else if (part !== given[at]) return undefined;
  }
  return params;
}

/** The page at a path; undefined where there is none. */
export function placeOf(path: string): Place | undefined {
  let given: string[];
  try {
    given = parts(path).map(decodeURIComponent);
  } catch {
    return undefined;
  }
  for (const { page, parts: form } of table) {
    const params = paramsOf(form, given);
    if (params) return { page, params };
  }
  return undefined;
}

/** The path of a page. */
export function pathOf(page: PageName, params: Params = {}): string {
  return pages[page].replace(/:([a-z_]+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ""));
}
