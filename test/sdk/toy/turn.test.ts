import { expect, test } from "vitest";
import { decodeCredit, DOWN, UP } from "@bearlink/sdk/protocol";
import { fakeToy, readyToy } from "./fakes.ts";
import type { FakeToy } from "./fakes.ts";

const SOUND = new Uint8Array(800).fill(0x20);

/** A toy that has asked, and waits for its answer. */
async function askingToy(): Promise<FakeToy> {
  const fake = await readyToy();
  fake.toy.talk("button");
  fake.microphone!(SOUND);
  fake.toy.hush();
  return fake;
}

/** One AUDIO frame of a reply. */
function audio(fake: FakeToy, turn: number, index: number): void {
  fake.line.send({ type: DOWN.AUDIO, turn, sample: index * 800, payload: SOUND });
}

const types = (fake: FakeToy): number[] => fake.line.frames.map((frame) => frame.type);
const text = (payload: Uint8Array): unknown => JSON.parse(Buffer.from(payload).toString());

test("a turn goes up as TURN_START, AUDIO with its samples counted, and TURN_END", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  fake.microphone!(SOUND);
  fake.microphone!(SOUND);
  fake.toy.hush();
  expect(types(fake)).toEqual([UP.TURN_START, UP.AUDIO, UP.AUDIO, UP.TURN_END]);
  expect(text(fake.line.frames[0]!.payload)).toEqual({
    reason: "button",
    codec: 1,
    play: [0],
    buffer_ms: 1_000,
  });
  expect(fake.sent(UP.AUDIO).map(({ turn, sample, flags, codec }) => [turn, sample, flags, codec])).toEqual([
    [1, 0, 1, 1],
    [1, 800, 0, 1],
  ]);
  expect(fake.line.frames.map((frame) => frame.counter)).toEqual([1, 2, 3, 4]);
});

test("there is no turn before SUBACK", async () => {
  const fake = await readyToy();
  fake.line.events.closed();
  fake.toy.talk("button");
  expect(fake.microphone).toBeUndefined();
  await fake.clock.advance(1_000);
  fake.line.events.connected(0);
  fake.toy.talk("button");
  expect(fake.microphone).toBeUndefined();
  expect(fake.lines).toHaveLength(2);
  fake.line.events.subscribed();
  fake.toy.talk("button");
  expect(fake.microphone).toBeDefined();
});

test("an unpaired toy does not open its microphone, and says so", async () => {
  const fake = await readyToy("unpaired");
  fake.toy.talk("button");
  expect(fake.microphone).toBeUndefined();
  expect(fake.clips).toEqual(["sorry"]);
  expect(fake.line.frames).toEqual([]);
});

test("the light says recording from before the microphone opens until after it closed", async () => {
  const fake = await readyToy();
  const seen: unknown[] = [];
  const { microphone } = fake.host;
  const { start, stop } = microphone;
  microphone.start = (frame) => {
    seen.push(["start", fake.light]);
    start(frame);
  };
  microphone.stop = () => {
    seen.push(["stop", fake.light]);
    stop();
  };
  fake.toy.talk("button");
  fake.toy.hush();
  expect(seen).toEqual([
    ["start", "recording"],
    ["stop", "recording"],
  ]);
  expect(fake.light).toBe("thinking");
});

test("a reply plays to its end, with CREDIT every 400 ms, and the toy is ready again", async () => {
  const fake = await askingToy();
  fake.line.sendJson(DOWN.REPLY_START, 1, { codec: 0 });
  expect(fake.toy.state().name).toBe("speaking");
  audio(fake, 1, 0);
  expect(fake.take!(800)).toBeUndefined(); // 100 ms are not 160
  audio(fake, 1, 1);
  expect(fake.take!(400)).toHaveLength(400);
  await fake.clock.advance(400);
  expect(fake.take!(800)).toHaveLength(400);
  await fake.clock.advance(400);
  expect(fake.sent(UP.CREDIT).map(({ payload }) => decodeCredit(payload))).toEqual([
    { next: 400, underruns: 0 },
    { next: 800, underruns: 0 },
  ]);
  fake.line.send({ type: DOWN.REPLY_END, turn: 1 });
  expect(fake.take!(800)).toHaveLength(800);
  expect(fake.toy.state().name).toBe("speaking");
  fake.take!(800);
  expect(fake.toy.state().name).toBe("ready");
  expect(fake.take).toBeUndefined();
  expect(fake.log).toContainEqual(["turn_over", "done"]);
  await fake.clock.advance(2_000);
  expect(fake.sent(UP.CREDIT)).toHaveLength(3); // the last says how it ended
});

