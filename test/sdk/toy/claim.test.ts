import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DOWN, fromHex, macKey } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { backOffMs, renewAfterMs } from "@bearlink/sdk/toy";
import { error, fakeToy, IDENTITY } from "./fakes.ts";
import type { FakeToy, Post } from "./fakes.ts";

function started(identity = IDENTITY): FakeToy {
  const fake = fakeToy(identity);
  fake.toy.start();
  return fake;
}

/** Answers the challenge, and hands the claim to `answer`. */
function claims(fake: FakeToy, answer: (fake: FakeToy) => void): void {
  fake.server.challenge(fake.posts.shift()!);
  answer(fake);
}

/** The next request, however long the toy backs off. */
async function nextPost(fake: FakeToy): Promise<Post> {
  for (let waited = 0; fake.posts.length === 0 && waited < 61_000; waited += 50) await fake.clock.advance(50);
  return fake.posts.shift()!;
}

test("the back-off and the renewal are those of the vectors", () => {
  const { K_rng, cases } = JSON.parse(readFileSync("test/vectors/backoff.json", "utf8")) as {
    K_rng: string;
    cases: { label: string; boot: number; seq: number; tries: number; fraction: number }[];
  };
  const rng = macKey(nodeHash, fromHex(K_rng, 32)!);
  for (const { label, boot, seq, tries, fraction } of cases) {
    const part = fraction / 2 ** 32;
    if (label === "backoff") {
      expect(backOffMs(nodeHash, rng, boot, seq, tries)).toBe(Math.floor(part * 1_000 * 2 ** tries));
    } else if (tries === 0) {
      const ms = renewAfterMs(nodeHash, rng, boot, seq, 1_000);
      expect(ms).toBe(Math.floor(1_000_000 * (0.9 + 0.1 * part)));
    }
  }
});

test("the back-off never passes 60 s", () => {
  const rng = macKey(nodeHash, new Uint8Array(32));
  for (let tries = 0; tries < 1_000; tries++) {
    expect(backOffMs(nodeHash, rng, 1, 0, tries)).toBeLessThan(Math.min(60_000, 1_000 * 2 ** tries));
  }
});

test("a right claim opens a session, and its connection carries number 1", async () => {
  const fake = started();
  expect(fake.posts[0]!.url).toBe("http://a.example/api/v1/esp32/challenge");
  await fake.arrive();
  expect(fake.toy.state()).toMatchObject({ name: "ready", paired: true });
  expect(fake.line.options).toMatchObject({ host: "b.example", port: 1883, tls: false });
  expect(fake.line.options.username).toMatch(/^bear-7q2m9xk4d8wr3hbn:[0-9a-f]{16}:1$/);
  expect(fake.line.subscribed).toEqual(["down/topic"]);
});

const spoiled: [string, (answer: Record<string, unknown>) => void][] = [
  ["no proof", (answer) => delete answer.proof_hex],
  ["another server's proof", (answer) => (answer.proof_hex = "00".repeat(32))],
  ["another state", (answer) => (answer.state = "unpaired")],
  ["another time", (answer) => (answer.server_time = 1)],
  ["another length", (answer) => (answer.expires_in = 3_600)],
  ["another host", (answer) => ((answer.mqtt as Record<string, unknown>).host = "evil.example")],
  ["another port", (answer) => ((answer.mqtt as Record<string, unknown>).port = 1884)],
  ["another topic", (answer) => ((answer.mqtt as Record<string, unknown>).down = "evil")],
  ["a session of years", (answer) => (answer.expires_in = 1e9)],
  ["a fraction of a port", (answer) => ((answer.mqtt as Record<string, unknown>).port = 1.5)],
  ["no mqtt at all", (answer) => delete answer.mqtt],
];
test.each(spoiled)("an answer with %s opens nothing, and sets no clock", async (_name, change) => {
  const fake = started();
  let time = 0;
  fake.host.setTime = (ms) => (time = ms);
  claims(fake, () => fake.server.claim(fake.posts.shift()!, change));
  expect(fake.lines).toHaveLength(0);
  expect(time).toBe(0);
  expect(fake.toy.state()).toMatchObject({ name: "claiming", errors: 1 });
});

test.each([
  [0, undefined],
  [200, undefined],
  [200, { session_id: "zz", nonce: "" }],
  [200, "text"],
  [401, error("CLAIM_REFUSED")],
  [503, null],
])("a challenge answered %d %j is waited out, with another seq", async (status, answer) => {
  const fake = started();
  const first = fake.posts.shift()!;
  first.answer(status, answer);
  await fake.clock.advance(1_000);
  const second = fake.posts.shift()!;
  expect(second.body.device_nonce).not.toBe(first.body.device_nonce);
});

