import { expect, test } from "vitest";
import { fromHex, macKey, toHex } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { challenge, issuedAt, nonceKeys } from "../../../server/claim/challenge.ts";
import { fakeClock } from "../../support/clock.ts";
import vector from "../../vectors/nonce.json" with { type: "json" };
import { addBear, away, bear, house, MASTER_KEY } from "./support.ts";

const FORMER_KEY = new Uint8Array(32).fill(8);
const asked = { device_id: vector.device_id, device_nonce: vector.device_nonce };

function contextOf(answer: { nonce: string; session_id: string }) {
  return {
    deviceId: vector.device_id,
    deviceNonce: fromHex(vector.device_nonce, 16)!,
    nonce: fromHex(answer.nonce, 32)!,
    sessionId: fromHex(answer.session_id, 8)!,
  };
}

test("the nonce of the vector is made, and its moment is read back", async () => {
  const clock = fakeClock(vector.issued_ms);
  const { desk } = house({
    clock,
    chance: { bytes: (length) => fromHex(vector.session_id, 8)!.slice(0, length) },
  });
  const keys = { current: macKey(systemHash, fromHex(vector.K_nonce, 32)!) };
  const answer = await challenge({ ...desk, nonceKeys: keys }, asked, "203.0.113.7");
  expect(answer).toEqual({
    session_id: vector.session_id,
    nonce: vector.nonce,
    server_time: vector.issued_ms,
    expires_in: 60,
  });
  expect(issuedAt({ ...desk, nonceKeys: keys }, contextOf(answer))).toBe(vector.issued_ms);
});

test("a nonce does not hold for another toy, device nonce or session", async () => {
  const { desk, clock } = house();
  const context = contextOf(await challenge(desk, asked, "203.0.113.7"));
  expect(issuedAt(desk, context)).toBe(clock.now());
  for (const wrong of [
    { deviceId: "bear-0000000000000000" },
    { deviceNonce: new Uint8Array(16) },
    { sessionId: new Uint8Array(8) },
  ])
    expect(issuedAt(desk, { ...context, ...wrong })).toBeUndefined();
  for (let i = 0; i < 32; i++) {
    const nonce = context.nonce.slice();
    nonce[i]! ^= 1;
    expect(issuedAt(desk, { ...context, nonce })).toBeUndefined();
  }
});

test("cells with one master key honour each other's nonces, others' not", async () => {
  const { desk, clock } = house();
  const context = contextOf(await challenge(desk, asked, "203.0.113.7"));
  const keysOf = (master: Uint8Array) => ({
    hash: systemHash,
    clock,
    nonceKeys: nonceKeys({ hash: systemHash, clock }, master),
  });
  expect(issuedAt(keysOf(MASTER_KEY.slice()), context)).toBe(clock.now());
  expect(issuedAt(keysOf(FORMER_KEY), context)).toBeUndefined();
});

test("beside a former key the current one holds as ever", async () => {
  const { desk, clock } = house();
  const former = { key: macKey(systemHash, FORMER_KEY), untilMs: clock.now() + 1_000 };
  const both = { ...desk, nonceKeys: { ...desk.nonceKeys, former } };
  const context = contextOf(await challenge(both, asked, "203.0.113.7"));
  expect(issuedAt(both, context)).toBe(clock.now());
});

test("a former key holds for 180 s after the cell started, and no longer", async () => {
  const { desk, clock } = house();
  const ports = { ...desk, nonceKeys: nonceKeys({ hash: systemHash, clock }, MASTER_KEY, FORMER_KEY) };
  const old = { ...desk, nonceKeys: nonceKeys({ hash: systemHash, clock }, FORMER_KEY) };
  await clock.advance(179_999);
  const context = contextOf(await challenge(old, asked, "203.0.113.7"));
  expect(issuedAt(ports, context)).toBe(clock.now());
  await clock.advance(1);
  expect(issuedAt(ports, context)).toBeUndefined();
});

test("a known toy and an unknown one get the same kind of answer, and neither is looked up", async () => {
  const home = house();
  await addBear(home, bear());
  const blind = { ...home.desk, toys: away(home.toys) };
  const known = await challenge(blind, asked, "203.0.113.7");
  const unknown = await challenge(blind, { ...asked, device_id: "bear-0000000000000000" }, "203.0.113.7");
  expect(Object.keys(known)).toEqual(Object.keys(unknown));
  expect(known.nonce.slice(0, 16)).toBe(unknown.nonce.slice(0, 16));
});

test("600 challenges a minute for an address, then 429 with the seconds to wait", async () => {
  const { desk, clock } = house();
  for (let i = 0; i < 600; i++) await challenge(desk, asked, "203.0.113.7");
  await expect(challenge(desk, asked, "203.0.113.7")).rejects.toMatchObject({
    code: "RATE_LIMITED",
    details: { retry_after_s: 60, layer: "address" },
  });
  await expect(challenge(desk, asked, "203.0.113.8")).resolves.toBeDefined();
  await clock.advance(60_000);
  await expect(challenge(desk, asked, "203.0.113.7")).resolves.toBeDefined();
});

test("with the counters away no challenge is given", async () => {
  const { desk } = house();
  await expect(challenge({ ...desk, limits: away(desk.limits) }, asked, "::1")).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
});

test("no two challenges share a session id or a nonce", async () => {
  const { desk } = house();
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const { nonce, session_id } = await challenge(desk, asked, toHex(new Uint8Array([i >> 8, i])));
    seen.add(nonce).add(session_id);
  }
  expect(seen.size).toBe(1000);
});