test("a reply that needs no sound ends with REPLY_END", async () => {
  const fake = await askingToy();
  fake.line.sendJson(DOWN.REPLY_START, 1, { codec: 0 });
  fake.line.send({ type: DOWN.REPLY_END, turn: 1 });
  expect(fake.toy.state().name).toBe("ready");
});

test("a barge-in stops the reply at once, and frames of the former turn are dropped", async () => {
  const fake = await askingToy();
  audio(fake, 1, 0);
  audio(fake, 1, 1);
  fake.toy.talk("button");
  expect(fake.take).toBeUndefined();
  expect(fake.microphone).toBeDefined();
  expect(fake.sent(UP.TURN_START).map((frame) => frame.turn)).toEqual([1, 2]);
  fake.line.send({ type: DOWN.STOP, turn: 1 });
  audio(fake, 1, 2);
  expect(fake.toy.state().name).toBe("listening");
  expect(fake.take).toBeUndefined();
  expect(fake.log.filter(([what]) => what === "dropped")).toEqual([
    ["dropped", "turn"],
    ["dropped", "turn"],
  ]);
});

test("STOP drops what is left", async () => {
  const fake = await askingToy();
  audio(fake, 1, 0);
  audio(fake, 1, 1);
  fake.line.send({ type: DOWN.STOP, turn: 1 });
  expect([fake.toy.state().name, fake.take]).toEqual(["ready", undefined]);
});

test("a refusal closes the microphone and is told with a clip", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  fake.line.sendJson(DOWN.REFUSED, 1, { code: "NO_CONSENT" });
  expect([fake.toy.state().name, fake.microphone, fake.clips]).toEqual(["ready", undefined, ["sorry"]]);
  expect(fake.log).toContainEqual(["refused", "NO_CONSENT"]);
});

test("a CUE plays the clip the toy holds, and never into an open microphone", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  fake.line.sendJson(DOWN.CUE, 1, { clip: "thinking" });
  expect(fake.clips).toEqual([]);
  fake.toy.hush();
  fake.line.sendJson(DOWN.CUE, 1, { clip: "thinking" });
  fake.line.sendJson(DOWN.CUE, 1, { clip: "unheard of" });
  expect(fake.clips).toEqual(["thinking"]);
});

test("eight seconds without a frame end the turn with TURN_CANCEL and a clip; a frame starts them again", async () => {
  const fake = await askingToy();
  await fake.clock.advance(7_900);
  fake.line.sendJson(DOWN.CUE, 1, { clip: "thinking" });
  await fake.clock.advance(7_900);
  expect(fake.toy.state().name).toBe("thinking");
  await fake.clock.advance(200);
  expect(fake.toy.state().name).toBe("ready");
  expect(fake.sent(UP.TURN_CANCEL)).toHaveLength(1);
  expect(fake.clips).toEqual(["thinking", "sorry"]);
});

test("no server can hold a turn for ever", async () => {
  const fake = await askingToy();
  for (let i = 0; i < 100 && fake.toy.state().name !== "ready"; i++) {
    await fake.clock.advance(5_000);
    fake.line.sendJson(DOWN.CUE, 1, { clip: "thinking" });
  }
  expect(fake.toy.state().name).toBe("ready");
});

test("fifteen seconds of sound end the utterance", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  await fake.clock.advance(15_000);
  expect([fake.microphone, fake.sent(UP.TURN_END).length]).toEqual([undefined, 1]);
});

test("a turn by voice ends when the speech does", async () => {
  const fake = await readyToy();
  fake.toy.talk("voice");
  const quiet = new Uint8Array(800).fill(0xff);
  const loud = Uint8Array.from({ length: 800 }, (_, i) => (i % 20 < 10 ? 0x10 : 0x90));
  for (const piece of [quiet, loud, loud, ...Array<Uint8Array>(9).fill(quiet)]) fake.microphone?.(piece);
  expect(fake.toy.state().name).toBe("thinking");
  expect(fake.sent(UP.AUDIO)).toHaveLength(12);
});

