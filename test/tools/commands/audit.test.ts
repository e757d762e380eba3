/** `bear audit-verify` and `bear keys`, where no cell runs and beside one. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, expect, test, vi } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { sqlAudit, sqlAuditReader } from "../../../server/adapters/sql/audit.ts";
import { sqlAuditChain } from "../../../server/adapters/sql/audit-chain.ts";
import { openDatabase } from "../../../server/adapters/sql/database.ts";
import { sqlVaultMasters } from "../../../server/adapters/sql/vault-masters.ts";
import { readConfig } from "../../../server/config.ts";
import { openAudit } from "../../../server/main/audit.ts";
import { openSecrets } from "../../../server/main/secrets.ts";
import { startCell } from "../../../server/main.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { fakeClock } from "../../support/clock.ts";
import { answerOf, bearHere, linesOf, newFolder } from "../../support/processes.ts";
import { layDatabase } from "../../support/shelf.ts";
import { silentLog } from "../../support/voice.ts";
import { freePort, pause, until } from "../../support/wait.ts";

// a cell starts, and a database some times
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const folder = newFolder();
afterAll(() => folder.remove());

const NO_ONE_ANSWERS = 4;
const DAY_MS = 86_400_000;

test("a trail holds alone and beside a cell, and who changed it in the database is found out; keys are made and ended both ways", async () => {
  const env = {
    DATA_DIR: folder.file("data"),
    PORT: String(await freePort()),
    MQTT_PORT: "0",
    LOG_LEVEL: "silent",
  };
  await layDatabase(env.DATA_DIR);
  const here = (...args: string[]) => bearHere([...args, "--json"], env);
  // alone: a key is made, and its row waits for a cell
  const first = answerOf(await here("keys", "create", "--name", "factory", "--scopes", "devices:provision"));
  expect(first.key).toMatch(/^brl_dev_[0-9a-f]{8}_/);

  const cell = await startCell(readConfig(env));
  const second = answerOf(
    await here("keys", "create", "--name", "lab", "--scopes", "audit:read,devices:read"),
  );
  // with its own key the second sees itself, and what it may not is refused
  const asSecond = { ...env, BEARLINK_URL: cell.url, BEARLINK_KEY: String(second.key) };
  const own = answerOf(await bearHere(["keys", "list", "--json"], asSecond)).keys as { id: string }[];
  expect(own.map(({ id }) => id)).toEqual([second.id]);
  const above = ["keys", "create", "--name", "up", "--scopes", "admin", "--json"];
  expect((await bearHere(above, asSecond)).stderr).toContain("FORBIDDEN");
  await until("all is linked", async () => {
    const { holds, waiting, links } = answerOf(await bearHere(["audit-verify", "--json"], asSecond));
    expect(holds).toBe(true);
    if (waiting !== 0) await pause(2_000); // ten looks a minute are allowed
    return waiting === 0 && Number(links) >= 2;
  });
  expect(answerOf(await here("keys", "revoke", "--id", String(second.id)))).toEqual({ revoked: second.id });
  expect((await bearHere(["audit-verify", "--json"], asSecond)).code).toBe(NO_ONE_ANSWERS);
  await cell.stop();

  // somebody with the database and no key
  const { db, close } = await openDatabase({ dataDir: env.DATA_DIR });
  const { id } = await db
    .selectFrom("audit")
    .select("id")
    .where("action", "=", "key_created")
    .orderBy("id")
    .limit(1)
    .executeTakeFirstOrThrow();
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`update audit set actor = 'somebody else' where id = ${id}`.execute(tx);
  });
  await close();
  const said = await bearHere(["audit-verify"], env);
  expect(said.code).toBe(1);
  expect(said.stdout).toMatch(new RegExp(`row ${id}: a row was edited or moved`));
  expect(linesOf(said.stderr).at(-1)).toMatch(
    /^bear: the audit trail does not hold .* held to [1-9]\d* exported heads/,
  );
});

test("a day that left the database is held to the chain where it is archived, alone and beside a cell; who edits it there is found out", async () => {
  const env = {
    DATA_DIR: folder.file("archived"),
    PORT: String(await freePort()),
    MQTT_PORT: "0",
    LOG_LEVEL: "silent",
  };
  await layDatabase(env.DATA_DIR);
  const config = readConfig(env);
  const clock = fakeClock(Date.now() - 366 * DAY_MS);
  const { db, close } = await openDatabase({ dataDir: env.DATA_DIR });
  const ports = { clock, chance: systemChance, hash: systemHash, log: silentLog };
  const secrets = await openSecrets(config, { ...ports, masters: sqlVaultMasters({ db }) });
  const trail = sqlAudit({ db });
  const parts = {
    ...ports,
    auditChain: sqlAuditChain({ db }),
    audit: trail,
    auditReader: sqlAuditReader({ db }),
  };
  const audit = () => openAudit(config, { ...parts, meter: openMetrics().meter }, secrets);
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  for (const actor of ["ada", "grace"])
    await trail.append({ at: clock.now(), action: "signed_in", outcome: "success", actor });
  await audit().start()();
  // of a time that this folder's record knows nothing of, as another cell's job leaves it
  const orphan = join(env.DATA_DIR, "audit-heads", "archive", "2020-01-01");
  mkdirSync(orphan, { recursive: true });
  await clock.advance(366 * DAY_MS);
  await audit().start()();
  const { "audit-retention": job } = audit().jobs({ raise: async () => undefined });
  await job!.run("", new AbortController().signal);
  await audit().start()();
  expect(existsSync(orphan)).toBe(false);
  expect((await sqlAuditReader({ db }).page({}, 5)).map(({ action }) => action)).toEqual([
    "audit_day_dropped",
  ]);
  await close();

  const file = join(env.DATA_DIR, "audit-heads", "archive", day, "0001.jsonl");
  expect((await bearHere(["audit-verify"], env)).stdout).toMatch(
    /^The audit trail holds: 1 rows of 2 days, held/,
  );
  const alone = await bearHere(["audit-verify", "--archive"], env);
  expect(alone.stdout).toMatch(/holds: 1 rows of 2 days and 2 of the archive, held to/);
  writeFileSync(file, readFileSync(file, "utf8").replace("grace", "nobody"));
  const edited = await bearHere(["audit-verify", "--archive"], env);
  expect(edited.code).toBe(1);
  expect(edited.stdout).toContain(
    `${day}, place 2, row 2, in ${join(env.DATA_DIR, "audit-heads")}: a row was edited`,
  );
  expect((await bearHere(["audit-verify"], env)).code).toBe(0);

  const cell = await startCell(config);
  const beside: unknown = JSON.parse((await bearHere(["audit-verify", "--archive", "--json"], env)).stdout);
  expect(beside).toMatchObject({
    holds: false,
    archived: 2,
    findings: [{ fault: "changed", day, place: 2 }],
  });
  expect(answerOf(await bearHere(["audit-verify", "--json"], env))).toMatchObject({
    holds: true,
    archived: 0,
  });
  const told = (await (await fetch(`${cell.url}/api/v1/privacy`)).json()) as { categories: object[] };
  const times = { category: "audit", days: 365, archive_days: 365 };
  expect(told.categories).toContainEqual(expect.objectContaining(times));
  await cell.stop();
});

test("where nobody can say, the exit code is 4", async () => {
  const dataDir = folder.file("locked");
  await layDatabase(dataDir);
  const env = { DATA_DIR: dataDir, PORT: String(await freePort()) };
  const { close } = await openDatabase({ dataDir });
  const ended = await bearHere(["audit-verify"], env);
  await close();
  expect(ended).toMatchObject({ code: NO_ONE_ANSWERS, stdout: "" });
  expect(ended.stderr).toContain(`${join(dataDir)}`);

  // nor of a row that no cell has linked for over a minute
  const database = await openDatabase({ dataDir });
  const act = { action: "signed_in", outcome: "success", actor: "ada" } as const;
  await sqlAudit(database).append({ at: Date.now() - 61_000, ...act });
  await database.close();
  const waits = await bearHere(["audit-verify"], env);
  expect(waits.code).toBe(NO_ONE_ANSWERS);
  expect(waits.stdout).toMatch(/^rows wait for their link .* \(late\)$/m);
});
