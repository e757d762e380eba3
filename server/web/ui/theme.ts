/** Light or dark: as the device has it, unless the parent chose. */
import { createStore } from "../api/store.ts";
import { memory } from "../platform/browser.ts";

export type Theme = "system" | "light" | "dark";

const kept = memory.get("theme");
export const theme = createStore<Theme>(kept === "light" || kept === "dark" ? kept : "system");

export function showTheme(): void {
  const chosen = theme.get();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function chooseTheme(chosen: Theme): void {
  memory.set("theme", chosen === "system" ? undefined : chosen);
  theme.set(chosen);
  showTheme();
}
