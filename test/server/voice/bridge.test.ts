import {
  CODEC,
  decodeCommand,
  decodeCue,
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
import { describe, expect, it } from "vitest";
import { NEWS_PER_TOY, NEWS_WINDOW_MS, TURNS_PER_TOY } from "../../../server/bounds.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { RECIPIENTS } from "../../../server/ports.ts";
import type { Link, Standing, TurnRef } from "../../../server/ports.ts";
import { createBridge } from "../../../server/voice/bridge.ts";
import { settle } from "../../support/clock.ts";
import { diary, quietNews, voiceFakes } from "../../support/voice.ts";
import type { VoiceFakes } from "../../support/voice.ts";

const DEVICE = "bear-7q2m9xk4d8wr3hbn";
const SESSION = "1122334455667788";
const SK = new Uint8Array(32).fill(7);
const READY = { state: "READY", childId: "child_1", recipients: new Set(RECIPIENTS) } satisfies Standing;

async function onTheLine(change: Partial<VoiceFakes> & { standing?: Standing; lifeMs?: number } = {}) {
  const fakes = voiceFakes(change);
  const family: { standing: Standing; away: boolean } = {
    standing: change.standing ?? READY,
    away: false,
  };
  const standing = (): Promise<Standing> =>
    family.away ? Promise.reject(new Error("away")) : Promise.resolve(family.standing);
  const ended: string[] = [];
  let commandId = 0;
  const bridge = createBridge({
    ...fakes,
    hash: systemHash,
    policy: "Be kind.",
    toys: {
      nextCommandId: () => Promise.resolve(++commandId),
    },
    gate: {
      standing,
      standings: async (deviceIds) => {
        const found = await standing();
        return new Map(deviceIds.map((deviceId) => [deviceId, found]));
      },
    },
    endSession: (_deviceId, reason) => Promise.resolve(void ended.push(reason)),
  });

  async function connect(n: number) {
    const keys = linkKeys(systemHash, SK, DEVICE, fromHex(SESSION, 8)!, n);
    const heard: Frame[] = [];
    let received = 0;
    let counter = 0;
    let closed: string | undefined;
    const link: Link = {
      deviceId: DEVICE,
      sessionId: SESSION,
      n,
      send(bytes) {
        const frame = openFrame(systemHash, keys.down, bytes, received);
        if (typeof frame === "string") throw new Error(`the toy cannot open this frame: ${frame}`);
        received = frame.counter;
        heard.push(frame);
        return true;
      },
      close: (reason) => void (closed ??= reason),
    };
    await bridge.admitted({
      deviceId: DEVICE,
      sessionId: SESSION,
      sk: SK,
      expiresAt: fakes.clock.now() + (change.lifeMs ?? 86_400_000),
    });
    bridge.opened(link);
    const seal = (type: number, turn: number, fields: Partial<Frame> = {}): Uint8Array =>
      sealFrame(systemHash, keys.up, {
        type,
        codec: 0,
        flags: 0,
        counter: ++counter,
        turn,
        sample: 0,
        payload: new Uint8Array(0),
        ...fields,
      });
    return {
      link,
      heard,
      seal,
      closed: () => closed,
      types: () =>
        heard.map(({ type }) => type).filter((type, i, all) => type !== DOWN.AUDIO || all[i - 1] !== type),
      send: (type: number, turn: number, fields?: Partial<Frame>) =>
        bridge.frame(link, seal(type, turn, fields)),
    };
  }
  return { ...fakes, bridge, family, ended, connect, toy: await connect(1) };
}

const start = encodeJson({ reason: "button", codec: CODEC.ULAW, play: [CODEC.U8], buffer_ms: 800 });
const sound = { codec: CODEC.ULAW, payload: new Uint8Array(800).fill(0x55) };

function say(toy: Awaited<ReturnType<typeof onTheLine>>["toy"], turn: number): void {
  toy.send(UP.TURN_START, turn, { payload: start });
  toy.send(UP.AUDIO, turn, sound);
  toy.send(UP.TURN_END, turn);
}

describe("the bridge", () => {
  it("answers a turn under the toy's own keys, with rising counters and its turn on every frame", async () => {
    const { clock, toy } = await onTheLine();
    say(toy, 1);
    await clock.advance(8000);
    expect(toy.types()).toEqual([DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_END]);
    expect(toy.heard.every(({ turn }) => turn === 1)).toBe(true);
    expect(toy.heard.map(({ counter }) => counter)).toEqual(toy.heard.map((_, i) => i + 1));
  });

  it("tells who follows the turns of its toys whose each is, and under the id of its log lines", async () => {
    const began: TurnRef[] = [];
    const { clock, toy } = await onTheLine({
      followers: [{ ...diary(), began: (turn) => void began.push(turn) }],
    });
    say(toy, 1);
    const at = clock.now();
    await clock.advance(8000);
    const { childId, recipients } = READY;
    expect(began).toEqual([{ turnId: "turn-1", deviceId: DEVICE, childId, recipients, at }]);
  });

  it("forgets at a word what a toy talked about", async () => {
    const { clock, toy, bridge, asked } = await onTheLine();
    say(toy, 1);
    await clock.advance(8000);
    expect(bridge.lastTurn(DEVICE)).toBeDefined();
    bridge.forget(DEVICE);
    expect(bridge.lastTurn(DEVICE)).toBeUndefined();
    say(toy, 2);
    await clock.advance(8000);
    expect(asked[1]!.map(({ role }) => role)).toEqual(["system", "user", "system"]);
  });

  it("opens a turn by its first frame, whatever its type", async () => {
    const { clock, toy, spoken } = await onTheLine();
    toy.send(UP.AUDIO, 9, sound);
    toy.send(UP.TURN_END, 9);
    await clock.advance(8000);
    expect(spoken.length).toBeGreaterThan(0);
  });

  it("CREDIT and turn 0 open none", async () => {
    const { clock, toy, meter } = await onTheLine();
    toy.send(UP.CREDIT, 5, { payload: new Uint8Array(5) });
    toy.send(UP.AUDIO, 0, sound);
    await clock.advance(8000);
    expect(toy.heard).toEqual([]);
    expect(meter.counts.get("frames_dropped_total turn-over")).toBe(2);
  });

  it("runs a turn once: its frames replayed, or sent when it is over, start nothing", async () => {
    const { clock, toy, bridge, asked } = await onTheLine();
    const frames = [
      toy.seal(UP.TURN_START, 1, { payload: start }),
      toy.seal(UP.AUDIO, 1, sound),
      toy.seal(UP.TURN_END, 1),
    ];
    for (const frame of [...frames, ...frames]) bridge.frame(toy.link, frame);
    await clock.advance(8000);
    for (const frame of frames) bridge.frame(toy.link, frame);
    toy.send(UP.TURN_END, 1);
    toy.send(UP.AUDIO, 65_000, sound); // behind, modulo 65536
    await clock.advance(8000);
    expect(asked.length).toBe(1);
  });

  it("a newer turn is a barge-in: STOP for the old one at once, then the new one's reply", async () => {
    const { clock, toy } = await onTheLine();
    say(toy, 65_535);
    await clock.advance(600);
    say(toy, 1); // wrapped past 0
    expect(toy.heard.at(-1)).toMatchObject({ type: DOWN.STOP, turn: 65_535 });
    await clock.advance(8000);
    const after = toy.heard.slice(toy.heard.findIndex(({ type }) => type === DOWN.STOP) + 1);
    expect(after.every(({ turn }) => turn === 1)).toBe(true);
    expect(after.at(-1)!.type).toBe(DOWN.REPLY_END);
  });

  it("TURN_CANCEL is answered by STOP", async () => {
    const { clock, toy } = await onTheLine();
    say(toy, 1);
    await clock.advance(300);
    toy.send(UP.TURN_CANCEL, 1);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.STOP);
    await clock.advance(8000);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.STOP);
  });

  it.each(["NOT_PAIRED", "NO_CONSENT"] as const)(
    "%s: 100 turns are refused at their first frame, heard by no one, and answered in words",
    async (state) => {
      let transcribed = 0;
      const { lines, ...follower } = diary();
      const standing: Standing =
        state === "NOT_PAIRED" ? { state } : { state, childId: "child_1", revoked: false };
      const {
        clock,
        toy,
        asked,
        sound: ears,
      } = await onTheLine({
        standing,
        speechToText: { transcribe: () => Promise.resolve(`${++transcribed}`) },
        followers: [follower],
      });
      for (let turn = 1; turn <= 100; turn++) {
        say(toy, turn);
        expect(ears.open()).toBe(0);
      }
      await clock.advance(5000);
      expect(transcribed + asked.length + lines.length).toBe(0);
      const refused = toy.heard.filter(({ type }) => type === DOWN.REFUSED);
      expect(refused.map(({ turn }) => turn)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      expect(refused.every(({ payload }) => decodeRefused(payload)?.code === state)).toBe(true);
      const words = toy.heard.filter(({ type, turn }) => type === DOWN.AUDIO && turn === 0);
      expect(words.length).toBeGreaterThan(0);
    },
  );

  it("consent withdrawn in mid-turn stops it", async () => {
    const { clock, toy, bridge, family } = await onTheLine();
    say(toy, 1);
    await clock.advance(600);
    family.standing = { state: "NO_CONSENT", childId: "child_1", revoked: true };
    await bridge.toyChanged(DEVICE);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.STOP);
    say(toy, 2);
    expect(decodeRefused(toy.heard.at(-1)!.payload)?.code).toBe("NO_CONSENT");
    await clock.advance(5000);
  });

  it("consent withdrawn in mid-turn stops it within 5 s where the notice of it was lost", async () => {
    const long = new Uint8Array(2 * 8_000 * 10).fill(0x20);
    const { clock, toy, family } = await onTheLine({
      textToSpeech: {
        rate: 8_000,
        async *speak() {
          yield long;
        },
      },
    });
    await clock.advance(1_500);
    say(toy, 1);
    await clock.advance(1_000);
    family.standing = { state: "NO_CONSENT", childId: "child_1", revoked: true };
    await clock.advance(5_000);
    expect(toy.types()).toEqual([DOWN.REPLY_START, DOWN.AUDIO, DOWN.STOP]);
  });

  it("one recipient withdrawn in mid-turn stops it, and the next turn goes without that one", async () => {
    const asked: ReadonlySet<string>[] = [];
    const { clock, toy, bridge, family } = await onTheLine({
      voicesFor: (recipients) => {
        asked.push(recipients);
        return {} as never;
      },
    });
    say(toy, 1);
    await clock.advance(600);
    await bridge.toyChanged(DEVICE);
    expect(toy.types()).not.toContain(DOWN.STOP);
    family.standing = { ...READY, recipients: new Set(["voice"]) };
    await bridge.toyChanged(DEVICE);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.STOP);
    say(toy, 2);
    await clock.advance(8_000);
    expect(asked).toEqual([READY.recipients, new Set(["voice"])]);
    expect(toy.heard.at(-1)!.type).toBe(DOWN.REPLY_END);
  });

  it("what a toy tells goes to who waits for it; pairing is answered when it was kept, and not before", async () => {
    const told: unknown[] = [];
    let away = true;
    const { clock, toy, bridge } = await onTheLine({
      news: {
        joined: (...news) => void told.push(["joined", ...news]),
        left: (...news) => void told.push(["left", ...news]),
        telemetry: () => undefined,
        pairAccept: (...news) => void told.push(["accept", ...news]),
        event: async (_deviceId, kind) => {
          if (away) throw new Error("away");
          told.push([kind]);
        },
      },
    });
    const event = { payload: encodeJson({ kind: "pairing" }) };
    toy.send(UP.EVENT, 0, event);
    await clock.advance(10);
    expect(toy.heard).toEqual([]);
    away = false;
    toy.send(UP.EVENT, 0, event);
    await clock.advance(10);
    expect(decodeCue(toy.heard[0]!.payload)).toBe("pairing");
    const accept = { window_id: "0".repeat(32), proof_hex: "0".repeat(64) };
    toy.send(UP.PAIR_ACCEPT, 0, { payload: encodeJson(accept) });
    toy.send(UP.PAIR_ACCEPT, 0, { payload: encodeJson({}) });
    bridge.closed(toy.link);
    expect(told).toEqual([
      ["joined", DEVICE, SESSION],
      ["pairing"],
      ["accept", DEVICE, SESSION, accept],
      ["left", DEVICE],
    ]);
  });

  it("the server's own words are said on turn 0; newer ones take their place", async () => {
    const { clock, toy, bridge } = await onTheLine();
    const second = new Uint8Array(2 * 8_000).fill(0x11);
    const cut = bridge.say(DEVICE, second);
    await clock.advance(500);
    const whole = bridge.say(DEVICE, second);
    await clock.advance(3_000);
    expect([await cut, await whole]).toEqual([false, true]);
    expect(toy.types()).toEqual([DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_END]);
    expect(toy.heard.every(({ turn }) => turn === 0)).toBe(true);
    expect(await bridge.say("bear-elsewhere", second)).toBe(false);
    expect([bridge.isHere(DEVICE), bridge.isHere("bear-elsewhere")]).toEqual([true, false]);
  });

  it("a family that cannot be looked up closes the line", async () => {
    const { toy, bridge, family } = await onTheLine();
    family.away = true;
    await expect(bridge.toyChanged(DEVICE)).rejects.toThrow("away");
    expect(toy.closed()).toBe("unavailable");
    await expect(
      bridge.admitted({ deviceId: DEVICE, sessionId: SESSION, sk: SK, expiresAt: 0 }),
    ).rejects.toThrow();
  });

  it("20 wrong tags in a session end it, over however many connections", async () => {
    const { toy, bridge, connect, ended } = await onTheLine();
    const forge = (peer: typeof toy): void => {
      const frame = peer.seal(UP.AUDIO, 1, sound);
      frame[frame.length - 1]! ^= 1;
      bridge.frame(peer.link, frame);
    };
    for (let i = 0; i < 10; i++) forge(toy);
    const second = await connect(2);
    for (let i = 0; i < 9; i++) forge(second);
    expect(second.closed()).toBeUndefined();
    forge(second);
    expect(second.closed()).toBe("wrong tags");
    expect(ended).toEqual(["wrong-tags"]);
  });

  it("a second link takes the first one's place, and its turn is lost", async () => {
    const { clock, toy, bridge, connect, sound: pipes } = await onTheLine();
    say(toy, 1);
    await clock.advance(300);
    const second = await connect(2);
    const before = toy.heard.length;
    bridge.closed(toy.link);
    say(second, 1);
    await clock.advance(8000);
    expect(toy.heard.length).toBe(before);
    expect(second.types()).toEqual([DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_END]);
    expect(pipes.open()).toBe(0);
  });

  it("a link that was not admitted is closed", async () => {
    const { toy, bridge } = await onTheLine();
    bridge.opened({ ...toy.link, sessionId: "ffffffffffffffff" });
    expect(toy.closed()).toBe("not admitted");
  });

  it("a session that expires is closed after its turn, not during it", async () => {
    const { clock, toy } = await onTheLine({ lifeMs: 1000 });
    await clock.advance(900);
    say(toy, 1);
    await clock.advance(300);
    expect(toy.closed()).toBeUndefined();
    await clock.advance(8000);
    expect(toy.closed()).toBe("expired");
    expect(toy.heard.at(-1)!.type).toBe(DOWN.REPLY_END);
  });

  it("EVENT pairing is answered by its CUE; unknown kinds and types are no error", async () => {
    const { toy, meter } = await onTheLine();
    toy.send(UP.EVENT, 0, { payload: encodeJson({ kind: "pairing" }) });
    await settle();
    expect(decodeCue(toy.heard[0]!.payload)).toBe("pairing");
    toy.send(UP.EVENT, 0, { payload: encodeJson({ kind: "somersault" }) });
    toy.send(0x7f, 0);
    toy.send(UP.TELEMETRY, 0, { payload: new Uint8Array([0xff]) });
    expect(toy.heard.length).toBe(1);
    expect(meter.counts.get("frames_dropped_total payload")).toBe(2);
  });

  it("keeps a toy's last telemetry", async () => {
    const { clock, toy, bridge } = await onTheLine();
    expect(bridge.telemetry()).toEqual([]);
    toy.send(UP.TELEMETRY, 0, { payload: encodeJson({ rssi: -60, heap: 9000 }) });
    toy.send(UP.TELEMETRY, 0, { payload: encodeJson({ heap: 8000 }) });
    expect(bridge.telemetry()).toEqual([{ device_id: DEVICE, at: clock.now(), rssi: -60, heap: 8000 }]);
  });

  it("a COMMAND is repeated every 2 s until its ACK", async () => {
    const { clock, toy, bridge } = await onTheLine();
    const done = bridge.command(DEVICE, "volume", 60, { level: 5 });
    await clock.advance(4100);
    expect(toy.heard.map(({ payload }) => decodeCommand(payload))).toEqual(
      Array.from({ length: 3 }, () => ({ id: 1, kind: "volume", ttl_s: 60, level: 5 })),
    );
    toy.send(UP.ACK, 0, { payload: encodeJson({ id: 1, ok: true }) });
    expect(await done).toEqual({ id: 1, ok: true });
    await clock.advance(10_000);
    expect(toy.heard.length).toBe(3);
  });

  it("a COMMAND dies with its time, and a newer one of its kind replaces it", async () => {
    const { clock, toy, bridge } = await onTheLine();
    const old = bridge.command(DEVICE, "volume", 60, { level: 5 });
    await clock.advance(0);
    const newer = bridge.command(DEVICE, "volume", 5, { level: 7 });
    await clock.advance(10_000);
    expect(await old).toBeUndefined();
    expect(await newer).toBeUndefined();
    expect(toy.heard.filter(({ payload }) => decodeCommand(payload)?.level === 5).length).toBe(1);
    expect(clock.waiting).toBe(2); // the session's own end, and the next look at consent
  });

  it("a drain refuses new turns, lets running ones end, then tells the toys to come back spread out", async () => {
    const { clock, toy, bridge } = await onTheLine();
    say(toy, 1);
    await clock.advance(300);
    const drained = bridge.drain(30);
    await clock.advance(0);
    expect(toy.heard.some(({ type }) => type === DOWN.COMMAND)).toBe(false);
    await clock.advance(8000);
    expect(toy.heard.some(({ type }) => type === DOWN.REPLY_END)).toBe(true);
    expect(decodeCommand(toy.heard.at(-1)!.payload)).toMatchObject({ kind: "reconnect" });
    say(toy, 2);
    await drained;
    expect(toy.heard.map(({ payload }) => decodeRefused(payload)?.code)).toContain("UNAVAILABLE");
  });

  it("a drain gives up on a turn after 30 s", async () => {
    const { clock, toy, bridge } = await onTheLine({
      chat: {
        curated: true,
        reply: async function* () {
          for (;;) yield await Promise.resolve("On and on.");
        },
      },
    });
    say(toy, 1);
    await clock.advance(300);
    const drained = bridge.drain(0);
    await clock.advance(35_000);
    await drained;
  });

  it("a toy that begins turns faster than any paw is refused, unheard, until it is slower", async () => {
    const { clock, toy, sound, meter, connect } = await onTheLine();
    for (let turn = 1; turn <= 1_000; turn++) toy.send(UP.TURN_START, turn, { payload: start });
    expect(sound.open()).toBeLessThanOrEqual(2 * TURNS_PER_TOY);
    await clock.advance(0);
    expect(sound.open()).toBe(0);
    const refused = toy.heard.filter(({ type }) => type === DOWN.REFUSED);
    expect(refused).toHaveLength(1_000 - TURNS_PER_TOY);
    expect(decodeRefused(refused[0]!.payload)).toEqual({ code: "RATE_LIMITED", retry_after_s: 10 });
    expect(meter.counts.get("turns_total refused")).toBe(1_000 - TURNS_PER_TOY);
    // another connection is the same toy
    const again = await connect(2);
    again.send(UP.TURN_START, 1, { payload: start });
    expect(again.types()).toEqual([DOWN.REFUSED]);
    await clock.advance(10_000);
    say(again, 2);
    await clock.advance(8_000);
    expect(again.types()).toEqual([DOWN.REFUSED, DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_END]);
  });

  it.each([
    [UP.EVENT, { kind: "reset" }],
    [UP.EVENT, { kind: "somersault" }],
    [UP.TELEMETRY, { rssi: -60, battery_mv: 3_300 }],
    [UP.PAIR_ACCEPT, { window_id: "0".repeat(32), proof_hex: "0".repeat(64) }],
  ])(
    "a toy that tells of itself (%i, %j) faster than any does is not heard, until it is slower",
    async (type, what) => {
      let told = 0;
      const { clock, toy, meter, connect } = await onTheLine({
        news: {
          ...quietNews,
          event: async () => void told++,
          telemetry: () => void told++,
          pairAccept: () => void told++,
        },
      });
      const tell = async (peer: typeof toy, times: number) => {
        for (let i = 0; i < times; i++) {
          peer.send(type, 0, { payload: encodeJson(what) });
          await settle();
        }
      };
      await tell(toy, 200);
      expect(told).toBe(NEWS_PER_TOY);
      expect(meter.counts.get("frames_dropped_total too-many")).toBe(200 - NEWS_PER_TOY);
      // another connection is the same toy, and what it did is heard all the same
      const again = await connect(2);
      await tell(again, 1);
      expect(told).toBe(NEWS_PER_TOY);
      again.send(UP.TURN_START, 1, { payload: start });
      expect(again.types()).toEqual([]);
      await clock.advance(NEWS_WINDOW_MS);
      await tell(again, 1);
      expect(told).toBe(NEWS_PER_TOY + 1);
    },
  );

  it("one event of a kind is looked at at a time: what is told again meanwhile does not wait behind it", async () => {
    const told: string[] = [];
    let keep = (): void => undefined;
    const { toy } = await onTheLine({
      news: {
        ...quietNews,
        event: (_deviceId, kind) => new Promise((resolve) => (told.push(kind), (keep = resolve))),
      },
    });
    const tell = async (kind: string) => {
      toy.send(UP.EVENT, 0, { payload: encodeJson({ kind }) });
      await settle();
    };
    await tell("reset");
    await tell("pairing");
    await tell("pairing");
    expect(told).toEqual(["reset", "pairing"]);
    keep();
    await settle();
    await tell("pairing");
    expect(told).toEqual(["reset", "pairing", "pairing"]);
  });

  it("a toy without consent that begins turns fast is answered in words no more often than it may talk", async () => {
    const { clock, toy, plainSound } = await onTheLine({ standing: { state: "NOT_PAIRED" } });
    let opened = 0;
    const voice = plainSound.voice;
    plainSound.voice = (rate, codec) => (opened++, voice(rate, codec));
    for (let turn = 1; turn <= 1_000; turn++) toy.send(UP.TURN_START, turn, { payload: start });
    await clock.advance(3_000);
    expect(toy.heard.filter(({ type }) => type === DOWN.REFUSED)).toHaveLength(1_000);
    expect(opened).toBeLessThanOrEqual(TURNS_PER_TOY);
  });

  it("a session ends at its time, though the toy barges in on every turn", async () => {
    const { clock, toy } = await onTheLine({ lifeMs: 60_000 });
    for (let turn = 1; clock.now() < 1_800_000_000_000 + 62_000; turn++) {
      toy.send(UP.TURN_START, turn, { payload: start });
      await clock.advance(600);
    }
    expect(toy.closed()).toBe("expired");
  });

  it("what one child said is told to no other, on the line or off it", async () => {
    const { clock, toy, bridge, family, asked, connect } = await onTheLine();
    say(toy, 1);
    await clock.advance(8_000);
    bridge.closed(toy.link);
    family.standing = { ...READY, childId: "child_2" };
    const again = await connect(2);
    say(again, 1);
    await clock.advance(8_000);
    expect(asked).toHaveLength(2);
    expect(asked[1]!.filter(({ role }) => role === "user")).toHaveLength(1);
  });

  it("an unpairing between CONNECT and SUBSCRIBE is not missed", async () => {
    const { bridge, family, connect, toy } = await onTheLine();
    bridge.closed(toy.link);
    const admitted = bridge.admitted;
    bridge.admitted = async (session) => {
      await admitted(session);
      family.standing = { state: "NOT_PAIRED" };
      await bridge.toyChanged(DEVICE);
    };
    const again = await connect(2);
    expect(again.closed()).toBe("not admitted");
  });

  it("a bug that a toy's frame meets ends its line, and nothing else", async () => {
    const { toy } = await onTheLine({
      turnId() {
        throw new Error("a bug");
      },
    });
    expect(() => say(toy, 1)).not.toThrow();
    expect(toy.closed()).toBe("fault");
  });
});

it("a child who has talked enough hears a kind goodbye, and the toy stays on the line", async () => {
  let turns = 0;
  const { toy, clock, asked, meter } = await onTheLine({
    turnLimits: {
      begin: async () =>
        turns++ === 0
          ? { state: "refused", layer: "toy", retryAfterS: 1_800 }
          : { state: "granted", maxTokens: 4_000, over: () => undefined },
    },
  });
  say(toy, 1);
  await clock.advance(3_000);
  expect(toy.types()).toEqual([DOWN.REFUSED, DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_END]);
  expect(toy.heard[0]!.turn).toBe(1);
  expect(decodeRefused(toy.heard[0]!.payload)).toEqual({ code: "RATE_LIMITED", retry_after_s: 1_800 });
  expect(toy.heard.slice(1).every(({ turn }) => turn === 0)).toBe(true);
  expect(asked).toEqual([]);
  expect(toy.closed()).toBeUndefined();
  expect(meter.counts.get("turns_total limited")).toBe(1);
  say(toy, 2);
  await clock.advance(6_000);
  expect(asked).toHaveLength(1);
});
