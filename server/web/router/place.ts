/** Where the app is: the address bar, followed and changed, and links that need no new page. */
import { createStore } from "../api/store.ts";
import { pages, pathOf } from "./pages.ts";
import type { PageName, Params } from "./pages.ts";

export interface Address {
  path: string;
  /** after `#`: secrets of links, which no server sees */
  hash: string;
}

/** An invitation's letter leads to `/#/invite/SECRET`. */
function read(): Address {
  const invitation = /^#\/invite\/([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (invitation !== undefined) return { path: pages.invite, hash: invitation };
  return { path: location.pathname, hash: location.hash.slice(1) };
}

export const address = createStore<Address>(read());

export function go(page: PageName, params: Params = {}, { replace = false, hash = "" } = {}): void {
  goTo(pathOf(page, params) + (hash && `#${hash}`), replace);
}

export function goTo(path: string, replace = false): void {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  if (!replace) scrollTo(0, 0);
  address.set(read());
}

/** A secret that was read leaves the address bar, and the history with it. */
export function forgetHash(): void {
  history.replaceState(null, "", address.get().path);
}

/** Links within the app change the place; every other click is the browser's. */
export function followLinks(): void {
  addEventListener("popstate", () => address.set(read()));
  addEventListener("hashchange", () => address.set(read()));
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash !== "" && link.pathname === location.pathname) return;
    event.preventDefault();
    goTo(link.pathname + link.hash);
  });
}
