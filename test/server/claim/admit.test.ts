import { expect, test } from "vitest";
import { connectPassword, fromHex, linkKeys, macKey, mqttKey, sessionKey } from "@bearlink/sdk/protocol";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { admit } from "../../../server/claim/admit.ts";
import type { Credentials } from "../../../server/claim/admit.ts";
import { claim } from "../../../server/claim/claim.ts";
import { endSession } from "../../../server/claim/end.ts";
import { sealContext } from "../../../server/ports.ts";
import { createVault } from "../../../server/vault/seal.ts";
import claimVector from "../../vectors/claim.json" with { type: "json" };
import vector from "../../vectors/connect.json" with { type: "json" };
import { silentLog } from "../../support/voice.ts";
import { addBear, away, bear, claimAs, FROM, house, prepare } from "./support.ts";
import type { Bear, House } from "./support.ts";

async function session(at: House, toy: Bear, boot: number, seq: number) {
  const body = await prepare(at, toy, boot, seq);
  await claim(at.desk, body, FROM);
  const sessionBytes = fromHex(body.session_id, 8)!;
  const sk = sessionKey(systemHash, toy.auth, fromHex(body.device_nonce, 16)!, fromHex(body.nonce, 32)!);
  const key = mqttKey(systemHash, sk, toy.deviceId, sessionBytes);
  return (n: number): Credentials => ({
    deviceId: toy.deviceId,
    sessionId: body.session_id,
    n,
    password: connectPassword(systemHash, key, toy.deviceId, sessionBytes, n),
    address: "203.0.113.7",
  });
}

async function home() {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  const credentials = await session(at, toy, 1, 0);
  return { at, toy, row, credentials };
}

test("a right password is accepted, with its topics and the key of its frames", async () => {
  const { at, toy, credentials } = await home();
  expect(await admit(at.desk, credentials(1))).toEqual({
    verdict: "accepted",
    up: `bear/${toy.deviceId}/up`,
    down: `bear/${toy.deviceId}/down`,
    sk: expect.anything(),
    expiresAt: at.clock.now() + 86_400_000,
  });
});

test("the vectors' passwords are accepted, and their keys come out", async () => {
  const at = house();
  const row = await addBear(at, bear(vector.device_id));
  row.sessionId = vector.session_id;
  const sk = sessionKey(
    systemHash,
    fromHex(claimVector.K_auth, 32)!,
    fromHex(claimVector.device_nonce, 16)!,
    fromHex(claimVector.nonce, 32)!,
  );
  await at.stores.sessions.open({
    deviceId: vector.device_id,
    sessionId: vector.session_id,
    boot: 41,
    seq: 0,
    sealedSk: at.vault.seal(sk, sealContext.sk(vector.device_id, vector.session_id)),
    expiresAt: at.clock.now() + 1000,
  });
  for (const { n, password } of vector.cases) {
    const { device_id: deviceId, session_id: sessionId } = vector;
    const admission = await admit(at.desk, { deviceId, sessionId, n, password, address: "::1" });
    if (admission.verdict !== "accepted") throw new Error(admission.verdict);
    const [first] = claimVector.session_keys.connections;
    const keys = linkKeys(systemHash, admission.sk, deviceId, fromHex(sessionId, 8)!, first!.n);
    expect(keys.up.mac).toEqual(macKey(systemHash, fromHex(first!["up-mac"], 32)!));
    expect(keys.down.enc).toEqual(macKey(systemHash, fromHex(first!["down-enc"], 32)!));
  }
});

test("a captured CONNECT sent again is refused, and n must rise", async () => {
  const { at, credentials } = await home();
  for (const [n, verdict] of [
    [2, "accepted"],
    [2, "refused"],
    [1, "refused"],
    [3, "accepted"],
    [0xffffffff, "accepted"],
  ] as const)
    expect((await admit(at.desk, credentials(n))).verdict).toBe(verdict);
});

test("of 50 parallel CONNECTs with one n exactly one is accepted", async () => {
  const { at, credentials } = await home();
  const all = await Promise.all(Array.from({ length: 50 }, () => admit(at.desk, credentials(1))));
  expect(all.filter(({ verdict }) => verdict === "accepted")).toHaveLength(1);
});

test("a wrong password is refused and does not use up n", async () => {
  const { at, credentials } = await home();
  const right = credentials(1);
  for (const password of [
    "",
    "00".repeat(24),
    right.password.slice(0, -1),
    right.password.toUpperCase(),
    right.password + "0",
  ])
    expect((await admit(at.desk, { ...right, password })).verdict).toBe("refused");
  expect((await admit(at.desk, { ...right, n: 2 })).verdict).toBe("refused");
  expect((await admit(at.desk, right)).verdict).toBe("accepted");
});

test("credentials that are not of the form are refused before anything is asked, and unknown ones without a fault", async () => {
  const { at, toy, credentials } = await home();
  const right = credentials(1);
  const faults: unknown[] = [];
  const log = { ...silentLog, error: (fields: object) => void faults.push(fields) };
  let asked = 0;
  const held = await at.stores.sessions.find(toy.deviceId);
  // a store that would take anything
  const sessions = { ...at.stores.sessions, find: async () => (asked++, held), raise: async () => true };
  for (const wrong of [
    { n: 0 },
    { n: -1 },
    { n: 1.5 },
    { n: 2 ** 32 },
    { n: NaN },
    { sessionId: "" },
    { sessionId: "0".repeat(15) },
  ])
    expect((await admit({ ...at.desk, log, sessions }, { ...right, ...wrong })).verdict).toBe("refused");
  expect(asked).toBe(0);
  for (const wrong of [{ sessionId: "00".repeat(8) }, { deviceId: "bear-0000000000000000" }])
    expect((await admit({ ...at.desk, log }, { ...right, ...wrong })).verdict).toBe("refused");
  expect(faults).toEqual([]);
});

