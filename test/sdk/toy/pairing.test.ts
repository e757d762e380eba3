import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DOWN, pairProof, toHex, UP } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { AUTH, DEVICE_ID, readyToy } from "./fakes.ts";
import type { FakeToy } from "./fakes.ts";

const { window_id, account_tag } = JSON.parse(readFileSync("test/vectors/pairing.json", "utf8")) as Record<
  "window_id" | "account_tag",
  string
>;
const OFFER = { kind: "pair_offer", window_id, account_tag, ttl_s: 60 };
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const json = (payload: Uint8Array): unknown => JSON.parse(Buffer.from(payload).toString());
const acks = (fake: FakeToy): unknown[] => fake.sent(UP.ACK).map(({ payload }) => json(payload));

/** A toy whose paw was held for five seconds. */
async function pairingToy(): Promise<FakeToy> {
  const fake = await readyToy("unpaired");
  fake.toy.paw(true);
  await fake.clock.advance(5_000);
  fake.toy.paw(false);
  return fake;
}

function offer(fake: FakeToy, id: number, change = {}): void {
  fake.line.sendJson(DOWN.COMMAND, 0, { id, ...OFFER, ...change });
}

/** The server says the words, and the speaker plays them out. */
function speakWords(fake: FakeToy): void {
  fake.line.sendJson(DOWN.REPLY_START, 0, { codec: 0 });
  fake.line.send({ type: DOWN.AUDIO, payload: new Uint8Array(800) });
  fake.line.send({ type: DOWN.REPLY_END });
  fake.take!(800);
  fake.take!(800);
}

function tap(fake: FakeToy): void {
  fake.toy.paw(true);
  fake.toy.paw(false);
}

test("a press of five seconds says EVENT pairing every 2 s, until the server's CUE", async () => {
  const fake = await pairingToy();
  expect([fake.toy.state().name, fake.light]).toEqual(["pairing", "pairing"]);
  await fake.clock.advance(4_000);
  expect(fake.sent(UP.EVENT).map(({ payload, turn }) => [json(payload), turn])).toEqual(
    Array(3).fill([{ kind: "pairing" }, 0]),
  );
  fake.line.sendJson(DOWN.CUE, 0, { clip: "pairing" });
  await fake.clock.advance(10_000);
  expect(fake.sent(UP.EVENT)).toHaveLength(3);
  expect(fake.clips).toContain("pairing");
});

test("a press after the words accepts, every 2 s, until pair_done", async () => {
  const fake = await pairingToy();
  offer(fake, 1);
  speakWords(fake);
  tap(fake);
  await fake.clock.advance(2_000);
  const { sessionId } = fake.server.attempt;
  const proof = toHex(pairProof(nodeHash, AUTH, DEVICE_ID, bytes(window_id), bytes(account_tag), sessionId));
  expect(fake.sent(UP.PAIR_ACCEPT).map(({ payload }) => json(payload))).toEqual([
    { window_id, proof_hex: proof },
    { window_id, proof_hex: proof },
  ]);
  fake.line.sendJson(DOWN.COMMAND, 0, { id: 2, kind: "pair_done", ttl_s: 60 });
  await fake.clock.advance(10_000);
  expect(fake.sent(UP.PAIR_ACCEPT)).toHaveLength(2);
  expect(fake.toy.state()).toMatchObject({ name: "ready", paired: true });
  expect(fake.clips).toContain("paired");
  expect(acks(fake)).toEqual([
    { id: 1, ok: true },
    { id: 2, ok: true },
  ]);
});

test("a press before the words, without an offer, or after its time accepts nothing", async () => {
  const early = await pairingToy();
  offer(early, 1);
  tap(early);
  const none = await pairingToy();
  speakWords(none);
  tap(none);
  const late = await pairingToy();
  offer(late, 1);
  speakWords(late);
  await late.clock.advance(60_000);
  tap(late);
  for (const fake of [early, none, late]) expect(fake.sent(UP.PAIR_ACCEPT)).toEqual([]);
});

test("an acceptance ends with its window", async () => {
  const fake = await pairingToy();
  offer(fake, 1, { ttl_s: 5 });
  speakWords(fake);
  tap(fake);
  await fake.clock.advance(60_000);
  expect(fake.sent(UP.PAIR_ACCEPT)).toHaveLength(3);
});

test("an offer is taken only in pairing mode, one at a time, and of the right form", async () => {
  const idle = await readyToy("unpaired");
  offer(idle, 1);
  expect(acks(idle)).toEqual([{ id: 1, ok: false, code: "NOT_PAIRING" }]);
  const fake = await pairingToy();
  offer(fake, 1, { window_id: "zz" });
  offer(fake, 2);
  offer(fake, 3, { window_id: "ff".repeat(16) });
  expect(acks(fake)).toEqual([
    { id: 1, ok: false, code: "INVALID" },
    { id: 2, ok: true },
    { id: 3, ok: false, code: "BUSY" },
  ]);
});

test("a long press cancels, and so do five minutes", async () => {
  const fake = await pairingToy();
  offer(fake, 1);
  speakWords(fake);
  fake.toy.paw(true);
  await fake.clock.advance(5_000);
  fake.toy.paw(false);
  expect([fake.toy.state().name, fake.sent(UP.PAIR_ACCEPT).length]).toEqual(["ready", 0]);
  const idle = await pairingToy();
  await idle.clock.advance(300_000);
  expect(idle.toy.state().name).toBe("ready");
});

test("ten seconds reset the toy: the owner's server is told, boot and secret stay", async () => {
  const fake = await readyToy("unpaired");
  fake.toy.paw(true);
  await fake.clock.advance(10_000);
  expect(fake.sent(UP.EVENT).map(({ payload }) => json(payload))).toContainEqual({ kind: "reset" });
  expect(fake.power).toEqual(["reset"]);
  expect(fake.store.get("boot0")).toBeDefined();
});

test("who talks for ten seconds neither pairs nor resets", async () => {
  const fake = await readyToy();
  const loud = Uint8Array.from({ length: 800 }, (_, i) => (i % 20 < 10 ? 0x10 : 0x90));
  fake.toy.paw(true);
  for (let i = 0; i < 110; i++) {
    fake.microphone!(loud);
    await fake.clock.advance(100);
  }
  expect([fake.toy.state().name, fake.power]).toEqual(["listening", []]);
});
