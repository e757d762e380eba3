/** The claim on the stores of production: one Redis that several cells share, and SQL. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRedis } from "../../../server/adapters/redis.ts";
import type { RedisStores } from "../../../server/adapters/redis.ts";
import type { Database } from "../../../server/adapters/sql/database.ts";
import { sqlToys } from "../../../server/adapters/sql/toys.ts";
import { systemChance } from "../../../server/adapters/chance.ts";
import { challenge } from "../../../server/claim/challenge.ts";
import { claim } from "../../../server/claim/claim.ts";
import type { ClaimRequest } from "../../../server/claim/claim.ts";
import type { ClaimDesk } from "../../../server/claim/desk.ts";
import { provision } from "../../../server/claim/provision.ts";
import { createClaimLimiter } from "../../../server/limiter/limiter.ts";
import { makeDeviceId, toHex } from "@bearlink/sdk/protocol";
import { openDatabase } from "../../../server/adapters/sql/database.ts";
import { migrateUp } from "../../../server/adapters/sql/migrate.ts";
import { postgresMissing, startPostgres } from "../../support/postgres.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { redisMissing, startRedis } from "../../support/redis.ts";
import type { TestRedis } from "../../support/redis.ts";
import { bear, FROM, house } from "./support.ts";

describe.skipIf(redisMissing || postgresMissing)("two cells on one Redis and one Postgres", () => {
  let server: TestRedis;
  let postgres: TestPostgres;
  let database: Database;
  let redis: RedisStores[];
  let desks: ClaimDesk[];

  beforeAll(async () => {
    [server, postgres] = await Promise.all([startRedis(), startPostgres()]);
    database = await openDatabase({ url: await postgres.newTables() });
    await migrateUp(database.db);
    redis = await Promise.all([1, 2].map(() => openRedis({ url: server.url, chance: systemChance })));
    desks = redis.map(({ nonces, sessions, counters, bus }) => {
      const limits = createClaimLimiter({ counters });
      return house({ nonces, sessions, bus, limits, toys: sqlToys(database) }).desk;
    });
  });
  afterAll(async () => {
    redis?.forEach((stores) => stores.close());
    await database?.close();
    await Promise.all([postgres?.remove(), server?.remove()]);
  });

  async function provisioned() {
    const toy = bear(makeDeviceId(systemChance.bytes(10)));
    const request = {
      device_id: toy.deviceId,
      device_secret: toHex(toy.secret),
      pairing_code_sha256: "ab".repeat(32),
    };
    await provision(desks[0]!, request, { actor: "test", address: "127.0.0.1" });
    return toy;
  }
  const ask = async (toy: ReturnType<typeof bear>, boot: number, seq: number, desk = desks[0]!) =>
    toy.body(
      await challenge(
        desk,
        { device_id: toy.deviceId, device_nonce: toHex(toy.deviceNonce(boot, seq)) },
        FROM.address,
      ),
      boot,
      seq,
    );
  const codeOf = (desk: ClaimDesk, body: ClaimRequest) =>
    claim(desk, body, FROM).then(
      () => "accepted",
      (error: { code: string }) => error.code,
    );

  test("200 parallel sends of one proof, to both: exactly one is accepted", async () => {
    const body = await ask(await provisioned(), 1, 0);
    const codes = await Promise.all(Array.from({ length: 200 }, (_, i) => codeOf(desks[i % 2]!, body)));
    const counts = codes.reduce<Record<string, number>>(
      (n, code) => ({ ...n, [code]: (n[code] ?? 0) + 1 }),
      {},
    );
    expect(counts).toEqual({ accepted: 1, CLAIM_REPLAYED: 199 });
  });

  test("a challenge of one cell is claimed at the other, and the session is found at the first", async () => {
    const toy = await provisioned();
    const body = await ask(toy, 1, 0, desks[0]);
    expect(await codeOf(desks[1]!, body)).toBe("accepted");
    expect(await desks[0]!.sessions.find(toy.deviceId)).toMatchObject({ sessionId: body.session_id });
  });

  test("the higher of two parallel pairs has the session, in both stores", async () => {
    const toy = await provisioned();
    const bodies = [await ask(toy, 1, 0), await ask(toy, 1, 1)] as const;
    await Promise.all(bodies.map((body, i) => codeOf(desks[i]!, body)));
    expect(await desks[0]!.sessions.find(toy.deviceId)).toMatchObject({ sessionId: bodies[1].session_id });
    const current = await desks[1]!.toys.currentSessions([toy.deviceId]);
    expect(current.get(toy.deviceId)).toBe(bodies[1].session_id);
  });

  test("with Redis gone a claim is UNAVAILABLE, and SQL has not moved", async () => {
    const toy = await provisioned();
    const body = await ask(toy, 1, 0);
    await server.stop();
    try {
      expect(await codeOf(desks[0]!, body)).toBe("UNAVAILABLE");
      expect(await desks[0]!.toys.find(toy.deviceId)).toMatchObject({ boot: 0, sessionId: undefined });
    } finally {
      await server.start();
    }
  });
});
