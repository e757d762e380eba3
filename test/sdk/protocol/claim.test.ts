/** The claim's bytes: PROTOCOL.md §2, §3, §4.2, §4.6, §8 and §11, against the vectors and against the second bear. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accountTag,
  authKey,
  chance,
  connectPassword,
  connectUsername,
  deviceNonce,
  deviceProof,
  fromHex,
  hmac,
  linkKeys,
  macKey,
  makeServerNonce,
  mqttKey,
  nextPrk,
  pairProof,
  rngKey,
  secretPrk,
  serverNonceIssuedMs,
  serverProof,
  sessionKey,
  staleProof,
  SUITE,
  toHex,
  toyKeys,
  toyTopics,
  type ClaimAnswer,
  type ClaimAttempt,
} from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import * as secondBear from "../../second-bear/wire.ts";
import { bytes, cases, vectors } from "./vectors.ts";

const key = (hex: unknown) => macKey(systemHash, bytes(hex));
const claim = vectors("claim");
const attempt: ClaimAttempt = {
  deviceId: claim.device_id as string,
  deviceNonce: bytes(claim.device_nonce),
  nonce: bytes(claim.nonce),
  sessionId: bytes(claim.session_id),
  boot: claim.boot as number,
  seq: claim.seq as number,
  firmwareVersion: claim.firmware_version as string,
};
const auth = key(claim.K_auth);

describe("a toy's keys", () => {
  const identity = vectors("identity");
  const rekey = vectors("rekey");
  const id = identity.device_id as string;
  const prk = secretPrk(systemHash, bytes(identity.device_secret));

  test("come from its secret and its id", () => {
    expect(toHex(prk)).toBe(rekey.prk);
    expect(toHex(authKey(systemHash, prk, id))).toBe(identity.K_auth);
    expect(toHex(rngKey(systemHash, prk, id))).toBe(identity.K_rng);
    const keys = toyKeys(systemHash, prk, rngKey(systemHash, prk, id), id);
    expect(toHex(keys.authBytes)).toBe(identity.K_auth);
    expect(keys).toMatchObject({ auth: key(identity.K_auth), rng: key(identity.K_rng) });
  });

  test("step on at a rekey, but for the one that makes nonces", () => {
    const next = nextPrk(systemHash, prk, id);
    expect(toHex(next)).toBe(rekey.next_prk);
    const keys = toyKeys(systemHash, next, bytes(identity.K_rng), id);
    expect(toHex(keys.authBytes)).toBe(rekey.next_K_auth);
    expect(keys.rng).toEqual(key(identity.K_rng));
  });

  test.each(cases(identity, "nonces"))(
    "make the nonce of start $boot, attempt $seq",
    ({ boot, seq, device_nonce }) => {
      expect(toHex(deviceNonce(systemHash, key(identity.K_rng), boot as number, seq as number))).toBe(
        device_nonce,
      );
    },
  );

  test.each(cases(vectors("backoff")))(
    "make the chance “$label” $boot $seq $tries",
    ({ label, boot, seq, tries, fraction }) => {
      const drawn = chance(
        systemHash,
        key(vectors("backoff").K_rng),
        label as string,
        boot as number,
        seq as number,
        tries as number,
      );
      expect(drawn * 0x100000000).toBe(fraction);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(1);
    },
  );
});

describe("the server's nonce", () => {
  const vector = vectors("nonce");
  const made = {
    deviceId: vector.device_id as string,
    deviceNonce: bytes(vector.device_nonce),
    sessionId: bytes(vector.session_id),
    nonce: bytes(vector.nonce),
  };
  const nonceKey = key(vector.K_nonce);
  const issued = (context = made, under = nonceKey) => serverNonceIssuedMs(systemHash, under, context);

  test("is made and known again", () => {
    expect(toHex(makeServerNonce(systemHash, nonceKey, made, vector.issued_ms as number))).toBe(vector.nonce);
    expect(issued()).toBe(vector.issued_ms);
  });

  test("is nobody's with any bit turned, cut, or longer", () => {
    for (let bit = 0; bit < 256; bit++) {
      const nonce = made.nonce.slice();
      nonce[bit >> 3]! ^= 1 << (bit & 7);
      expect(issued({ ...made, nonce })).toBeUndefined();
    }
    for (let cut = 0; cut < 32; cut++)
      expect(issued({ ...made, nonce: made.nonce.slice(0, cut) })).toBeUndefined();
    expect(issued({ ...made, nonce: Uint8Array.from([...made.nonce, 0]) })).toBeUndefined();
  });

  test("is of one toy, one of its nonces, one session and one key", () => {
    expect(issued({ ...made, deviceId: "bear-0000000000000000" })).toBeUndefined();
    expect(issued({ ...made, deviceNonce: new Uint8Array(16) })).toBeUndefined();
    expect(issued({ ...made, sessionId: new Uint8Array(8) })).toBeUndefined();
    expect(issued(made, auth)).toBeUndefined();
  });

  test("is refused, and does not throw, where its time is beyond 2^53", () => {
    expect(issued({ ...made, nonce: new Uint8Array(32).fill(0xff) })).toBeUndefined();
  });
});

describe("the claim", () => {
  const proof = deviceProof(systemHash, auth, attempt);

  test("is proven by the toy", () => {
    expect(claim.suite).toBe(SUITE);
    expect(toHex(proof)).toBe(claim.hmac_hex);
  });

  test("has another proof where any of its fields is another", () => {
    const others: Partial<ClaimAttempt>[] = [
      { deviceId: "bear-7q2m9xk4d8wr3hbm" },
      { deviceNonce: new Uint8Array(16) },
      { nonce: new Uint8Array(32) },
      { sessionId: new Uint8Array(8) },
      { boot: 42 },
      { seq: 1 },
      { firmwareVersion: "1.0.1" },
    ];
    const proofs = others.map((other) => toHex(deviceProof(systemHash, auth, { ...attempt, ...other })));
    expect(new Set([...proofs, claim.hmac_hex]).size).toBe(others.length + 1);
  });

  test.each(cases(claim, "answers"))("is answered by a proof over every field ($state)", (vector) => {
    const answer = vector as ClaimAnswer & { proof_hex: string };
    const proven = (changed: Partial<ClaimAnswer>, mqtt: Partial<ClaimAnswer["mqtt"]> = {}) =>
      toHex(
        serverProof(systemHash, auth, attempt, proof, {
          ...answer,
          ...changed,
          mqtt: { ...answer.mqtt, ...mqtt },
        }),
      );
    expect(proven({})).toBe(answer.proof_hex);
    const others = [
      proven({ state: answer.state === "paired" ? "unpaired" : "paired" }),
      proven({ server_time: answer.server_time + 1 }),
      proven({ expires_in: 1 }),
      proven({}, { host: "elsewhere" }),
      proven({}, { port: 1 }),
      proven({}, { tls: !answer.mqtt.tls }),
      proven({}, { up: answer.mqtt.down }),
      proven({}, { down: answer.mqtt.up }),
    ];
    expect(new Set([...others, answer.proof_hex]).size).toBe(others.length + 1);
  });

  test("is stale under a floor that is proven", () => {
    expect(toHex(staleProof(systemHash, auth, attempt, claim.stale.floor as number))).toBe(
      claim.stale.proof_hex,
    );
  });

  test("opens a session with its keys", () => {
    const sk = sessionKey(systemHash, bytes(claim.K_auth), attempt.deviceNonce, attempt.nonce);
    const { K_mqtt, connections } = claim.session_keys;
    expect(mqttKey(systemHash, sk, attempt.deviceId, attempt.sessionId)).toEqual(key(K_mqtt));
    for (const connection of connections) {
      const { up, down } = linkKeys(
        systemHash,
        sk,
        attempt.deviceId,
        attempt.sessionId,
        connection.n as number,
      );
      expect(up).toEqual({ mac: key(connection["up-mac"]), enc: key(connection["up-enc"]) });
      expect(down).toEqual({ mac: key(connection["down-mac"]), enc: key(connection["down-enc"]) });
    }
  });

  test("means the same to a reader who never saw this code", () => {
    const id = fc.string({ maxLength: 32 });
    const word = fc.nat(0xffffffff);
    const size = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        id,
        word,
        word,
        size(16),
        size(32),
        size(8),
        id,
        size(32),
        (deviceId, boot, seq, deviceNonce, nonce, sessionId, firmwareVersion, secret) => {
          const mine = { deviceId, boot, seq, deviceNonce, nonce, sessionId, firmwareVersion };
          const theirs = secondBear.deviceProof(secret, { ...mine, suite: SUITE });
          expect(toHex(deviceProof(systemHash, macKey(systemHash, secret), mine))).toBe(toHex(theirs));
        },
      ),
    );
  });
});

test.each(cases(vectors("connect")))(
  "connection $n has its name and its password",
  ({ n, username, password }) => {
    const { device_id, session_id, K_mqtt } = vectors("connect");
    expect(connectUsername(device_id as string, bytes(session_id), n as number)).toBe(username);
    expect(
      connectPassword(systemHash, key(K_mqtt), device_id as string, bytes(session_id), n as number),
    ).toBe(password);
  },
);

test("a toy has two topics, the server's names for them by default", () => {
  const { mqtt } = cases(claim, "answers")[0]!;
  expect(toyTopics(claim.device_id as string)).toEqual({ up: mqtt.up, down: mqtt.down });
});

test("a pairing has the account's tag and the paw's proof", () => {
  const vector = vectors("pairing");
  const windowId = fromHex(vector.window_id, 16)!;
  const tag = accountTag(systemHash, vector.account_id as string, windowId);
  expect(toHex(tag)).toBe(vector.account_tag);
  const proof = pairProof(
    systemHash,
    key(vector.K_auth),
    vector.device_id as string,
    windowId,
    tag,
    bytes(vector.session_id),
  );
  expect(toHex(proof)).toBe(vector.proof_hex);
});

test("HMAC-SHA256 agrees with node's at every length of a key around its block", () => {
  const data = Buffer.from("what do ya want for nothing?");
  for (let length = 0; length <= 130; length++) {
    const secret = new Uint8Array(length).fill(length);
    const mine = hmac(systemHash, macKey(systemHash, secret), [data]);
    expect(toHex(mine)).toBe(toHex(secondBear.hmac(secret, data)));
  }
});
