/** The second bear on its own, opposite the least cell: before it judges anybody, it must work. */
import { afterEach, describe, expect, test } from "vitest";
import { ClaimRefused, SecondBear, TYPES } from "./bear.ts";
import { leastCell, type Say } from "./cell.ts";
import { codecs, Speaker } from "./sound.ts";
import { firstPrk, hex, type Frame } from "./wire.ts";

const toy = { deviceId: "bear-7q2m9xk4d8wr3hbn", deviceSecret: Buffer.from([...Array(32).keys()]) };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function bearAndCell(
  hear: Parameters<typeof leastCell>[1] = () => {},
  { floor = 0, secret = toy.deviceSecret } = {},
) {
  const cell = await leastCell(toy, hear, floor);
  const bear = new SecondBear({ url: cell.url, deviceId: toy.deviceId, deviceSecret: secret, boot: 1 });
  closing.push(cell.stop, () => bear.close());
  return bear;
}

const reply = (turn: number, say: Say) => {
  say(TYPES.REPLY_START, { turn, json: { codec: 0 } });
  for (let sample = 0; sample < 800; sample += 160)
    say(TYPES.REPLY_AUDIO, { turn, sample, payload: Buffer.alloc(160, 128) });
  say(TYPES.REPLY_END, { turn });
};

describe("the second bear", () => {
  test("takes a proven floor, and its next claim holds", async () => {
    const bear = await bearAndCell(undefined, { floor: 77 });
    await expect(bear.claim()).rejects.toMatchObject({ status: 409, code: "CLAIM_STALE", floor: 77 });
    expect(bear.boot).toBe(78);
    await expect(bear.claim()).resolves.toMatchObject({ state: "paired" });
    expect([bear.boot, bear.seq]).toEqual([78, 1]);
  });

  test("is refused with another secret", async () => {
    const bear = await bearAndCell(undefined, { secret: firstPrk(toy.deviceSecret) });
    await expect(bear.claim()).rejects.toBeInstanceOf(ClaimRefused);
  });

  test("says a turn in order, gives credit while it plays, and hears the reply to its end", async () => {
    const up: Frame[] = [];
    const bear = await bearAndCell((frame, say) => {
      up.push(frame);
      if (frame.type === TYPES.TURN_END) reply(frame.turn, say);
    });
    await bear.claim();
    await bear.connect();
    const turn = bear.speak(new Int16Array(2000), { codec: "ulaw", realTime: false });
    expect(await turn.ended).toBe("REPLY_END");
    await expect.poll(() => up.filter((frame) => frame.type === TYPES.CREDIT).length).toBe(2);
    expect(up.slice(0, 5).map(({ type, flags, sample }) => [type, flags, sample])).toEqual([
      [TYPES.TURN_START, 0, 0],
      [TYPES.AUDIO, 1, 0],
      [TYPES.AUDIO, 0, 800],
      [TYPES.AUDIO, 2, 1600],
      [TYPES.TURN_END, 0, 0],
    ]);
    expect(hex(up.at(-1)?.payload ?? Buffer.alloc(0))).toBe("0000032000");
    expect(turn.heard.map((frame) => frame.sample)).toEqual([0, 0, 160, 320, 480, 640, 0]);
  });

  test("a turn said over another ends the first", async () => {
    const bear = await bearAndCell((frame, say) => {
      if (frame.type === TYPES.TURN_START && frame.turn === 2) say(TYPES.STOP, { turn: 1 });
      if (frame.type === TYPES.TURN_END) say(TYPES.REPLY_START, { turn: frame.turn, json: { codec: 0 } });
    });
    await bear.claim();
    await bear.connect();
    const first = bear.speak(new Int16Array(160), { realTime: false });
    await bear.hears((frame) => frame.type === TYPES.REPLY_START);
    bear.speak(new Int16Array(160), { realTime: false });
    expect(await first.ended).toBe("BARGE_IN");
    expect((await bear.hears((frame) => frame.type === TYPES.STOP)).turn).toBe(1);
  });

  test("does a command once, and answers it each time", async () => {
    const acks: unknown[] = [];
    const bear = await bearAndCell((frame, say) => {
      if (frame.type === TYPES.ACK) acks.push(frame.json());
      if (frame.type !== TYPES.EVENT) return;
      for (let times = 0; times < 2; times++)
        say(TYPES.COMMAND, { json: { id: 5, kind: "unpaired", ttl_s: 9 } });
      say(TYPES.COMMAND, { json: { id: 6, kind: "dance", ttl_s: 9 } });
    });
    await bear.claim();
    await bear.connect();
    bear.sendFrame(TYPES.EVENT, { json: { kind: "button" } });
    await expect
      .poll(() => acks)
      .toEqual([
        { id: 5, ok: true },
        { id: 5, ok: true },
        { id: 6, ok: false, code: "REFUSED" },
      ]);
    expect(bear.state).toBe("unpaired");
  });

  test("presses its paw for the window that was offered", async () => {
    const accepted: unknown[] = [];
    const offer = { window_id: "00".repeat(16), account_tag: "11".repeat(16) };
    const bear = await bearAndCell((frame, say) => {
      if (frame.type === TYPES.EVENT)
        say(TYPES.COMMAND, { json: { id: 1, kind: "pair_offer", ttl_s: 9, ...offer } });
      if (frame.type === TYPES.PAIR_ACCEPT) {
        accepted.push(frame.json().window_id);
        say(TYPES.COMMAND, { json: { id: 2, kind: "pair_done", ttl_s: 9 } });
      }
    });
    await bear.claim();
    await bear.connect();
    bear.state = "unpaired";
    bear.pressForPairing();
    await bear.hears((frame) => frame.type === TYPES.COMMAND);
    bear.pressPaw();
    await expect.poll(() => bear.state).toBe("paired");
    expect(accepted).toEqual([offer.window_id]);
  });
});

test("µ-law at its ends and around zero", () => {
  expect([...codecs.ulaw.encode(Int16Array.of(0, -1, 32767, -32768, 1000))]).toEqual([
    0xff, 0x7f, 0x80, 0x00, 0xce,
  ]);
});

test("the speaker starts at 160 ms, counts an underrun, and plays the rest at the reply's end", () => {
  const speaker = new Speaker(8000);
  speaker.buffer(1279, 0);
  speaker.advance(1000);
  expect(speaker.next).toBe(0);
  speaker.buffer(1280, 1000);
  speaker.advance(1100);
  expect(speaker.next).toBe(800);
  speaker.buffer(1600, 2000);
  expect([speaker.next, speaker.underruns, speaker.done]).toEqual([1280, 1, false]);
  speaker.finish(2000);
  speaker.advance(2040);
  expect([speaker.next, speaker.underruns, speaker.done]).toEqual([1600, 1, true]);
});