test("a refused CONNECT stands in the trail of its toy's family, with what was wrong and from where, the same one once a minute; an accepted one does not", async () => {
  const { at, toy, credentials } = await home();
  const told = () => at.entries.splice(0).filter(({ action }) => action === "mqtt_refused");
  const right = credentials(1);
  await admit(at.desk, right);
  expect(told()).toEqual([]);
  const entry = { at: at.clock.now(), action: "mqtt_refused", outcome: "refused", address: "203.0.113.7" };
  const of = { ...entry, actor: toy.deviceId, resource: toy.deviceId };
  const wrong = { ...credentials(2), password: "00".repeat(24) };
  for (const each of [right, wrong, wrong, { ...wrong, sessionId: "00".repeat(8) }, { ...wrong, n: 0 }])
    expect((await admit(at.desk, each)).verdict).toBe("refused");
  expect(told()).toEqual(["replayed", "password", "session", "form"].map((reason) => ({ ...of, reason })));
  await admit(at.desk, { ...wrong, address: "203.0.113.8" });
  expect(told()).toEqual([{ ...of, address: "203.0.113.8", reason: "password" }]);
  await at.clock.advance(60_000);
  await admit(at.desk, wrong);
  expect(told()).toEqual([{ ...of, at: at.clock.now(), reason: "password" }]);
});

test("where the record is away nothing is said of who knocked, and the answer is the same", async () => {
  const { at, credentials } = await home();
  const desk = { ...at.desk, sessions: away(at.desk.sessions) };
  at.entries.splice(0);
  expect((await admit(desk, credentials(1))).verdict).toBe("unavailable");
  expect(at.entries).toEqual([]);
});

test("another session than the one that stands is refused, though its password is right", async () => {
  const { at, toy, credentials } = await home();
  const held = (await at.stores.sessions.find(toy.deviceId))!;
  const sessions = { ...at.stores.sessions, find: async () => ({ ...held, sessionId: "00".repeat(8) }) };
  let opened = 0;
  const vault = {
    ...at.desk.vault,
    open: (...asked: Parameters<typeof at.desk.vault.open>) => (opened++, at.desk.vault.open(...asked)),
  };
  expect((await admit({ ...at.desk, sessions, vault }, credentials(1))).verdict).toBe("refused");
  expect(opened).toBe(0);
});

test("credentials of no form at all are refused", async () => {
  const { at, credentials } = await home();
  const right = credentials(1);
  for (const wrong of [
    { n: 0 },
    { n: 1.5 },
    { n: 2 ** 32 },
    { n: NaN },
    { sessionId: "" },
    { sessionId: "00".repeat(8) },
  ])
    expect((await admit(at.desk, { ...right, ...wrong })).verdict).toBe("refused");
  expect((await admit(at.desk, { ...right, deviceId: "bear-0000000000000000" })).verdict).toBe("refused");
});

test("a session that expired is refused", async () => {
  const { at, toy, credentials } = await home();
  const expiresAt = at.clock.now() + 86_400_000;
  await at.clock.advance(86_399_999);
  expect((await admit(at.desk, credentials(1))).verdict).toBe("accepted");
  const held = await at.stores.sessions.find(toy.deviceId);
  await at.clock.advance(1);
  // even where the store has not forgotten it
  const sessions = { ...at.stores.sessions, find: async () => held, raise: async () => true };
  expect(held?.expiresAt).toBe(expiresAt);
  expect((await admit({ ...at.desk, sessions }, credentials(2))).verdict).toBe("refused");
});

test("the session that a newer claim ended is refused", async () => {
  const { at, toy, credentials } = await home();
  await claimAs(at, toy, 1, 1);
  expect((await admit(at.desk, credentials(1))).verdict).toBe("refused");
});

test("a session that SQL has ended is refused, though the shared store still holds it, and n stays free", async () => {
  const { at, toy, row, credentials } = await home();
  const { sessionId } = row;
  await at.toys.endSession(toy.deviceId);
  expect((await admit(at.desk, credentials(1))).verdict).toBe("refused");
  row.sessionId = sessionId;
  expect((await admit(at.desk, credentials(1))).verdict).toBe("accepted");
});

test("an ended session is refused", async () => {
  const { at, toy, credentials } = await home();
  await endSession(at.desk, toy.deviceId, "unpaired");
  expect((await admit(at.desk, credentials(1))).verdict).toBe("refused");
});

test("with a store away it is unavailable, and with a sealed key that does not open refused", async () => {
  const { at, credentials } = await home();
  for (const store of ["sessions", "toys"] as const) {
    const desk = { ...at.desk, [store]: away(at.desk[store]) };
    expect((await admit(desk, credentials(1))).verdict).toBe("unavailable");
  }
  const vault = {
    ...at.vault,
    open: () => {
      throw new Error("another master key");
    },
  };
  expect((await admit({ ...at.desk, vault }, credentials(1))).verdict).toBe("refused");
  expect(await at.metrics.text()).toContain('auth_attempts_total{method="mqtt",result="unavailable"} 2');
});

test("what a master key sealed that this cell has not learned of is unavailable, not refused", async () => {
  const { at, credentials } = await home();
  const vault = createVault({ masterKey: new Uint8Array(32).fill(77), chance: systemChance });
  expect((await admit({ ...at.desk, vault }, credentials(1))).verdict).toBe("unavailable");
});