test("each attempt raises seq, and boot stays", async () => {
  const fake = started();
  const seen: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    fake.server.challenge(await nextPost(fake));
    const claim = fake.posts.shift()!;
    seen.push([claim.body.boot, claim.body.seq]);
    claim.answer(409, error("CLAIM_REPLAYED"));
  }
  expect(seen).toEqual([
    [2, 0],
    [2, 1],
    [2, 2],
    [2, 3],
  ]);
});

test.each([409, 403])("a floor that a %d proves raises boot over it, stored", async (status) => {
  const fake = started();
  claims(fake, () => fake.server.stale(fake.posts.shift()!, status, 77));
  await fake.clock.advance(1_000);
  fake.server.challenge(fake.posts.shift()!);
  expect(fake.posts[0]!.body).toMatchObject({ boot: 78, seq: 1 });
  expect([fake.store.get("boot0")![3], fake.store.get("boot1")![3]]).toEqual([78, 78]);
});

test("a floor below this boot, or without its proof, raises nothing", async () => {
  const fake = started();
  claims(fake, () => fake.server.stale(fake.posts.shift()!, 409, 1));
  await fake.clock.advance(1_000);
  claims(fake, () =>
    fake.posts.shift()!.answer(409, error("CLAIM_STALE", { floor: 77, proof_hex: "00".repeat(32) })),
  );
  await fake.clock.advance(2_000);
  fake.server.challenge(fake.posts.shift()!);
  expect(fake.posts[0]!.body.boot).toBe(2);
});

test("a 429 is waited out as long as it says, and never over a minute", async () => {
  const fake = started();
  fake.posts.shift()!.answer(429, error("RATE_LIMITED", { retry_after_s: 9 }));
  await fake.clock.advance(8_900);
  expect(fake.posts).toHaveLength(0);
  await fake.clock.advance(200);
  fake.posts.shift()!.answer(429, error("RATE_LIMITED", { retry_after_s: 86_400 }));
  await fake.clock.advance(59_900);
  expect(fake.posts).toHaveLength(0);
  await fake.clock.advance(200);
  expect(fake.posts).toHaveLength(1);
});

test("the answer to an abandoned request is ignored", async () => {
  const fake = started();
  const slow = fake.posts.shift()!;
  await fake.clock.advance(21_000);
  const second = fake.posts.shift()!;
  fake.server.challenge(slow);
  expect(fake.posts).toHaveLength(0);
  fake.server.challenge(second);
  expect(fake.posts[0]!.body).toMatchObject({ seq: 1 });
});

test("after three failures the next server is asked", async () => {
  const fake = started({ ...IDENTITY, servers: ["http://a.example", "http://b.example"] });
  const asked: string[] = [];
  for (let i = 0; i < 7; i++) {
    const post = await nextPost(fake);
    asked.push(post.url.charAt(7));
    post.answer(0);
  }
  expect(asked.join("")).toBe("aaabbba");
});

test("a toy without a secret, or whose store refuses, claims nothing", async () => {
  const fake = fakeToy();
  fake.store.set = () => {
    throw new Error("full");
  };
  fake.toy.start();
  await fake.clock.advance(300_000);
  expect(fake.posts).toHaveLength(0);
  fake.toy.stop();
  expect(fake.clock.waiting).toBe(0);
});

test("a session is renewed in its last tenth, when the toy is idle", async () => {
  const fake = started();
  fake.server.expiresS = 1_000;
  await fake.arrive();
  await fake.clock.advance(899_000);
  expect(fake.posts).toHaveLength(0);
  await fake.clock.advance(101_000);
  expect(fake.posts).toHaveLength(1);
  expect(fake.line.closed).toBe(true);
});

test("a session that is due in a turn is renewed after it", async () => {
  const fake = started();
  fake.server.expiresS = 1_000;
  await fake.arrive();
  await fake.clock.advance(895_000);
  fake.toy.talk("button");
  for (let i = 0; i < 25; i++) {
    fake.toy.hush();
    await fake.clock.advance(5_000);
    fake.line.sendJson(DOWN.CUE, 1, { clip: "thinking" });
  }
  expect(fake.posts).toHaveLength(0);
  fake.line.send({ type: DOWN.STOP, turn: 1 });
  await fake.clock.advance(1_000);
  expect(fake.posts).toHaveLength(1);
});
