/** Where a part of an archived day lies, in a folder as in an object store: 2025-11-28/0001.jsonl */

export const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DIGITS = 4;

/** Throws where the record names a day that is none: a name must not lead elsewhere. */
export function partOf(day: string, part: number): { day: string; file: string } {
  if (!DAY.test(day) || !Number.isSafeInteger(part) || part < 1) throw new Error("no part of a day");
  return { day, file: `${String(part).padStart(DIGITS, "0")}.jsonl` };
}
