/** The catalogue of mails: each kind, in each language, whole. */
import { describe, expect, test } from "vitest";
import { alertLetter } from "../../../server/alerts/letters.ts";
import { en } from "../../../server/letters/en/index.ts";
import { letters, letterTo } from "../../../server/letters/letters.ts";
import type { Letters } from "../../../server/letters/letters.ts";
import { day, span } from "../../../server/letters/words.ts";
import type { Words } from "../../../server/letters/words.ts";
import { ALERT_KINDS, LANGUAGES } from "../../../server/ports.ts";
import type { Language } from "../../../server/ports.ts";
import { englishIn, gaps } from "./samples.ts";

const LINK = "https://bears.example.org/";

/** Every mail with its gaps filled, by its name. */
function rendered(language: Language): { name: string; filled: unknown[]; words: Words }[] {
  const rooms = Object.entries(gaps).flatMap(([room, mails]) =>
    Object.entries(mails).flatMap(([name, samples]) =>
      (samples as unknown[][]).map((filled) => {
        const mail = (letters[language] as unknown as Record<string, Record<string, unknown>>)[room]![name];
        return { name: `${room}.${name}`, filled, words: (mail as (...gaps: unknown[]) => Words)(...filled) };
      }),
    ),
  );
  const alerts = ALERT_KINDS.flatMap((kind) => {
    const words = alertLetter(kind, { email: "ada@example.org", language }, LINK);
    return words ? [{ name: `alerts.${kind}`, filled: [LINK] as unknown[], words }] : [];
  });
  return [...rooms, ...alerts];
}

describe.each(LANGUAGES)("the mails in %s", (language) => {
  test.each(rendered(language))("$name is whole, and each of its gaps is filled", ({ filled, words }) => {
    const { subject, text } = words;
    // RFC 5322 §2.1.1: a line of a head is best not longer than 78
    expect(subject).toMatch(/^Bearlink: \S[^\r\n]{4,66}$/);
    expect(text).toMatch(/^[^]+[.:/0-9a-f]\n$/);
    expect(`${subject}\n${text}`).not.toMatch(/undefined|null|NaN|Invalid|\[object|\$\{|  /);
    const said = filled.flatMap((gap) =>
      typeof gap === "string" && !/^20|^(child|account)$/.test(gap) ? [gap] : [],
    );
    for (const gap of said) expect(text).toContain(gap);
    // what a person wrote, or could have, is in the text alone: a head is not theirs
    for (const gap of said) expect(subject).not.toContain(gap);
  });
});

test("the German ones are German: no English word is left in them, and nothing reads as the English does", () => {
  const english = rendered("en");
  for (const [at, { name, words }] of rendered("de").entries()) {
    expect(englishIn(`${words.subject} ${words.text}`), name).toBeUndefined();
    expect(words.subject, name).not.toBe(english[at]!.words.subject);
    // by surname, as the app does: `du` is for children
    expect(words.text, name).not.toMatch(/\b([Dd]u|[Dd]eine?[nmr]?|[Dd]ir|[Dd]ich)\b/);
  }
  for (const { name, words } of english) expect(englishIn(words.text), name).toBeDefined();
});

test("days and spans are put as each language puts them", () => {
  expect(LANGUAGES.map((language) => day("2026-11-23", language))).toEqual([
    "23 November 2026",
    "23. November 2026",
  ]);
  expect(day(Date.UTC(2026, 2, 1, 23, 59), "de")).toBe("1. März 2026");
  const text = (minutes: number, language: Language) =>
    letters[language].account.supportVisit(LINK, "Grace", "because", minutes * 60_000).text;
  expect(text(1, "en")).toContain("for 1 minute.");
  expect(text(15, "en")).toContain("for 15 minutes.");
  expect(text(1, "de")).toContain("darf 1 Minute lang");
  expect(text(15, "de")).toContain("darf 15 Minuten lang");
  expect(letters.de.account.verify(LINK).text).toContain("gilt 24 Stunden.");
  const names = { minutes: ["min", "mins"], hours: ["h", "hs"] } as const;
  expect([119, 120, 60].map((minutes) => span(minutes * 60_000, names))).toEqual([
    "119 mins",
    "2 hs",
    "60 mins",
  ]);
});

test("a mail goes to its reader, in what they read", () => {
  const link = "https://bears.example.org/reset#1";
  const to = (language: Language) =>
    letterTo({ email: "ada@example.org", language }, ({ account }) => account.reset(link));
  expect(to("en")).toEqual({ to: "ada@example.org", ...letters.en.account.reset(link) });
  expect(to("de")).toEqual({ to: "ada@example.org", ...letters.de.account.reset(link) });
});

test("an alert that only informs, or has a mail of its own, is mailed in no language", () => {
  const unmailed = ALERT_KINDS.filter((kind) => !(kind in en.alerts.kinds));
  expect(unmailed).toEqual([
    "toy_paired",
    "consent_changed",
    "report_ready",
    "export_ready",
    "child_deleted",
  ]);
  for (const language of LANGUAGES)
    for (const kind of unmailed)
      expect(alertLetter(kind, { email: "ada@example.org", language }, LINK)).toBeUndefined();
});

// held by `npm run types`: a language that lacks a mail, or an alert's words, is an error
type Catalogue<T extends Letters> = T;
type Lacking<T, Room extends keyof T, Key extends keyof T[Room]> = Omit<T, Room> & {
  [R in Room]: Omit<T[R], Key>;
};
// @ts-expect-error it lacks `reset`
export type WithoutReset = Catalogue<Lacking<Letters, "account", "reset">>;
type Alerts = Lacking<Letters["alerts"], "kinds", "toy_reset">;
// @ts-expect-error it lacks `toy_reset`
export type WithoutAlert = Catalogue<Omit<Letters, "alerts"> & { alerts: Alerts }>;
