/** A stranger's toy against a whole cell: the second bear, which knows PROTOCOL.md and none of our code, lives through a turn. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ClaimRefused,
  ConnectRefused,
  SecondBear,
  TYPES,
  type Heard,
  type Turn,
} from "../second-bear/bear.ts";
import { dial, publishPacket, subscribePacket } from "../second-bear/mqtt.ts";
import { post } from "../second-bear/post.ts";
import { codecs, type CodecName } from "../second-bear/sound.ts";
import { startCell } from "../support/cell.ts";

// Crockford's base32 in lower case: no i, l, o, u
const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

let cell: Awaited<ReturnType<typeof startCell>>;
const bears: SecondBear[] = [];

beforeAll(async () => {
  cell = await startCell();
});
afterAll(async () => {
  for (const bear of bears) bear.close();
  await cell.stop();
});

/** A toy made, sealed into a bear and, unless told otherwise, paired. */
async function newBear({ paired = true } = {}): Promise<SecondBear> {
  const deviceId = `bear-${Array.from(randomBytes(16), (byte) => BASE32.charAt(byte & 31)).join("")}`;
  const deviceSecret = randomBytes(32);
  const headers = { authorization: `Bearer ${cell.developerKey}` };
  const made = await post(
    `${cell.url}/api/v1/toys`,
    {
      device_id: deviceId,
      device_secret: deviceSecret.toString("hex"),
      pairing_code_sha256: createHash("sha256").update(randomBytes(16)).digest("hex"),
    },
    headers,
  );
  expect(made.status).toBe(201);
  if (paired)
    expect((await post(`${cell.url}/api/v1/dev/pair`, { device_id: deviceId }, headers)).status).toBe(200);
  const bear = new SecondBear({ url: cell.url, deviceId, deviceSecret, boot: 1 });
  bears.push(bear);
  return bear;
}

async function awakeBear(options?: { paired: boolean }): Promise<SecondBear> {
  const bear = await newBear(options);
  await bear.claim();
  await bear.connect();
  return bear;
}

/** Speech as a microphone has it: a voiced hum that comes and goes, loud enough for any ear. */
function hum(seconds: number, codec: CodecName): Int16Array {
  const rate = codecs[codec].samplesPerSecond;
  return Int16Array.from({ length: seconds * rate }, (_, i) => {
    const time = i / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3 * time));
    const voice = [1, 2, 3, 4].reduce((sum, k) => sum + Math.sin(2 * Math.PI * 140 * k * time) / k, 0);
    return Math.round(7000 * syllable * voice);
  });
}

/** Says one second and hears the reply begin, then lets it be: a whole reply takes as long as it takes to say. */
async function isAnswered(bear: SecondBear): Promise<Turn> {
  const turn = bear.speak(hum(1, "ulaw"));
  await bear.hears((frame) => frame.type === TYPES.REPLY_AUDIO && frame.turn === turn.number, 10_000);
  bear.cancel();
  expect(await turn.ended).toBe("STOP");
  return turn;
}

/** §5, §7.2: REPLY_START once, sound without a gap or an overlap from sample 0, REPLY_END once and last; cues may come before. */
function expectWholeReply(turn: Turn): void {
  const reply = turn.heard.filter((frame) => frame.type !== TYPES.CUE);
  expect(reply.at(0)?.type).toBe(TYPES.REPLY_START);
  expect(reply.at(-1)?.type).toBe(TYPES.REPLY_END);
  expect(JSON.parse(Buffer.from(reply[0]?.payload ?? []).toString())).toMatchObject({ codec: 0 });
  const sound = reply.slice(1, -1);
  expect(sound.length).toBeGreaterThan(0);
  let next = 0;
  for (const frame of sound) {
    expect(frame).toMatchObject({ type: TYPES.REPLY_AUDIO, codec: 0, turn: turn.number, sample: next });
    next += frame.payload.length; // codec 0 has one byte a sample
  }
}

/** §7.5: −6.5 dBFS of an 8-bit DAC's 128 steps. */
const loudest = (frames: Heard[]) =>
  frames.reduce(
    (most, frame) => frame.payload.reduce((peak, step) => Math.max(peak, Math.abs(step - 128)), most),
    0,
  );

