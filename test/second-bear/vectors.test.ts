/** Every vector, both ways, through the second bear: what PROTOCOL.md says to somebody who never saw our code. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as wire from "./wire.ts";

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the vectors are read as the text they are */
type Vector = Record<string, any>;
const vectors = (name: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8")) as Vector;
const cases = (vector: Vector, list = "cases") => vector[list] as Vector[];
const bytes = (text: string) => Buffer.from(text, "hex");

describe("encoding.json", () => {
  test.each(cases(vectors("encoding")))("$lp", ({ fields, lp }) => {
    expect(wire.lp(...(fields as string[]).map(bytes)).toString("hex")).toBe(lp);
    expect(wire.unlp(bytes(lp))?.map(wire.hex)).toEqual(fields);
    for (let cut = 0; cut < lp.length / 2; cut++) expect(wire.unlp(bytes(lp).subarray(0, cut))).toBeNull();
    expect(wire.unlp(bytes(lp + "00"))).toBeNull();
  });
});

describe("identity.json, rekey.json", () => {
  const identity = vectors("identity");
  const rekey = vectors("rekey");
  const prk = wire.firstPrk(bytes(identity.device_secret));

  test("the two keys come from the secret", () => {
    expect(wire.hex(wire.authKey(prk, identity.device_id))).toBe(identity.K_auth);
    expect(wire.hex(wire.rngKey(prk, identity.device_id))).toBe(identity.K_rng);
  });
  test.each(cases(identity, "nonces"))("start $boot, attempt $seq", ({ boot, seq, device_nonce }) => {
    expect(wire.hex(wire.deviceNonce(bytes(identity.K_rng), boot, seq))).toBe(device_nonce);
  });
  test("a rekey steps from the first prk", () => {
    expect(wire.hex(prk)).toBe(rekey.prk);
    const next = wire.nextPrk(prk, rekey.device_id);
    expect(wire.hex(next)).toBe(rekey.next_prk);
    expect(wire.hex(wire.authKey(next, rekey.device_id))).toBe(rekey.next_K_auth);
  });
});

test("nonce.json: the server's nonce", () => {
  const v = vectors("nonce");
  const nonce = wire.serverNonce(
    bytes(v.K_nonce),
    v.device_id,
    bytes(v.device_nonce),
    bytes(v.session_id),
    v.issued_ms,
  );
  expect(wire.hex(nonce)).toBe(v.nonce);
  expect(Number(nonce.readBigUInt64BE(0))).toBe(v.issued_ms);
});

describe("claim.json", () => {
  const v = vectors("claim");
  const auth = bytes(v.K_auth);
  const attempt: wire.Attempt = {
    deviceId: v.device_id,
    boot: v.boot,
    seq: v.seq,
    deviceNonce: bytes(v.device_nonce),
    nonce: bytes(v.nonce),
    sessionId: bytes(v.session_id),
    firmwareVersion: v.firmware_version,
    suite: v.suite,
  };

  test("the toy's proof", () => expect(wire.hex(wire.deviceProof(auth, attempt))).toBe(v.hmac_hex));
  test.each(cases(v, "answers"))("the server's proof for a toy that is $state", (answer) => {
    expect(wire.hex(wire.serverProof(auth, attempt, answer as wire.ClaimAnswer))).toBe(answer.proof_hex);
  });
  test("the proof of a floor", () => {
    expect(wire.hex(wire.staleProof(auth, attempt, v.stale.floor))).toBe(v.stale.proof_hex);
  });
  test("the session's keys", () => {
    const sk = wire.sessionSecret(auth, attempt);
    expect(wire.hex(wire.mqttKey(sk, v.device_id, attempt.sessionId))).toBe(v.session_keys.K_mqtt);
    for (const connection of v.session_keys.connections) {
      const { up, down } = wire.frameKeys(sk, v.device_id, attempt.sessionId, connection.n);
      expect([up.mac, up.enc, down.mac, down.enc].map(wire.hex)).toEqual([
        connection["up-mac"],
        connection["up-enc"],
        connection["down-mac"],
        connection["down-enc"],
      ]);
    }
  });
});

test.each(cases(vectors("connect")))("connect.json: connection $n", ({ n, username, password }) => {
  const v = vectors("connect");
  expect(`${v.device_id}:${v.session_id}:${n}`).toBe(username);
  expect(wire.connectPassword(bytes(v.K_mqtt), v.device_id, bytes(v.session_id), n)).toBe(password);
});

test.each(cases(vectors("backoff")))(
  "backoff.json: $label $boot $seq $tries",
  ({ label, boot, seq, tries, fraction }) => {
    expect(wire.fraction(bytes(vectors("backoff").K_rng), label, boot, seq, tries)).toBe(fraction);
  },
);

test("pairing.json: the account's tag and the paw's proof", () => {
  const v = vectors("pairing");
  const tag = wire.accountTag(v.account_id, bytes(v.window_id));
  expect(wire.hex(tag)).toBe(v.account_tag);
  const proof = wire.pairProof(bytes(v.K_auth), v.device_id, bytes(v.window_id), tag, bytes(v.session_id));
  expect(wire.hex(proof)).toBe(v.proof_hex);
});

describe("frames.json", () => {
  const v = vectors("frames");
  const keys = (direction: string) => ({
    mac: bytes(v.keys[`${direction}-mac`]),
    enc: bytes(v.keys[`${direction}-enc`]),
  });

  test.each(cases(v))("$name", ({ name: _, direction, frame, payload, ...header }) => {
    const clear = { ...header, payload: bytes(payload) } as unknown as wire.Frame;
    expect(wire.hex(wire.seal(clear, keys(direction)))).toBe(frame);
    expect(wire.open(bytes(frame), keys(direction), header.counter - 1)).toEqual(clear);
    expect(wire.open(bytes(frame), keys(direction), header.counter)).toBe("replay");
    for (let cut = 0; cut < frame.length / 2; cut++) {
      expect(["size", "tag"]).toContain(wire.open(bytes(frame).subarray(0, cut), keys(direction), 0));
    }
    expect(["size", "tag"]).toContain(wire.open(bytes(frame + "00"), keys(direction), 0));
    expect(wire.open(bytes(frame), keys(direction === "up" ? "down" : "up"), 0)).toBe("tag");
  });
});
