/** What the languages of the catalogue share: the form of a mail, and how spans and days are put into words. */
import type { Language, Letter } from "../ports.ts";

/** A mail that is not addressed yet. */
export type Words = Omit<Letter, "to">;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** One and many, of each. */
export interface SpanWords {
  minutes: readonly [string, string];
  hours: readonly [string, string];
}

/** Up to two hours in minutes, above in hours: "60 minutes". */
export function span(ms: number, { minutes, hours }: SpanWords): string {
  const [count, [one, more]] =
    ms < 2 * HOUR_MS ? [Math.round(ms / MINUTE_MS), minutes] : ([Math.round(ms / HOUR_MS), hours] as const);
  return `${count} ${count === 1 ? one : more}`;
}

const FORMATS: Record<Language, string> = { en: "en-GB", de: "de-DE" };

/** "23 November 2026", in UTC. `at`: epoch ms, or a day as 2026-11-23. */
export function day(at: number | string, language: Language): string {
  const format = new Intl.DateTimeFormat(FORMATS[language], { dateStyle: "long", timeZone: "UTC" });
  return format.format(new Date(at));
}
