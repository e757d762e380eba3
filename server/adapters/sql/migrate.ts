/** One set of migrations for both databases: each in a transaction of its own, under a lock, with the digest of its file beside it. MISSION B24 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Migrator, sql } from "kysely";
import type { Kysely, Migration } from "kysely";
import { sameBytes, utf8 } from "@bearlink/sdk/protocol";
import { StartError } from "../../errors.ts";
import * as families from "./migrations/001_families.ts";
import * as toys from "./migrations/002_toys.ts";
import * as audit from "./migrations/003_audit.ts";
import * as updates from "./migrations/004_updates.ts";
import * as accounts from "./migrations/005_accounts.ts";
import * as pairing from "./migrations/006_pairing.ts";
import * as vault from "./migrations/007_vault.ts";
import * as conversations from "./migrations/008_conversations.ts";
import * as live from "./migrations/009_live.ts";
import * as jobs from "./migrations/010_jobs.ts";
import * as limits from "./migrations/011_limits.ts";
import * as credentials from "./migrations/012_credentials.ts";
import * as care from "./migrations/014_care.ts";
import * as auditChain from "./migrations/015_audit_chain.ts";
import * as keys from "./migrations/016_keys.ts";
import * as disclosures from "./migrations/017_disclosures.ts";
import * as refreshAgain from "./migrations/018_refresh_again.ts";
import * as noticeLanguage from "./migrations/019_notice_language.ts";
import * as mailLanguage from "./migrations/020_mail_language.ts";
import * as auditArchive from "./migrations/021_audit_archive.ts";
import * as visitsOfKeys from "./migrations/022_visits_of_keys.ts";
import * as pickedAddress from "./migrations/024_picked_address.ts";
import type { Tables } from "./schema.ts";

export interface MigrationFile {
  /** sorts as it is to be applied */
  name: string;
  /** where its text is; an applied text must not change */
  file: URL;
  migration: Required<Migration>;
}

const files: MigrationFile[] = [
  {
    name: "001_families",
    file: new URL("./migrations/001_families.ts", import.meta.url),
    migration: families,
  },
  { name: "002_toys", file: new URL("./migrations/002_toys.ts", import.meta.url), migration: toys },
  { name: "003_audit", file: new URL("./migrations/003_audit.ts", import.meta.url), migration: audit },
  { name: "004_updates", file: new URL("./migrations/004_updates.ts", import.meta.url), migration: updates },
  {
    name: "005_accounts",
    file: new URL("./migrations/005_accounts.ts", import.meta.url),
    migration: accounts,
  },
  { name: "006_pairing", file: new URL("./migrations/006_pairing.ts", import.meta.url), migration: pairing },
  { name: "007_vault", file: new URL("./migrations/007_vault.ts", import.meta.url), migration: vault },
  {
    name: "008_conversations",
    file: new URL("./migrations/008_conversations.ts", import.meta.url),
    migration: conversations,
  },
  { name: "009_live", file: new URL("./migrations/009_live.ts", import.meta.url), migration: live },
  { name: "010_jobs", file: new URL("./migrations/010_jobs.ts", import.meta.url), migration: jobs },
  { name: "011_limits", file: new URL("./migrations/011_limits.ts", import.meta.url), migration: limits },
  {
    name: "012_credentials",
    file: new URL("./migrations/012_credentials.ts", import.meta.url),
    migration: credentials,
  },
  { name: "014_care", file: new URL("./migrations/014_care.ts", import.meta.url), migration: care },
  {
    name: "015_audit_chain",
    file: new URL("./migrations/015_audit_chain.ts", import.meta.url),
    migration: auditChain,
  },
  { name: "016_keys", file: new URL("./migrations/016_keys.ts", import.meta.url), migration: keys },
  {
    name: "017_disclosures",
    file: new URL("./migrations/017_disclosures.ts", import.meta.url),
    migration: disclosures,
  },
  {
    name: "018_refresh_again",
    file: new URL("./migrations/018_refresh_again.ts", import.meta.url),
    migration: refreshAgain,
  },
  {
    name: "019_notice_language",
    file: new URL("./migrations/019_notice_language.ts", import.meta.url),
    migration: noticeLanguage,
  },
  {
    name: "020_mail_language",
    file: new URL("./migrations/020_mail_language.ts", import.meta.url),
    migration: mailLanguage,
  },
  {
    name: "021_audit_archive",
    file: new URL("./migrations/021_audit_archive.ts", import.meta.url),
    migration: auditArchive,
  },
  {
    name: "022_visits_of_keys",
    file: new URL("./migrations/022_visits_of_keys.ts", import.meta.url),
    migration: visitsOfKeys,
  },
  {
    name: "024_picked_address",
    file: new URL("./migrations/024_picked_address.ts", import.meta.url),
    migration: pickedAddress,
  },
];

