/** Seals anew whatever a former key sealed, row by row: begun again, it goes on where it stopped. MISSION B12 */
import { REWRAP_ROWS } from "../bounds.ts";
import { isUnderOwner, sealContext } from "../ports.ts";
import type { FamilyVault, Log, SealedColumn, SealedRow } from "../ports.ts";
import type { SealingVault } from "./seal.ts";

export interface RewrapPorts {
  vault: SealingVault;
  familyVault: FamilyVault;
  columns: SealedColumn[];
  log: Log;
}

export interface Rewrapped {
  /** values that were under a former key */
  pending: number;
  done: number;
  /** that no key opens: each is told in the log, and stays as it was */
  failed: number;
}

export async function rewrap({ vault, familyVault, columns, log }: RewrapPorts): Promise<Rewrapped> {
  const count: Rewrapped = { pending: 0, done: 0, failed: 0 };

  /** The value under the newest key; undefined where it is. */
  async function anew({ name }: SealedColumn, row: SealedRow): Promise<Uint8Array | undefined> {
    if (name === "profile" ? isUnderOwner(row.sealed) : !vault.needsRotation(row.sealed)) return undefined;
    count.pending++;
    const context = CONTEXTS[name](row);
    const plain = vault.open(row.sealed, context);
    return name === "profile" ? familyVault.seal(row.ownerId!, plain, context) : vault.seal(plain, context);
  }

  for (const column of columns) {
    let after = "";
    for (;;) {
      const rows = await column.page(after, REWRAP_ROWS);
      for (const row of rows) {
        try {
          const next = await anew(column, row);
          if (next === undefined) continue;
          // whoever changed it meanwhile has sealed it anew
          await column.replace(row.id, row.sealed, next);
          count.done++;
        } catch (error) {
          count.failed++;
          log.warn({ column: column.name, error }, "a sealed value does not open");
        }
      }
      if (rows.length < REWRAP_ROWS) break;
      after = rows[rows.length - 1]!.id;
    }
  }
  return count;
}

const CONTEXTS: Record<SealedColumn["name"], (row: SealedRow) => string> = {
  prk: ({ id }) => sealContext.prk(id),
  next_prk: ({ id }) => sealContext.prk(id),
  owner: ({ id, version }) => sealContext.owner(id, version),
  profile: ({ id }) => sealContext.profile(id),
  safety_case: ({ id }) => sealContext.safetyCase(id),
};
