/** Where a cell keeps what it knows: SQL for the record, Redis or this process for what cells share. */
import { memoryStores } from "../adapters/memory.ts";
import { openRedis } from "../adapters/redis.ts";
import { sqlParentSessions } from "../adapters/sql/account-sessions.ts";
import { sqlAccounts } from "../adapters/sql/accounts.ts";
import { sqlAllowances } from "../adapters/sql/allowances.ts";
import { sqlAlerts, sqlSafetyQueue } from "../adapters/sql/alerts.ts";
import { sqlAudit, sqlAuditReader } from "../adapters/sql/audit.ts";
import { sqlAuditChain } from "../adapters/sql/audit-chain.ts";
import { openDatabase } from "../adapters/sql/database.ts";
import { sqlDeletions } from "../adapters/sql/deletions.ts";
import { sqlExports } from "../adapters/sql/exports.ts";
import { sqlSections } from "../adapters/sql/family-tables.ts";
import { sqlGuardians } from "../adapters/sql/guardians.ts";
import { sqlReports, sqlUsage } from "../adapters/sql/usage.ts";
import type { Database } from "../adapters/sql/database.ts";
import { sqlChildren } from "../adapters/sql/children.ts";
import { sqlConversations } from "../adapters/sql/conversations.ts";
import { sqlConsents } from "../adapters/sql/consents.ts";
import { sqlCredentials } from "../adapters/sql/credentials.ts";
import { sqlFamilies } from "../adapters/sql/families.ts";
import { sqlKeys } from "../adapters/sql/keys.ts";
import { sqlJobs } from "../adapters/sql/jobs.ts";
import { migrateUp, migrationStatus } from "../adapters/sql/migrate.ts";
import type { MigrationState } from "../adapters/sql/migrate.ts";
import { sqlOwnership } from "../adapters/sql/ownership.ts";
import { sqlPairings } from "../adapters/sql/pairing.ts";
import { sqlPasskeys } from "../adapters/sql/passkeys.ts";
import { sqlRetention } from "../adapters/sql/retention.ts";
import { sqlStatuses } from "../adapters/sql/statuses.ts";
import { sqlToys } from "../adapters/sql/toys.ts";
import { sqlUpdates } from "../adapters/sql/updates.ts";
import { sqlVaultMasters } from "../adapters/sql/vault-masters.ts";
import { sqlVaultOwners } from "../adapters/sql/vault-owners.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { StartError } from "../errors.ts";
import { rememberStanding } from "../family/account/standing.ts";
import { nextConsent } from "../family/consent/states.ts";
import type {
  Accounts,
  Allowances,
  AlertBook,
  AuditChain,
  AuditReader,
  AuditTrail,
  Bus,
  Chance,
  Children,
  Clock,
  Consents,
  Counters,
  Deletions,
  DeveloperKeys,
  Exports,
  ExportSection,
  Credentials,
  Families,
  Guardians,
  Jobs,
  KeptConversations,
  LimitStore,
  Log,
  Meter,
  Nonces,
  OneTime,
  Ownership,
  Pairings,
  ParentSessions,
  Passkeys,
  Reports,
  Retention,
  Revocations,
  SafetyQueue,
  Sessions,
  Toys,
  VaultMasters,
  Usage,
  VaultOwners,
  ToyStatuses,
} from "../ports.ts";
import type { Updates } from "../ports/updates.ts";
import { embedded, OK } from "../watch/health.ts";
import type { Check } from "../watch/health.ts";

export interface Stores {
  toys: Toys;
  updates: Updates;
  families: Families;
  accounts: Accounts;
  allowances: Allowances;
  parentSessions: ParentSessions;
  passkeys: Passkeys;
  children: Children;
  consents: Consents;
  conversations: KeptConversations;
  retention: Retention;
  pairings: Pairings;
  ownership: Ownership;
  jobs: Jobs;
  exports: Exports;
  deletions: Deletions;
  guardians: Guardians;
  usage: Usage;
  reports: Reports;
  /** what an export tells of tables as they stand */
  sections: ExportSection[];
  statuses: ToyStatuses;
  alertBook: AlertBook;
  safetyQueue: SafetyQueue;
  audit: AuditTrail;
  auditReader: AuditReader;
  auditChain: AuditChain;
  credentials: Credentials;
  keys: DeveloperKeys;
  vaultMasters: VaultMasters;
  vaultOwners: VaultOwners;
  nonces: Nonces;
  sessions: Sessions;
  limitStore: LimitStore;
  counters: Counters;
  oneTime: OneTime;
  bus: Bus;
  revocations: Revocations;
  /** for /readyz, by name */
  checks: Record<string, Check>;
  migrations(): Promise<MigrationState[]>;
  close(): Promise<void>;
}

interface StorePorts {
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
}

