/** What `bear rewrap` does with the record: master keys under the KMS key that is set now, and all they seal under the newest of them. MISSION B12 */
import { memoryStores } from "../adapters/memory.ts";
import { systemChance } from "../adapters/chance.ts";
import { systemClock } from "../adapters/clock.ts";
import { sqlSealedColumns, sqlVaultMasters } from "../adapters/sql/vault-masters.ts";
import { sqlVaultOwners } from "../adapters/sql/vault-owners.ts";
import { MASTERS_SETTLE_MS } from "../bounds.ts";
import type { Config } from "../config.ts";
import type { Log } from "../ports.ts";
import { createFamilyVault } from "../vault/family.ts";
import { renewMasters, rewrapMasters } from "../vault/masters.ts";
import { rewrap } from "../vault/rewrap.ts";
import type { Rewrapped } from "../vault/rewrap.ts";
import { openSecrets } from "./secrets.ts";
import { openRecord, prepareSchema } from "./stores.ts";

/** Throws a StartError where the database is in use or away, or a key does not open. */
export async function rewrapRecord(
  config: Config,
  { log }: { log: Log },
): Promise<Rewrapped & { masters: number }> {
  const database = await openRecord(config, log);
  try {
    await prepareSchema(config, database);
    const { db } = database;
    const ports = { clock: systemClock, chance: systemChance, masters: sqlVaultMasters({ db }), log };
    let isNew = false;
    const { vault, kmsRing } = await openSecrets(config, ports, async (...asked) => {
      const renewed = await renewMasters(...asked);
      ({ isNew } = renewed);
      return renewed.masters;
    });
    // cells that run on this database must have learned of the key before anything is under it
    if (isNew && config.DATABASE_URL)
      await new Promise<void>((resolve) => ports.clock.after(MASTERS_SETTLE_MS, resolve));
    const { bus } = memoryStores(ports);
    const familyVault = createFamilyVault({ ...ports, vault, bus, owners: sqlVaultOwners({ db }) });
    const masters = await rewrapMasters(ports, kmsRing);
    const rows = await rewrap({ vault, familyVault, columns: sqlSealedColumns({ db }), log });
    return { ...rows, masters };
  } finally {
    await database.close();
  }
}