const refusedCode = (turn: Turn) =>
  turn.heard
    .filter((frame) => frame.type === TYPES.REFUSED)
    .map((frame) => (JSON.parse(Buffer.from(frame.payload).toString()) as { code: string }).code);

describe("a second bear claims", () => {
  test("and the cell proves itself", async () => {
    const bear = await newBear();
    expect(await bear.claim()).toMatchObject({ state: "paired", mqtt: { port: cell.mqttPort, tls: false } });
  });

  test("and an unpaired toy is told so", async () => {
    const bear = await newBear({ paired: false });
    expect(await bear.claim()).toMatchObject({ state: "unpaired" });
  });

  test("and a claim sent again is refused 409", async () => {
    const bear = await newBear();
    await bear.claim();
    const again = await bear.sendClaim(bear.captured.claim);
    expect(again).toMatchObject({ status: 409, body: { error: { code: "CLAIM_REPLAYED" } } });
  });

  test("and a claim with one bit of its proof turned is refused, whether the toy is known or not", async () => {
    const bear = await newBear();
    await bear.claim();
    const first = String(bear.captured.claim.hmac_hex);
    const hmac_hex = (first.startsWith("0") ? "1" : "0") + first.slice(1);
    const forged = await bear.sendClaim({ ...bear.captured.claim, hmac_hex });
    expect(forged).toMatchObject({ status: 401, body: { error: { code: "CLAIM_REFUSED" } } });
    const stranger = new SecondBear({
      url: cell.url,
      deviceId: "bear-0000000000000000",
      deviceSecret: randomBytes(32),
      boot: 1,
    });
    await expect(stranger.claim()).rejects.toMatchObject({ status: 401, code: "CLAIM_REFUSED" });
  });

  test("and a field the text does not name is refused 422", async () => {
    const bear = await newBear();
    await bear.claim();
    expect((await bear.sendClaim({ ...bear.captured.claim, more: 1 })).status).toBe(422);
  });

  test("and a claim that was overtaken by a later one is stale, with a floor that is proven, and does no harm", async () => {
    const bear = await newBear();
    bear.boot = 40;
    await bear.claim();
    bear.boot = 7; // the next challenge follows at once, so this claim is late, not a sign of a copy
    const late = await bear.claim().catch((error: unknown) => error);
    expect(late).toBeInstanceOf(ClaimRefused);
    expect(late).toMatchObject({ status: 409, code: "CLAIM_STALE", floor: 40 });
    expect(bear.boot).toBe(41);
    await expect(bear.claim()).resolves.toMatchObject({ state: "paired" });
  });
});

describe("a second bear connects", () => {
  test("and a CONNECT that was captured opens nothing", async () => {
    const bear = await awakeBear();
    const replayed = dial("127.0.0.1", cell.mqttPort, bear.captured.connect, () => {});
    await expect(replayed).rejects.toMatchObject({ code: 4 });
    await expect(replayed).rejects.toBeInstanceOf(ConnectRefused);
    await isAnswered(bear); // the live connection was not touched
  });

  test("and its next connection takes the place of the first", async () => {
    const bear = await awakeBear();
    const { lost } = bear;
    await bear.connect({ leaveFormer: true });
    await lost;
    await isAnswered(bear);
  });

  test("and a new claim ends the connection of the old one", async () => {
    const bear = await awakeBear();
    const { lost } = bear;
    const began = performance.now();
    await bear.claim();
    await lost;
    expect(performance.now() - began).toBeLessThan(2500); // §4.5: 2 s
    await bear.connect();
  });

  test.each([
    ["publishes to another toy's topic", publishPacket("bear/bear-0000000000000000/up", Buffer.alloc(30))],
    ["publishes to its own down topic", null],
    ["subscribes to everything", subscribePacket(2, "#")],
    ["subscribes to another toy's topic", subscribePacket(2, "bear/bear-0000000000000000/down")],
  ])("and is closed when it %s", async (_, packet) => {
    const bear = await awakeBear();
    const { lost } = bear;
    bear.sendPacket(packet ?? publishPacket(`bear/${bear.deviceId}/down`, Buffer.alloc(30)));
    await lost;
  });
});