/** The database alone, with its schema as it stands. Throws the StartErrors DATABASE_AWAY and DATA_DIR_IN_USE. */
export async function openRecord(config: Config, log: Log, statementMs?: number): Promise<Database> {
  const database = await openDatabase({
    ...(config.DATABASE_URL ? { url: config.DATABASE_URL } : { dataDir: config.DATA_DIR }),
    ...(statementMs !== undefined && { statementMs }),
    onError: (error) => log.warn({ error }, "a database connection broke"),
  });
  try {
    await database.ping();
    return database;
  } catch (error) {
    await database.close();
    // with its host alone: the URL holds a password
    const where = config.DATABASE_URL ? new URL(config.DATABASE_URL).host : config.DATA_DIR;
    const why = (error as { code?: string }).code ?? "no answer";
    throw new StartError(
      "DATABASE_AWAY",
      `the database at ${where} is away (${why}): start it, or mend DATABASE_URL`,
      error,
    );
  }
}

/** Throws a StartError where a store is away, or where production's schema is behind. */
export async function openStores(config: Config, { clock, chance, meter, log }: StorePorts): Promise<Stores> {
  const database = await openRecord(config, log);
  try {
    await prepareSchema(config, database);
    const shared = await openShared(config, { clock, chance, meter, log });
    const { db } = database;
    return {
      toys: sqlToys({ db }),
      updates: sqlUpdates({ db }),
      families: sqlFamilies({ db, clock }),
      accounts: sqlAccounts({ db }),
      allowances: sqlAllowances({ db }),
      parentSessions: rememberStanding(sqlParentSessions({ db }), shared.stores.revocations),
      passkeys: sqlPasskeys({ db }),
      children: sqlChildren({ db }),
      consents: sqlConsents({ db, next: nextConsent }),
      conversations: sqlConversations({ db }),
      retention: sqlRetention({ db }),
      pairings: sqlPairings({ db }),
      ownership: sqlOwnership({ db }),
      jobs: sqlJobs({ db }),
      exports: sqlExports({ db }),
      deletions: sqlDeletions(database),
      guardians: sqlGuardians({ db }),
      usage: sqlUsage({ db }),
      reports: sqlReports({ db }),
      sections: sqlSections({ db }),
      statuses: sqlStatuses({ db }),
      alertBook: sqlAlerts({ db }),
      safetyQueue: sqlSafetyQueue({ db }),
      audit: sqlAudit({ db }),
      auditReader: sqlAuditReader({ db }),
      auditChain: sqlAuditChain({ db }),
      credentials: sqlCredentials({ db }),
      keys: sqlKeys({ db }),
      vaultMasters: sqlVaultMasters({ db }),
      vaultOwners: sqlVaultOwners({ db }),
      ...shared.stores,
      checks: {
        database: async () => {
          await database.ping();
          return config.DATABASE_URL ? OK : embedded(isProduction(config));
        },
        schema: async () => {
          const behind = (await migrationStatus(db)).some(({ state }) => state !== "applied");
          return behind ? { ready: false, word: "behind" } : OK;
        },
        redis: shared.check,
      },
      migrations: () => migrationStatus(db),
      async close() {
        shared.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** In production migrations are a step of their own; elsewhere the schema is brought up at the start. MISSION B24, C56 */
export async function prepareSchema(config: Config, { db }: Database): Promise<void> {
  if (!isProduction(config)) return void (await migrateUp(db));
  const behind = (await migrationStatus(db)).filter(({ state }) => state !== "applied");
  if (behind.length > 0)
    throw new StartError(
      "SCHEMA_BEHIND",
      `the database's schema is not this server's (${behind.map(({ name }) => name).join(", ")}): run \`bear migrate up\``,
    );
}

async function openShared(
  config: Config,
  { clock, chance, meter, log }: StorePorts,
): Promise<{
  stores: Pick<Stores, "nonces" | "sessions" | "limitStore" | "counters" | "oneTime" | "bus" | "revocations">;
  check: Check;
  close(): void;
}> {
  if (!config.REDIS_URL) {
    const stores = memoryStores({ clock });
    return { stores, check: () => Promise.resolve(embedded(isProduction(config))), close: () => undefined };
  }
  const redis = await openRedis({
    url: config.REDIS_URL,
    chance,
    onState(up) {
      meter.gauge("redis_up", up ? 1 : 0);
      log.info({ up }, "redis");
    },
  });
  const { nonces, sessions, limitStore, counters, oneTime, bus, revocations } = redis;
  return {
    stores: { nonces, sessions, limitStore, counters, oneTime, bus, revocations },
    async check() {
      const [role, policy] = await Promise.all([redis.role(), redis.evictionPolicy()]);
      if (role !== "master") return { ready: false, word: "replica" };
      // a store that forgets nonces would let a claim through twice
      return policy === "noeviction" ? OK : { ready: false, word: "eviction_policy" };
    },
    close: redis.close,
  };
}
