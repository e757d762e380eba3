/** What `bear audit-verify` does with the record, whether or not cells run on it: it reads, and changes nothing. */
import { systemChance } from "../adapters/chance.ts";
import { systemClock } from "../adapters/clock.ts";
import { systemHash } from "../adapters/hash.ts";
import { sqlAuditChain } from "../adapters/sql/audit-chain.ts";
import { migrationStatus } from "../adapters/sql/migrate.ts";
import { sqlVaultMasters } from "../adapters/sql/vault-masters.ts";
import { chainKeys } from "../audit/keys.ts";
import { verifyChain } from "../audit/verify.ts";
import type { Scope, Verified } from "../audit/verify.ts";
import type { Config } from "../config.ts";
import { StartError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { secondPlaces } from "./audit.ts";
import { openSecrets } from "./secrets.ts";
import { openRecord } from "./stores.ts";

export type { Finding, Verified } from "../audit/verify.ts";

/** A trail may be long: ms of one statement. */
const VERIFY_MS = 5 * 60_000;

/** Throws a StartError where the database is in use or away, its schema is behind, or no key opens its masters. */
export async function verifyRecord(config: Config, { log }: { log: Log }, scope: Scope): Promise<Verified> {
  const { db, close } = await openRecord(config, log, VERIFY_MS);
  try {
    if ((await migrationStatus(db)).some(({ state }) => state === "pending"))
      throw new StartError(
        "SCHEMA_BEHIND",
        "the database's schema is not this version's: run `bear migrate up`",
      );
    const ports = { clock: systemClock, chance: systemChance, hash: systemHash };
    const { masters } = await openSecrets(config, { ...ports, masters: sqlVaultMasters({ db }) });
    return await verifyChain(
      {
        ...{ ...ports, chain: sqlAuditChain({ db }), keys: chainKeys(systemHash, masters) },
        ...secondPlaces(config, ports),
      },
      scope,
    );
  } finally {
    await close();
  }
}