describe("a second bear talks", () => {
  // each with a bear of its own, at once: a reply is paced as it is spoken
  test.concurrent.each(Object.keys(codecs) as CodecName[])(
    "in %s, and hears a whole reply",
    { timeout: 120_000 },
    async (codec) => {
      const bear = await awakeBear();
      const turn = bear.speak(hum(1.5, codec), { codec });
      expect(await turn.ended).toBe("REPLY_END");
      expectWholeReply(turn);
      expect(loudest(turn.heard.filter((frame) => frame.type === TYPES.REPLY_AUDIO))).toBeLessThanOrEqual(61);
      expect(bear.dropped).toEqual({ size: 0, magic: 0, counter: 0, tag: 0, replay: 0 });
    },
  );

  test("twice on one connection, under two numbers", async () => {
    const bear = await awakeBear();
    expect((await isAnswered(bear)).number).toBe(1);
    expect((await isAnswered(bear)).number).toBe(2);
  });

  test("and on its next connection its keys are others, and it talks again", async () => {
    const bear = await awakeBear();
    await isAnswered(bear);
    await bear.connect();
    bear.heard.length = 0;
    await isAnswered(bear);
  });

  test("and a frame with one bit turned, or sent twice, changes nothing", async () => {
    const bear = await awakeBear();
    const bytes = bear.sendFrame(TYPES.TELEMETRY, {
      json: { rssi: -60, heap: 1, uptime_s: 1, battery_mv: 4000 },
    });
    bear.sendBytes(bytes);
    bear.sendBytes(bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte)));
    await isAnswered(bear);
  });

  test("and after twenty wrong tags its session ends", async () => {
    const bear = await awakeBear();
    const { lost } = bear;
    const bytes = bear.sendFrame(TYPES.TELEMETRY, {
      json: { rssi: -60, heap: 1, uptime_s: 1, battery_mv: 4000 },
    });
    const forged = bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte));
    for (let times = 0; times < 20; times++) bear.sendBytes(forged);
    await lost;
    await expect(bear.connect()).rejects.toBeInstanceOf(ConnectRefused);
  });

  test("over a reply: STOP comes for the old turn, nothing after it, and the new turn is answered", async () => {
    const bear = await awakeBear();
    const first = bear.speak(hum(1, "ulaw"));
    await bear.hears((frame) => frame.type === TYPES.REPLY_AUDIO, 10_000);
    const second = await isAnswered(bear);
    expect(first.ending).toBe("BARGE_IN");
    expect(second.heard.find((frame) => frame.type !== TYPES.CUE)?.type).toBe(TYPES.REPLY_START);
    const ofFirst = bear.heard.filter((frame) => frame.turn === first.number);
    const ends = ofFirst.filter((frame) => frame.type === TYPES.STOP || frame.type === TYPES.REPLY_END);
    expect(ends).toHaveLength(1);
    expect(ofFirst.at(-1)).toBe(ends[0]);
  });

  test("and when it cancels it hears STOP", async () => {
    const bear = await awakeBear();
    const turn = bear.speak(hum(2, "ulaw"));
    setTimeout(() => bear.cancel(), 500);
    expect(await turn.ended).toBe("STOP");
  });

  test("unpaired, and is refused NOT_PAIRED on its first frame", async () => {
    const bear = await awakeBear({ paired: false });
    const turn = bear.speak(hum(1, "ulaw"));
    expect(await turn.ended).toBe("REFUSED");
    expect(refusedCode(turn)).toEqual(["NOT_PAIRED"]);
    await turn.spoken;
  });

  test("without TURN_START, and is heard all the same", async () => {
    const bear = await awakeBear();
    const sound = hum(1, "ulaw");
    for (let sample = 0; sample < sound.length; sample += 800) {
      const payload = codecs.ulaw.encode(sound.subarray(sample, sample + 800));
      bear.sendFrame(TYPES.AUDIO, { turn: 9, codec: 1, sample, payload });
    }
    bear.sendFrame(TYPES.TURN_END, { turn: 9 });
    await bear.hears((frame) => frame.type === TYPES.REPLY_AUDIO && frame.turn === 9, 10_000);
  });
});
