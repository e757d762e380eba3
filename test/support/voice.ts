/** Stand-ins for everything a turn asks of the world: quiet, quick, and broken on demand. */
import { CODEC, codecBytes, decodeJson, DOWN } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import { RECIPIENTS } from "../../server/ports.ts";
import type {
  ChatMessage,
  Clock,
  Log,
  Meter,
  Phrases,
  Safety,
  Shelf,
  Sound,
  SoundPipe,
  ToyNews,
  TurnLimiter,
  TurnNews,
  TurnRef,
  TurnVerdict,
} from "../../server/ports.ts";
import type { CallerPorts, TurnVoices } from "../../server/voice/caller.ts";
import { fakeClock } from "./clock.ts";
import type { FakeClock } from "./clock.ts";

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

export interface CountingMeter extends Meter {
  counts: Map<string, number>;
}

export function countingMeter(): CountingMeter {
  const counts = new Map<string, number>();
  const bump = (key: string, by: number): void => void counts.set(key, (counts.get(key) ?? 0) + by);
  return {
    counts,
    count: (series, labels = {}, by = 1) => bump([series, ...Object.values(labels)].join(" "), by),
    observe: (series, labels) => bump([series, ...Object.values(labels)].join(" "), 1),
    gauge: (series, value) => void counts.set(series, value),
  };
}

/** A stream that is pushed to. */
export function queue<T>(): { push(piece: T): void; end(fault?: unknown): void; out: AsyncIterable<T> } {
  const pieces: T[] = [];
  let over = false;
  let fault: unknown;
  let wake: (() => void) | undefined;
  return {
    push(piece) {
      pieces.push(piece);
      wake?.();
    },
    end(reason) {
      over = true;
      fault = reason;
      wake?.();
    },
    out: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          while (pieces.length > 0) yield pieces.shift()!;
          if (fault !== undefined) throw fault;
          if (over) return;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
    },
  };
}

export interface FakeSound extends Sound {
  /** pipes that were opened and not yet ended or destroyed */
  open(): number;
}

/** Sound whose output has as many samples as its input: hearing keeps the bytes, a voice writes each sample's high byte. */
export function fakeSound(): FakeSound {
  let open = 0;
  function pipe(map: (bytes: Uint8Array) => Uint8Array): SoundPipe {
    const pieces = queue<Uint8Array>();
    let live = true;
    open++;
    const close = (): void => {
      if (live) open--;
      live = false;
      pieces.end();
    };
    return {
      write: (bytes) => {
        if (live) pieces.push(map(bytes));
      },
      end: close,
      destroy: close,
      out: pieces.out,
    };
  }
  return {
    open: () => open,
    hear: () => pipe((bytes) => bytes.slice()),
    voice: (_rate, codec) =>
      pipe((pcm) => {
        if (codecBytes(codec) === 2) return pcm.slice();
        return Uint8Array.from({ length: pcm.length / 2 }, (_, i) => (pcm[2 * i + 1]! + 128) & 255);
      }),
  };
}

export const fakePhrases: Phrases = {
  sound: () => new Uint8Array(2 * 8000 * 0.5).fill(0x11), // half a second
  words: () => new Uint8Array(2 * 8000 * 0.5).fill(0x22),
  text: (name) => `[${name}]`,
};

export const fakeShelf: Shelf = {
  pick: (heard, kind = "story") => ({
    id: `piece-${heard.length}`,
    kind,
    title: "A piece",
    sentences: [`Piece ${heard.length} of kind ${kind}.`, "It has two sentences."],
  }),
};

export const allow: Safety = {
  words: (text) => Promise.resolve({ action: "allow", text, reason: "" }),
  sentence: (text) => Promise.resolve({ action: "allow", text, reason: "" }),
};

/** Whoever wants to talk may. */
export const freely: TurnLimiter = {
  begin: async () => ({ state: "granted", maxTokens: 4_000, over: () => undefined }),
};

/** Nobody waits for what a toy tells. */
export const quietNews: ToyNews = {
  joined: () => undefined,
  left: () => undefined,
  event: () => Promise.resolve(),
  pairAccept: () => undefined,
  telemetry: () => undefined,
};

export const turnRef: TurnRef = {
  turnId: "turn-0",
  deviceId: "bear-7q2m9xk4d8wr3hbn",
  childId: "child_1",
  at: 1_800_000_000_000,
  recipients: new Set(RECIPIENTS),
};

