/** What a command can do with the record while no cell runs: the same steps as through the routes, straight to the database. */
import { memoryStores } from "../adapters/memory.ts";
import { systemChance } from "../adapters/chance.ts";
import { systemClock } from "../adapters/clock.ts";
import { systemHash } from "../adapters/hash.ts";
import { sqlFamilies } from "../adapters/sql/families.ts";
import { migrateDown, migrateUp, migrationStatus } from "../adapters/sql/migrate.ts";
import type { MigrationState } from "../adapters/sql/migrate.ts";
import { sqlKeys } from "../adapters/sql/keys.ts";
import { sqlVaultMasters } from "../adapters/sql/vault-masters.ts";
import { sqlToys } from "../adapters/sql/toys.ts";
import { provision } from "../claim/provision.ts";
import type { ProvisionRequest } from "../claim/provision.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { Refusal } from "../errors.ts";
import { pairWithDemoFamily } from "../pairing/development.ts";
import type { DemoPairing } from "../pairing/development.ts";
import type { Log } from "../ports.ts";
import { offlineKeys } from "./keys.ts";
import type { OfflineKeys } from "./keys.ts";
import { openSecrets } from "./secrets.ts";
import { openRecord, prepareSchema } from "./stores.ts";

export { verifyRecord } from "./audit-verify.ts";
export type { Finding, Verified } from "./audit-verify.ts";
export { rewrapRecord } from "./rewrap.ts";

export interface Offline {
  /** Throws a Refusal, as the route does. */
  provision(request: ProvisionRequest): Promise<void>;
  /** Refused NOT_FOUND in production. */
  pairWithDemoFamily(deviceId: string): Promise<DemoPairing>;
  keys: OfflineKeys;
  close(): Promise<void>;
}

export interface Migrations {
  status(): Promise<MigrationState[]>;
  /** Both answer with the names of what was done. */
  up(): Promise<string[]>;
  down(count: number): Promise<string[]>;
  close(): Promise<void>;
}

/** A migration may take longer than any request: ms. */
const MIGRATION_MS = 30 * 60_000;

/** Throws a StartError where the database is in use or away, or, in production, its schema is behind. */
export async function openOffline(config: Config, { log }: { log: Log }): Promise<Offline> {
  const database = await openRecord(config, log);
  try {
    await prepareSchema(config, database);
    const { db } = database;
    const base = { clock: systemClock, chance: systemChance };
    const secrets = await openSecrets(config, { ...base, masters: sqlVaultMasters({ db }) });
    const ports = {
      hash: systemHash,
      clock: systemClock,
      log,
      toys: sqlToys({ db }),
      families: sqlFamilies({ db, clock: systemClock }),
      bus: memoryStores({ clock: systemClock }).bus,
      vault: secrets.vault,
    };
    return {
      provision: (request) => provision(ports, request, { actor: "bear-provision", address: "local" }),
      async pairWithDemoFamily(deviceId) {
        if (isProduction(config)) throw new Refusal("NOT_FOUND"); // as the route, which is not there
        return pairWithDemoFamily(ports, deviceId, { actor: "bear-pair", address: "local" });
      },
      keys: offlineKeys({
        ...base,
        ...ports,
        keys: sqlKeys({ db }),
        // cells that run ask the record again within STANDING_MS
        sessionsEnded: () => Promise.resolve(),
        env: isProduction(config) ? "prod" : "dev",
      }),
      close: database.close,
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

export async function openMigrations(config: Config, { log }: { log: Log }): Promise<Migrations> {
  const { db, close } = await openRecord(config, log, MIGRATION_MS);
  return {
    status: () => migrationStatus(db),
    up: () => migrateUp(db),
    down: (count) => migrateDown(db, count),
    close,
  };
}
