/** The policy of what is kept, as the cell reads it once at its start. SAFETY S4 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readPolicy } from "../family/retention/policy.ts";
import type { RetentionPolicy } from "../family/retention/policy.ts";

const FILE = new URL("../family/retention/retention.yaml", import.meta.url);

/** `audit`: what the settings say in place of the file. Throws where the file does not say what it must. */
export function openPolicy(audit?: { days: number; archiveDays: number }): RetentionPolicy {
  const read = parse(readFileSync(FILE, "utf8"), { strict: true, uniqueKeys: true }) as {
    categories: { category: string; days?: unknown; archive_days?: unknown }[];
  };
  for (const one of audit ? read.categories : [])
    if (one.category === "audit") Object.assign(one, { days: audit!.days, archive_days: audit!.archiveDays });
  return readPolicy(read);
}
