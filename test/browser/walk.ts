/** As a new parent would, on a phone: from sign-up to the first answer, through a bedtime, to a goodbye that leaves nothing behind. */
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { buildWeb } from "../../tools/web.mjs";
import { newFolder, startCellProcess } from "../support/processes.ts";
import { startPostgres } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/wait.ts";
import { newToy, startModels } from "../walks/support.ts";
import {
  addChild,
  consentToAll,
  deleteAccount,
  deleteChild,
  lettersTo,
  openChild,
  pairBear,
  setBedtime,
  signUp,
  takeExport,
} from "./parent.ts";
import type { Look, Person } from "./parent.ts";
import { byName, expectAccessible, launch, tell, visit } from "./support.ts";
import { filmLabel, openToy } from "./toy.ts";
import { tracesInFiles, tracesInRedis, tracesInSql, tracesInText } from "./traces.ts";

/** Letters alone, which stand nowhere else. */
const canary = (): string =>
  `zq${randomBytes(8)
    .toString("hex")
    .replace(/\d/g, (one) => "ghjkmnprst"[Number(one)]!)}`;

interface Stores {
  env: Record<string, string>;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  remove(): Promise<void>;
}

export async function embedded(): Promise<Stores> {
  return { env: {}, databaseUrl: undefined, redisUrl: undefined, remove: async () => {} };
}

export async function postgresAndRedis(): Promise<Stores> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const databaseUrl = await postgres.newDatabase();
  return {
    env: { DATABASE_URL: databaseUrl, REDIS_URL: redis.url },
    databaseUrl,
    redisUrl: redis.url,
    remove: async () => void (await Promise.all([postgres.remove(), redis.remove()])),
  };
}

export interface WalkOptions {
  /** on what, for people */
  name: string;
  open: () => Promise<Stores>;
  /** whether axe looks at each place */
  looks: boolean;
}

/** The whole of it, and all that was started for it ended. */
export async function walk({ name, open, looks }: WalkOptions): Promise<void> {
  await buildWeb();
  const undo: (() => unknown)[] = [];
  try {
    await walkOn(name, await open(), looks, undo);
  } finally {
    for (const each of undo.reverse()) await each();
  }
}

async function walkOn(name: string, stores: Stores, looks: boolean, undo: (() => unknown)[]): Promise<void> {
  undo.push(stores.remove);
  const person: Person = { name: "Ada", email: `${canary()}@example.org`, password: canary() };
  const [nickname, asked, answered] = [canary(), canary(), canary()];
  const family = { mail: person.email, password: person.password, nickname, asked, answered };
  const data = newFolder();
  undo.push(data.remove);
  const models = await startModels({
    transcript: `Who is ${asked}?`,
    reply: `That is ${answered}, who lives in the wood. Shall we look for them?`,
  });
  undo.push(models.close);
  const cell = await startCellProcess({
    ...models.env,
    ...stores.env,
    LOG_LEVEL: "debug",
    DATA_DIR: data.path,
  });
  undo.push(() => cell.kill("SIGKILL"));
  const grave = ["warn", "error", "fatal"];
  undo.push(() =>
    cell.log().forEach((line) => grave.includes(String(line.level)) && tell(JSON.stringify(line))),
  );
  const url = byName(cell.url);
  const toy = await newToy(cell, { paired: false });
  const films = newFolder();
  undo.push(films.remove);
  const browser = await launch({ video: await filmLabel(films.path, toy) });
  undo.push(() => browser.close());
  const bear = await openToy(cell.url, toy);
  undo.push(bear.stop);
  const { page, complaints } = await visit(browser, { url });
  let well = false;
  undo.push(async () => well || tell(`${page.url()}: ${await page.locator("body").innerText()}`));
  const look: Look = async (where) => (looks ? expectAccessible(page, where) : undefined);

  const began = performance.now();
  await signUp(page, data.path, person, look);
  await addChild(page, nickname, look);
  await consentToAll(page, data.path, person.email, look);
  await pairBear(page, bear, look);
  await page.locator(`a[href="/toys/${toy.device_id}"]`).waitFor();
  await look("home");

  // a turn, as it happens
  await page.getByRole("link", { name: "Talks" }).click();
  await page.locator('a[href="/talks/live"]').click();
  await page.getByText("It is quiet.").waitFor();
  await look("live: quiet");
  const first = bear.ask();
  await page.getByText(`Who is ${asked}?`).waitFor();
  await page.getByText(answered).first().waitFor();
  await look("live");
  const answer = await first;
  expect(answer).toMatchObject({ event: "done", code: undefined });
  tell(
    `${name}: from sign-up to the first sound of the first answer ${((answer.firstSoundAt! - began) / 1000).toFixed(1)} s`,
  );

  // and as it is kept
  await page.goBack();
  const kept = page.locator(".list a", { hasText: nickname });
  await kept.waitFor();
  await look("talks");
  await kept.click();
  await page.getByText(`Who is ${asked}?`).waitFor();
  await page.getByText(answered).waitFor();
  await look("talk");

  await openChild(page, nickname);
  await look("child");
  await setBedtime(page, look);
  // before the paw is pressed: what it says may be shorter than a look
  const goodnight = bear.saysAloud();
  expect(await bear.ask()).toMatchObject({ event: "refused", code: "QUIET_HOURS" });
  expect((await goodnight).some((sample) => Math.abs(sample) > 1_000)).toBe(true);

  const exported = await takeExport(page, look);
  expect(JSON.parse(exported)).toMatchObject({ bearlink_export: 1 });
  for (const part of [nickname, asked, answered]) expect(exported).toContain(part);

  await openChild(page, nickname);
  await deleteChild(page, look);
  await until("the bear is nobody's", () => !bear.paired());
  if (stores.databaseUrl !== undefined) {
    const still = await tracesInSql({ url: stores.databaseUrl }, family);
    expect(still.filter((trace) => !trace.endsWith(": mail"))).toEqual([]);
    expect(still).toContain("accounts.email: mail");
  }
  expect(tracesInFiles(data.path, family).some((trace) => trace.startsWith("outbox"))).toBe(true);

  await deleteAccount(page, look);
  well = true;
  await until("the receipt is mailed", () =>
    lettersTo(data.path, person.email).some(({ subject }) => subject.includes("account was deleted")),
  );
  expect(complaints).toEqual([]);
  bear.stop();
  const ended = await cell.stop();
  expect(ended.code).toBe(0);

  // who looks finds what is there
  const there = { toy: toy.device_id };
  const database = stores.databaseUrl === undefined ? { dataDir: data.path } : { url: stores.databaseUrl };
  expect(await tracesInSql(database, there)).toContain("toys.device_id: toy");
  expect(tracesInText("log", ended.stdout, there)).toEqual(["log: toy"]);

  expect(tracesInText("log", ended.stdout + ended.stderr, family)).toEqual([]);
  expect(await tracesInSql(database, family)).toEqual([]);
  if (stores.redisUrl !== undefined) expect(await tracesInRedis(stores.redisUrl, family)).toEqual([]);
  // the receipt itself was sent to somebody: in development that is a file
  const letters = lettersTo(data.path, person.email);
  expect(letters).toHaveLength(1);
  const left = tracesInFiles(data.path, family).filter((trace) => !trace.startsWith("outbox/"));
  expect(left).toEqual([]);
}