/** A follower that writes a turn down, line by line. */
export function diary(): TurnNews & { lines: string[] } {
  const lines: string[] = [];
  const thought = ({ action, reason, withheld }: TurnVerdict): string =>
    [action, reason, withheld ? "withheld" : ""].filter((word) => word !== "").join(" ");
  return {
    lines,
    began: ({ turnId, childId }) => void lines.push(`${turnId} began, of ${childId}`),
    heard: (_turn, words, verdict) => void lines.push(`heard ${JSON.stringify(words)}: ${thought(verdict)}`),
    said: (_turn, sentence, verdict) => void lines.push(`said "${sentence}": ${thought(verdict)}`),
    over: ({ turnId }, outcome) => void lines.push(`${turnId} over: ${outcome}`),
  };
}

export interface VoiceFakes extends CallerPorts {
  clock: FakeClock;
  meter: CountingMeter;
  sound: FakeSound;
  plainSound: FakeSound;
  /** what the chat model was asked */
  asked: ChatMessage[][];
  /** what was given to the speech model */
  spoken: string[];
}

/** Ports of a turn that answers "Hello there. How are you?" after 100 ms of hearing, 50 ms of thinking and 20 ms of speech. */
export function voiceFakes(change: Partial<VoiceFakes> = {}): VoiceFakes {
  const clock = change.clock ?? fakeClock();
  const asked: ChatMessage[][] = [];
  const spoken: string[] = [];
  let turns = 0;
  return {
    clock,
    asked,
    spoken,
    sound: fakeSound(),
    plainSound: fakeSound(),
    speechToText: {
      transcribe: async (_pcm, signal) => {
        await wait(clock, 100, signal);
        return "hello bear";
      },
    },
    chat: {
      async *reply(messages, signal) {
        asked.push(messages);
        await wait(clock, 50, signal);
        for (const token of ["Hello ", "there. ", "How are ", "you today, friend?"]) yield token;
      },
    },
    textToSpeech: {
      rate: 8000,
      async *speak(text, signal) {
        spoken.push(text);
        await wait(clock, 20, signal);
        yield new Uint8Array(2 * 8000).fill(0x20); // one second
      },
    },
    safety: allow,
    shelf: fakeShelf,
    phrases: fakePhrases,
    log: silentLog,
    meter: countingMeter(),
    turnId: () => `turn-${++turns}`,
    news: quietNews,
    voicesFor: () => ({}) as TurnVoices,
    followers: [],
    turnLimits: freely,
    asksModels: true,
    ...change,
  };
}

export function wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    signal?.addEventListener("abort", () => {
      cancel();
      reject(signal.reason as Error);
    });
  });
}

export interface SentFrame {
  at: number;
  type: number;
  codec: number;
  flags: number;
  turn: number;
  sample: number;
  payload: Uint8Array;
}

/** Collects what a turn sends, with the time of each frame. */
export function collector(clock: Clock): {
  frames: SentFrame[];
  send(type: number, fields: Partial<SentFrame>): boolean;
  /** REPLY_START → "REPLY_START"; AUDIO runs are folded into one word */
  story(): string[];
  /** samples of sound sent */
  samples(codec?: Codec): number;
} {
  const frames: SentFrame[] = [];
  return {
    frames,
    send(type, fields) {
      frames.push({
        at: clock.now(),
        type,
        codec: 0,
        flags: 0,
        turn: 0,
        sample: 0,
        ...fields,
        payload: fields.payload ? new Uint8Array(fields.payload) : new Uint8Array(0),
      });
      return true;
    },
    story: () =>
      frames
        .map((frame) => {
          const json =
            frame.type === DOWN.CUE || frame.type === DOWN.REFUSED ? decodeJson(frame.payload) : undefined;
          const detail = json ? ` ${String(json.clip ?? json.code)}` : "";
          return nameOf(frame.type) + detail;
        })
        .filter((name, i, all) => name !== "AUDIO" || all[i - 1] !== "AUDIO"),
    samples: (codec = CODEC.U8) =>
      frames
        .filter(({ type }) => type === DOWN.AUDIO)
        .reduce((sum, { payload }) => sum + payload.length / codecBytes(codec), 0),
  };
}

function nameOf(type: number): string {
  return Object.entries(DOWN).find(([, value]) => value === type)?.[0] ?? String(type);
}
