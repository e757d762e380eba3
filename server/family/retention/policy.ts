/** How long what is kept is kept: the policy of retention.yaml, from which the notice, the sweeper and the public page are made. SAFETY S4 */
import { RETENTION_DAYS } from "../../bounds.ts";
import { LANGUAGES } from "../../ports.ts";
import type { Language } from "../../ports.ts";

export interface RetentionCategory {
  category: string;
  /** whose data it is */
  of: "child" | "parent" | "nobody";
  /** what people call it, and what it is kept for */
  title: Texts;
  purpose: Texts;
  /** `child`: as many as the parent chose for the child; undefined where there is no time */
  days: number | "child" | undefined;
  /** and then in an archive outside the database; 0: there is none */
  archiveDays: number;
}

/** In each language there is. */
export type Texts = Record<Language, string>;

/** A table's category, or that of each of its columns. */
type TableCategories = string | Record<string, string>;

export interface RetentionPolicy {
  categories: readonly RetentionCategory[];
  /** undefined where the file does not say */
  categoryOf(table: string, column: string): RetentionCategory | undefined;
  tables: readonly string[];
}

/** What people are told of it. */
export interface ToldCategory {
  category: string;
  title: string;
  purpose: string;
  days: number;
  /** days more in an archive outside the database, where there is one */
  archive_days?: number;
  from: "child" | "policy";
}

/** Throws a plain error that says what is wrong with the file: a policy that cannot be read stops the start. */
export function readPolicy(read: unknown): RetentionPolicy {
  const { categories, tables } = fieldsOf(read, "the policy");
  if (!Array.isArray(categories)) throw new Error("retention: `categories` is not a list");
  const known = categories.map(categoryOf);
  const names = new Map(known.map((one) => [one.category, one]));
  if (names.size !== known.length) throw new Error("retention: a category stands twice");
  const all = fieldsOf(tables, "`tables`") as Record<string, TableCategories>;
  for (const [table, said] of Object.entries(all))
    for (const name of typeof said === "string" ? [said] : Object.values(fieldsOf(said, table)))
      if (!names.has(String(name))) throw new Error(`retention: ${table} is of no category: ${String(name)}`);
  return {
    categories: known,
    tables: Object.keys(all),
    categoryOf(table, column) {
      const said = all[table];
      return names.get(String(typeof said === "object" ? said[column] : said));
    },
  };
}

function fieldsOf(read: unknown, what: string): Record<string, unknown> {
  if (typeof read === "object" && read !== null && !Array.isArray(read))
    return read as Record<string, unknown>;
  throw new Error(`retention: ${what} has no fields`);
}

function categoryOf(read: unknown): RetentionCategory {
  const { category, of, title, purpose, days, archive_days = 0 } = fieldsOf(read, "a category");
  if (typeof category !== "string") throw new Error("retention: a category without a name");
  if (of !== "child" && of !== "parent" && of !== "nobody")
    throw new Error(`retention: ${category} is of nobody known`);
  const timed = days === "child" || isDays(days);
  // no indefinite retention: 16 CFR 312.10
  if (of === "child" ? !timed : !timed && days !== undefined)
    throw new Error(`retention: ${category} has no time`);
  // what is a child's is gone after its days, and what stays for as long as it is used never leaves
  if (!isDays(archive_days) || (archive_days > 0 && (of === "child" || days === undefined)))
    throw new Error(`retention: ${category} has no such archive`);
  return {
    category,
    of,
    title: textsOf(title, `${category}'s title`),
    purpose: textsOf(purpose, `${category}'s purpose`),
    days: days as RetentionCategory["days"],
    archiveDays: archive_days,
  };
}

function isDays(read: unknown): read is number {
  return typeof read === "number" && Number.isInteger(read) && read >= 0;
}

function textsOf(read: unknown, what: string): Texts {
  const texts = fieldsOf(read, what);
  for (const language of LANGUAGES)
    if (typeof texts[language] !== "string") throw new Error(`retention: ${what} is not told in ${language}`);
  return texts as Texts;
}

/** What has a time, as a page shows it; for what the parent chooses, the days where they did not. */
export function tellPolicy({ categories }: RetentionPolicy, language: Language): ToldCategory[] {
  return categories.flatMap(({ category, title, purpose, days, archiveDays }): ToldCategory[] => {
    if (days === undefined) return [];
    const told = { category, title: title[language], purpose: purpose[language] };
    if (days === "child") return [{ ...told, days: RETENTION_DAYS, from: "child" }];
    return [{ ...told, days, ...(archiveDays > 0 && { archive_days: archiveDays }), from: "policy" }];
  });
}

/** How long. Throws where there is no such category, or no time of it. */
export function daysOf({ categories }: RetentionPolicy, category: string): number | "child" {
  const found = categories.find((one) => one.category === category);
  if (found?.days === undefined) throw new Error(`retention: no time of ${category}`);
  return found.days;
}