test("a lost line ends the turn, closes the microphone, and comes back with the next number of the session", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  fake.line.events.closed();
  expect([fake.microphone, fake.clips, fake.toy.state().name]).toEqual([
    undefined,
    ["offline"],
    "connecting",
  ]);
  await fake.clock.advance(1_000);
  expect(fake.lines).toHaveLength(2);
  expect(fake.line.options.username.slice(-2)).toBe(":2");
  expect(fake.line.options.password).not.toBe(fake.lines[0]!.options.password);
});

test("CONNACK 3 is waited out with the same session; 4 and 5 lead to a new claim", async () => {
  for (const [code, posts] of [
    [3, 0],
    [4, 1],
    [5, 1],
  ] as const) {
    const fake = await readyToy();
    fake.line.events.closed();
    await fake.clock.advance(1_000);
    fake.line.events.connected(code);
    expect(fake.line.closed).toBe(true);
    await fake.clock.advance(2_000);
    expect(fake.posts).toHaveLength(posts);
    expect(fake.lines).toHaveLength(posts === 0 ? 3 : 2);
  }
});

test("retained messages, other topics, spoiled and repeated frames are dropped", async () => {
  const fake = await askingToy();
  let bytes = new Uint8Array(0);
  const { message } = fake.line.events;
  fake.line.events.message = (_topic, sealed) => void (bytes = new Uint8Array(sealed));
  fake.line.send({ type: DOWN.STOP, turn: 1 });
  const state = (): string => fake.toy.state().name;
  message("down/topic", bytes, true);
  message("elsewhere", bytes, false);
  message(
    "down/topic",
    bytes.map((byte, i) => (i === 20 ? byte ^ 1 : byte)),
    false,
  );
  message("down/topic", bytes.slice(1), false);
  expect(state()).toBe("thinking");
  message("down/topic", bytes, false);
  expect(state()).toBe("ready");
  message("down/topic", bytes, false);
  expect(fake.log.filter(([what]) => what === "dropped").map(([, why]) => why)).toEqual([
    "tag",
    "length",
    "replay",
  ]);
});

test("the server's own speech is played when idle, and not into an open microphone", async () => {
  const fake = await readyToy();
  audio(fake, 0, 0);
  audio(fake, 0, 1);
  expect(fake.take!(800)).toHaveLength(800);
  fake.toy.talk("button");
  expect(fake.take).toBeUndefined();
  audio(fake, 0, 2);
  expect(fake.take).toBeUndefined();
});

test("a speech whose end was lost lets go of the speaker", async () => {
  const fake = await readyToy();
  audio(fake, 0, 0);
  audio(fake, 0, 1);
  for (let i = 0; i < 30 && fake.take; i++) {
    while (fake.take(800)) continue;
    await fake.clock.advance(400);
  }
  expect(fake.take).toBeUndefined();
});

test("stopped, a toy leaves no timer, no line and no open microphone", async () => {
  const fake = await readyToy();
  fake.toy.talk("button");
  fake.toy.stop();
  expect([fake.clock.waiting, fake.microphone, fake.line.closed, fake.light]).toEqual([
    0,
    undefined,
    true,
    "off",
  ]);
});

test("a toy tells of itself as it is connected, and every five minutes, whatever it does between", async () => {
  const fake = fakeToy();
  fake.host.telemetry = () => ({ battery_mv: 3_700 });
  fake.toy.start();
  await fake.arrive();
  expect(fake.sent(UP.TELEMETRY)).toHaveLength(1);
  await fake.clock.advance(200_000);
  fake.toy.paw(true);
  await fake.clock.advance(500);
  fake.toy.paw(false);
  await fake.clock.advance(20_000);
  expect(fake.sent(UP.TELEMETRY)).toHaveLength(1);
  await fake.clock.advance(80_000);
  expect(fake.sent(UP.TELEMETRY)).toHaveLength(2);
  await fake.clock.advance(300_000);
  expect(fake.sent(UP.TELEMETRY)).toHaveLength(3);
});
