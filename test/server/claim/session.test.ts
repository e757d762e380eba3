import { expect, test } from "vitest";
import { fromHex, macKey, serverProof, sessionKey, toHex } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { claim } from "../../../server/claim/claim.ts";
import { SESSION_ENDED } from "../../../server/claim/end.ts";
import { authOf } from "../../../server/claim/desk.ts";
import type { Attempt } from "../../../server/claim/desk.ts";
import { openSession } from "../../../server/claim/session.ts";
import { sealContext } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import vector from "../../vectors/claim.json" with { type: "json" };
import { addBear, bear, FROM, house, MQTT, prepare } from "./support.ts";

test("the vector's answer is given, byte for byte", async () => {
  const [expected] = vector.answers;
  const at = house({ clock: fakeClock(expected!.server_time) });
  const row = await addBear(at, bear(vector.device_id));
  const attempt = {
    ...FROM,
    claim: {
      deviceId: vector.device_id,
      deviceNonce: fromHex(vector.device_nonce, 16)!,
      nonce: fromHex(vector.nonce, 32)!,
      sessionId: fromHex(vector.session_id, 8)!,
      boot: vector.boot,
      seq: vector.seq,
      firmwareVersion: vector.firmware_version,
    },
    proof: fromHex(vector.hmac_hex, 32)!,
    toy: row,
    auth: authOf(systemHash, fromHex(vector.K_auth, 32)!),
  } as Attempt;
  await openSession(at.desk, attempt);
  expect(attempt.answer).toEqual(expected);
});

test("every field of the answer is under the server's proof", async () => {
  const at = house();
  const toy = bear();
  await addBear(at, toy);
  const body = await prepare(at, toy, 1, 0);
  const { proof_hex, ...answer } = await claim(at.desk, body, FROM);
  const context = {
    deviceId: toy.deviceId,
    deviceNonce: fromHex(body.device_nonce, 16)!,
    nonce: fromHex(body.nonce, 32)!,
    sessionId: fromHex(body.session_id, 8)!,
  };
  const proofOf = (given: typeof answer) =>
    toHex(serverProof(systemHash, macKey(systemHash, toy.auth), context, fromHex(body.hmac_hex, 32)!, given));
  expect(proof_hex).toBe(proofOf(answer));
  expect(proof_hex).not.toBe(proofOf({ ...answer, expires_in: 1 }));
  const topics = { up: `bear/${toy.deviceId}/up`, down: `bear/${toy.deviceId}/down` };
  expect(answer.mqtt).toEqual({ ...MQTT, ...topics });
  expect(JSON.stringify({ ...answer, proof_hex }).length).toBeLessThan(512);
});

test("what the cells share of a session is its sk, sealed for this toy and this session only", async () => {
  const at = house();
  const toy = bear();
  await addBear(at, toy);
  const body = await prepare(at, toy, 7, 2);
  await claim(at.desk, body, FROM);
  const session = (await at.stores.sessions.find(toy.deviceId))!;
  expect(session).toMatchObject({ boot: 7, seq: 2, expiresAt: at.clock.now() + 86_400_000 });
  const sk = sessionKey(systemHash, toy.auth, fromHex(body.device_nonce, 16)!, fromHex(body.nonce, 32)!);
  const context = sealContext.sk(toy.deviceId, body.session_id);
  expect(toHex(at.vault.open(session.sealedSk, context))).toBe(toHex(sk));
  expect(() => at.vault.open(session.sealedSk, sealContext.sk(toy.deviceId, "00".repeat(8)))).toThrow();
  expect(toHex(session.sealedSk)).not.toContain(toHex(sk));
});

test("a paired toy is told that it is, and the cells are told of the new session after SQL has it", async () => {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  row.ownerId = "account-1";
  const body = await prepare(at, toy, 1, 0);
  const heard: (string | undefined)[] = [];
  await at.stores.bus.subscribe(SESSION_ENDED, (deviceId) => heard.push(deviceId, row.sessionId));
  expect((await claim(at.desk, body, FROM)).state).toBe("paired");
  expect(heard).toEqual([toy.deviceId, body.session_id]);
});
