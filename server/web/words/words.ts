/** Which language the app speaks: the parent's choice, else the browser's; and dates and times as that language writes them. */
import { createStore } from "../api/store.ts";
import { memory, now } from "../platform/browser.ts";
import type { Words } from "./en/index.ts";

export type { Words };
export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

const isLanguage = (name: string | undefined): name is Language => name !== undefined && name in languages;

function preferred(): Language {
  const chosen = memory.get("language");
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((name) => name.slice(0, 2)).find(isLanguage) ?? "en";
}

/** Each is fetched by those who read it. */
const load: Record<Language, () => Promise<Words>> = {
  en: async () => (await import("./en/index.ts")).en,
  de: async () => (await import("./de/index.ts")).de,
};

/** Nothing is shown before something is spoken. */
export const spoken = createStore<{ language: Language; words: Words }>(undefined as never);

/** Where a language cannot be fetched, the one that is spoken stays. */
export async function speak(language: Language = preferred()): Promise<void> {
  const words = await load[language]();
  document.documentElement.lang = language;
  spoken.set({ language, words });
}

export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language).then(
    () => memory.set("language", language),
    () => undefined,
  );
}

/** The browser's own way of writing dates, where it is of the language that is spoken. */
function locale(): string {
  const { language } = spoken.get();
  return navigator.languages.find((name) => name.startsWith(language)) ?? language;
}

const MINUTE_MS = 60_000;

/** How long ago, in words; older than a week, the date. */
export function ago(at: string): string {
  const minutes = Math.round((Date.parse(at) - now()) / MINUTE_MS);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto", style: "short" });
  if (minutes > -1) return relative.format(0, "minute");
  if (minutes > -60) return relative.format(minutes, "minute");
  if (minutes > -24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  if (minutes > -7 * 24 * 60) return relative.format(Math.round(minutes / (24 * 60)), "day");
  return day(at);
}

export const day = (at: string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(at));
export const dayAndTime = (at: string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
export const time = (at: string): string =>
  new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(new Date(at));
export const monthNames = (): string[] =>
  Array.from({ length: 12 }, (_, month) =>
    new Intl.DateTimeFormat(locale(), { month: "long" }).format(new Date(2020, month, 1)),
  );
export const thisYear = (): number => new Date(now()).getFullYear();
