/** Two cells of production on one Redis and one Postgres: one proof is taken once, and none where it cannot be told. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { makeDeviceId } from "@bearlink/sdk/protocol";
import { askChallenge, claimRequest } from "../second-bear/claim.ts";
import { post } from "../second-bear/post.ts";
import { authKey, firstPrk, hex, rngKey } from "../second-bear/wire.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import type { TestPostgres } from "../support/postgres.ts";
import {
  answerOf,
  bear,
  bearHere,
  linesOf,
  newFolder,
  productionEnv,
  startCellProcess,
} from "../support/processes.ts";
import type { CellProcess } from "../support/processes.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import type { TestRedis } from "../support/redis.ts";
import { freePort, until } from "../support/wait.ts";

// processes start, and sound takes its time
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const missing = [redisMissing, postgresMissing].filter(Boolean).join(", ");

describe.skipIf(missing)(`two cells of production${missing && ` (skipped: ${missing})`}`, () => {
  const folder = newFolder();
  let redis: TestRedis;
  let postgres: TestPostgres;
  let env: ReturnType<typeof productionEnv>;
  let cells: CellProcess[] = [];

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
    const database = await postgres.newDatabase();
    const stores = { DATABASE_URL: database, REDIS_URL: redis.url, DATA_DIR: folder.path };
    env = { ...productionEnv(stores), TRUSTED_PROXIES: "127.0.0.1" };
  });
  afterAll(async () => {
    await Promise.all(cells.map((cell) => cell.stop()));
    await Promise.all([postgres?.remove(), redis?.remove()]);
    folder.remove();
  });

  /** A toy that both know, and its next claims. */
  async function newToy() {
    const deviceId = makeDeviceId(randomBytes(10));
    const secret = randomBytes(32);
    const request = {
      device_id: deviceId,
      device_secret: hex(secret),
      pairing_code_sha256: hex(randomBytes(32)),
    };
    const headers = { authorization: `Bearer ${env.BEARLINK_KEY}` };
    expect((await post(`${cells[0]!.url}/api/v1/toys`, request, headers)).status).toBe(201);
    const prk = firstPrk(secret);
    let seq = -1;
    return async (cell: CellProcess) => {
      const claimant = { deviceId, boot: 1, seq: ++seq, firmwareVersion: "2.0.0" };
      return claimRequest(
        authKey(prk, deviceId),
        await askChallenge(cell.url, rngKey(prk, deviceId), claimant),
      );
    };
  }
  let homes = 0;
  /** Where 200 claims come from takes none from the others' limit, nor from its own when it is tried again. */
  const newHome = (): string => `203.0.113.${++homes}`;
  const claim = (cell: CellProcess, body: object, from = newHome()) =>
    post(`${cell.url}/api/v1/pair/claim`, body, { "x-forwarded-for": from });
  const ready = async (cell: CellProcess) => {
    const answer = await fetch(`${cell.url}/readyz`);
    return { status: answer.status, text: await answer.text() };
  };

  test("without its schema no cell starts: exit 3, and one line with the cure", async () => {
    const { code, stdout, stderr } = await bear(["start"], { ...env, PORT: "0", MQTT_PORT: "0" });
    const told = linesOf(stderr).filter((line) => line.startsWith("bear: "));
    expect({ code, told }).toEqual({
      code: 3,
      told: [expect.stringMatching(/schema .*001_families.*: run `bear migrate up`$/)],
    });
    expect(stdout).not.toContain("ready");
  });

  test("bear migrate makes it, and both cells start on it", async () => {
    const status = await bear(["migrate", "status", "--json"], env);
    expect(status.code).toBe(3);
    expect(linesOf(status.stdout)).toHaveLength(1);
    const { applied } = answerOf(await bear(["migrate", "up", "--json"], env)) as { applied: string[] };
    expect(applied).toContain("001_families");
    cells = await Promise.all([1, 2].map(() => startCellProcess(env)));
    for (const cell of cells) {
      const { status, text } = await ready(cell);
      expect(JSON.parse(text)).toMatchObject({
        checks: { database: "ok", redis: "ok", schema: "ok", vault: "ok", broker: "ok" },
      });
      // an answer of its own where ffmpeg is not installed
      if (!text.includes("missing")) expect(status).toBe(200);
    }
  });

  test("of 200 parallel sends of one proof to both, exactly one is answered 200", async () => {
    const next = await newToy();
    const body = await next(cells[0]!);
    const home = newHome();
    const sends = Array.from({ length: 200 }, (_, i) => claim(cells[i % 2]!, body, home));
    const answers = await Promise.all(sends);
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const name = `${status} ${(body.error as { code?: string })?.code ?? ""}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    expect(counts["200 "]).toBe(1);
    expect(Object.keys(counts).filter((name) => !/^(200|409|429) /.test(name))).toEqual([]);
  });

  test("with Redis away a claim is answered 503 and opens nothing; when it is back, it is answered 200", async () => {
    const next = await newToy();
    const taken = await next(cells[0]!);
    expect((await claim(cells[0]!, taken)).status).toBe(200);
    const body = await next(cells[0]!);
    await redis.stop();
    try {
      for (const cell of cells) {
        expect(await claim(cell, body)).toMatchObject({
          status: 503,
          body: { error: { code: "UNAVAILABLE" } },
        });
        await until("readiness is asked anew", async () => (await ready(cell)).status === 503);
        const { text } = await ready(cell);
        expect(JSON.parse(text)).toMatchObject({
          status: "unready",
          checks: { redis: "down", database: "ok" },
        });
        expect(text).not.toContain(new URL(redis.url).port);
        expect((await fetch(`${cell.url}/healthz`)).status).toBe(200);
      }
    } finally {
      await redis.start();
    }
    await until("both are ready", async () =>
      (await Promise.all(cells.map(ready))).every(({ text }) => text.includes('"redis":"ok"')),
    );
    // the claim that found no Redis was not used up
    expect((await claim(cells[1]!, body)).status).toBe(200);
    // Redis has forgotten every nonce, the record has not
    for (const used of [taken, body]) expect(await claim(cells[0]!, used)).toMatchObject({ status: 409 });
    expect((await claim(cells[0]!, await next(cells[0]!))).status).toBe(200);
  });

  test("bear provision works beside them and without them; bear pair is refused either way", async () => {
    const beside = { BEARLINK_URL: cells[0]!.url, BEARLINK_KEY: env.BEARLINK_KEY! };
    // no cell listens where these settings point
    const alone = { ...env, PORT: String(await freePort()) };
    for (const [name, settings] of Object.entries({ beside, alone })) {
      const toy = folder.file(`${name}.json`);
      expect(await bearHere(["provision", "--out", toy], settings)).toMatchObject({ code: 0, stderr: "" });
      const { code, stdout, stderr } = await bearHere(["pair", "--toy", toy, "--json"], settings);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(linesOf(stderr)).toEqual([expect.stringMatching(/^bear: .*refused \(NOT_FOUND\).*production/)]);
    }
  });

  test("SIGTERM ends both at once, with 0", async () => {
    const began = performance.now();
    const ended = await Promise.all(cells.splice(0).map((cell) => cell.stop()));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