/** `edited`: its file changed after it was applied; `unknown`: applied by a newer version, with no file here. */
export interface MigrationState {
  name: string;
  state: "applied" | "pending" | "edited" | "unknown";
}

type Db = Kysely<Tables>;

/** Every migration and how it stands, in order; changes nothing. */
export async function migrationStatus(db: Db, set = files): Promise<MigrationState[]> {
  const applied = await appliedDigests(db);
  const states = await Promise.all(
    set.map(async (each): Promise<MigrationState> => {
      const digest = applied.get(each.name);
      if (digest === undefined) return { name: each.name, state: "pending" };
      const same = sameBytes(utf8(digest), utf8(await digestOf(each)));
      return { name: each.name, state: same ? "applied" : "edited" };
    }),
  );
  const known = new Set(set.map(({ name }) => name));
  for (const name of applied.keys()) if (!known.has(name)) states.push({ name, state: "unknown" });
  return states;
}

/** Applies what is pending and answers with the names. Throws StartError MIGRATION_EDITED, or MIGRATION_FAILED with what was before it applied. */
export async function migrateUp(db: Db, set = files): Promise<string[]> {
  const edited = (await migrationStatus(db, set)).find(({ state }) => state === "edited");
  if (edited)
    throw new StartError(
      "MIGRATION_EDITED",
      `migration ${edited.name} was edited after it was applied; restore its file and add a new one`,
    );
  return steps(() => migratorOf(db, set).migrateUp(), Infinity);
}

/** Takes back the last `count` migrations and answers with their names. */
export async function migrateDown(db: Db, count = 1, set = files): Promise<string[]> {
  return steps(() => migratorOf(db, set).migrateDown(), count);
}

/** looks that fail alike: more is no race */
const MOST_LOOKS = 10;

/** "undefined_table", of SQLSTATE */
const isGone = (error: unknown): boolean => (error as { code?: string } | undefined)?.code === "42P01";

/** One by one: Kysely runs a longer walk in a single transaction. */
async function steps(step: () => ReturnType<Migrator["migrateUp"]>, most: number): Promise<string[]> {
  const done: string[] = [];
  let looks = 0;
  while (done.length < most) {
    const { results, error } = await step();
    // Kysely looks at all tables before it waits for its turn: one that migrates beside us has just dropped one of them
    if (results === undefined && isGone(error) && looks++ < MOST_LOOKS) continue;
    const name = results?.[0]?.migrationName;
    if (error !== undefined)
      throw new StartError("MIGRATION_FAILED", `migration ${name ?? ""} failed: ${String(error)}`, error);
    if (name === undefined) return done;
    done.push(name);
  }
  return done;
}

function migratorOf(db: Db, set: MigrationFile[]): Migrator {
  const getMigrations = async (): Promise<Record<string, Migration>> =>
    Object.fromEntries(
      await Promise.all(set.map(async (each) => [each.name, withDigest(each, await digestOf(each))])),
    );
  return new Migrator({ db, provider: { getMigrations } });
}

/** The migration, and in the same transaction what its file was. */
function withDigest({ name, migration }: MigrationFile, digest: string): Migration {
  return {
    async up(db) {
      await sql`create table if not exists migration_digests (name text primary key, digest text not null)`.execute(
        db,
      );
      await migration.up(db);
      await sql`insert into migration_digests (name, digest) values (${name}, ${digest})`.execute(db);
    },
    async down(db) {
      await migration.down(db);
      await sql`delete from migration_digests where name = ${name}`.execute(db);
    },
  };
}

async function appliedDigests(db: Db): Promise<Map<string, string>> {
  const { rows: found } = await sql<{ there: boolean }>`
    select to_regclass('migration_digests') is not null as there`.execute(db);
  if (!found[0]?.there) return new Map();
  const { rows } = await sql<{ name: string; digest: string }>`
    select name, digest from migration_digests order by name`.execute(db);
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

/** SHA-256 of the file's text, whichever line ends git gave it. */
async function digestOf({ file }: MigrationFile): Promise<string> {
  const text = (await readFile(file, "utf8")).replaceAll("\r\n", "\n");
  return createHash("sha256").update(text).digest("hex");
}
