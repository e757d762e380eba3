/** A toy at rest: quiet hours and a microphone that the parent switched off refuse a turn with a kind word, and no model is asked. */
import {
  CODEC,
  decodeRefused,
  DOWN,
  encodeJson,
  fromHex,
  linkKeys,
  openFrame,
  sealFrame,
  UP,
} from "@bearlink/sdk/protocol";
import type { Frame } from "@bearlink/sdk/protocol";
import { describe, expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import { RECIPIENTS } from "../../../server/ports.ts";
import type { Link, Manners, PhraseName, Standing } from "../../../server/ports.ts";
import { createBridge } from "../../../server/voice/bridge.ts";
import { fakePhrases, voiceFakes } from "../../support/voice.ts";

const DEVICE = "bear-7q2m9xk4d8wr3hbn";
const SESSION = "1122334455667788";
const SK = new Uint8Array(32).fill(7);
const NONE: Manners = { micOff: false, quietHours: undefined, topicsOff: [] };

async function onTheLine(manners: Manners | undefined) {
  const spoken: PhraseName[] = [];
  const phrases = {
    ...fakePhrases,
    sound: (name: PhraseName) => (spoken.push(name), fakePhrases.sound(name)),
  };
  const fakes = voiceFakes({ phrases });
  const family = { manners };
  const standing = async (): Promise<Standing> => ({
    ...{ state: "READY", childId: "child_1", recipients: new Set(RECIPIENTS) },
    ...(family.manners && { manners: family.manners }),
  });
  const bridge = createBridge({
    ...fakes,
    ...{ hash: systemHash, policy: "Be kind.", toys: { nextCommandId: async () => 1 } },
    gate: {
      standing,
      standings: async (ids) =>
        new Map(await Promise.all(ids.map(async (id) => [id, await standing()] as const))),
    },
    endSession: async () => undefined,
  });
  const keys = linkKeys(systemHash, SK, DEVICE, fromHex(SESSION, 8)!, 1);
  const heard: Frame[] = [];
  let counter = 0;
  const link: Link = {
    ...{ deviceId: DEVICE, sessionId: SESSION, n: 1, close: () => undefined },
    send(bytes) {
      heard.push(openFrame(systemHash, keys.down, bytes, 0) as Frame);
      return true;
    },
  };
  await bridge.admitted({
    deviceId: DEVICE,
    sessionId: SESSION,
    sk: SK,
    expiresAt: fakes.clock.now() + 86_400_000,
  });
  bridge.opened(link);
  const send = (type: number, turn: number, payload: Uint8Array = new Uint8Array(0), codec = 0): void =>
    bridge.frame(
      link,
      sealFrame(systemHash, keys.up, { type, codec, flags: 0, counter: ++counter, turn, sample: 0, payload }),
    );
  const say = (turn: number): void => {
    send(
      UP.TURN_START,
      turn,
      encodeJson({ reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: 800 }),
    );
    send(UP.AUDIO, turn, new Uint8Array(800).fill(0x55), CODEC.ULAW);
    send(UP.TURN_END, turn);
  };
  const refusals = () =>
    heard.filter(({ type }) => type === DOWN.REFUSED).map(({ payload }) => decodeRefused(payload)?.code);
  return { ...fakes, bridge, family, heard, say, spoken, refusals };
}

/** UTC hours around a moment. */
function hoursAround(now: number, before: number, after: number): Manners {
  const text = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const quietHours = { from: text(now - before), to: text(now + after), timeZone: "UTC" };
  return { ...NONE, quietHours };
}
const HOUR = 3_600_000;

describe("a turn is refused", () => {
  test("in quiet hours, with a good night and no model asked", async () => {
    const toy = await onTheLine(undefined);
    toy.family.manners = hoursAround(toy.clock.now(), HOUR, HOUR);
    await toy.bridge.toyChanged(DEVICE);
    toy.say(1);
    await toy.clock.advance(3_000);
    expect(toy.refusals()).toEqual(["QUIET_HOURS"]);
    expect(toy.spoken).toEqual(["goodnight"]);
    expect(toy.asked).toEqual([]);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.REPLY_END);
  });

  test("where the parent switched the microphone off", async () => {
    const toy = await onTheLine({ ...NONE, micOff: true });
    toy.say(1);
    await toy.clock.advance(3_000);
    expect(toy.refusals()).toEqual(["MIC_OFF"]);
    expect(toy.asked).toEqual([]);
  });
});

describe("a turn is answered", () => {
  test("until the quiet hours begin, and one that runs into them ends as any other", async () => {
    const toy = await onTheLine(undefined);
    const start = Math.ceil(toy.clock.now() / 60_000) * 60_000 + 60_000;
    toy.family.manners = hoursAround(start, 0, HOUR);
    await toy.bridge.toyChanged(DEVICE);
    await toy.clock.advance(start - toy.clock.now() - 100);
    toy.say(1);
    await toy.clock.advance(10_000);
    expect(toy.refusals()).toEqual([]);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.REPLY_END);
    toy.say(2);
    await toy.clock.advance(3_000);
    expect(toy.refusals()).toEqual(["QUIET_HOURS"]);
  });

  test("again as soon as a parent changed them, without another connection", async () => {
    const toy = await onTheLine({ ...NONE, micOff: true });
    toy.family.manners = undefined;
    await toy.bridge.toyChanged(DEVICE);
    toy.say(1);
    await toy.clock.advance(10_000);
    expect(toy.refusals()).toEqual([]);
    expect(toy.asked).toHaveLength(1);
  });

  test("with the family's topics told to the model as data", async () => {
    const toy = await onTheLine({ ...NONE, topicsOff: ["spiders"] });
    toy.say(1);
    await toy.clock.advance(10_000);
    const [policy, topics] = toy.asked[0]!;
    expect(policy!.content).toBe("Be kind.");
    expect(topics).toMatchObject({ role: "system", content: expect.stringContaining('["spiders"]') });
  });
});
