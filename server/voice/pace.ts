/** Sound sent no faster than a toy can hold it: some at once, then real time, never far ahead of its CREDIT. PROTOCOL.md §7.2 */
import {
  CODEC,
  codecBytes,
  codecRate,
  CREDIT_SILENCE_MS,
  DOWN,
  FLAG,
  MAX_AHEAD_MS,
  MAX_HELD_MS,
  PREFILL_MS,
} from "@bearlink/sdk/protocol";
import type { Codec, Credit } from "@bearlink/sdk/protocol";
import type { Clock } from "../ports.ts";
import { until } from "./deadline.ts";

/** ms of sound in a frame: long frames cost the toy least, short ones get a starving toy going. §5 */
const FRAME_MS = 100;
const SHORT_FRAME_MS = 20;
/** A codec of 16 kHz, 16 bits fills its 1024 bytes of payload with this. §5 */
const S16_FRAME_MS = 32;
/** ms ahead of the toy below which a frame is not waited for until it is full */
const LOW_MS = 200;

/** The toy held its CREDIT back for 30 s in all: §7.2 ends the turn in STOP. */
export class HeldBack extends Error {}

export type SendFrame = (
  type: number,
  fields: { codec?: number; flags?: number; sample?: number; payload?: Uint8Array },
) => unknown;

export interface Pacer {
  /** Sends a stretch of sound, and answers when its last frame is sent. Stretches follow one another without a seam. */
  play(sound: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  credit(credit: Credit): void;
  /** samples sent */
  sent(): number;
}

export interface PaceOptions {
  clock: Clock;
  codec: Codec;
  /** what the toy can hold, ms */
  bufferMs: number;
  send: SendFrame;
  /** called before the first frame leaves */
  onFirst?: () => void;
}

export function createPacer({ clock, codec, bufferMs, send, onFirst }: PaceOptions): Pacer {
  const rate = codecRate(codec);
  const sampleBytes = codecBytes(codec);
  const atOnce = Math.max(SHORT_FRAME_MS, Math.min(PREFILL_MS, bufferMs));
  const ahead = Math.max(SHORT_FRAME_MS, Math.min(MAX_AHEAD_MS, bufferMs));
  const longest = Math.min(codec === CODEC.S16 ? S16_FRAME_MS : FRAME_MS, atOnce);
  let sample = 0;
  let played = 0; // ms a toy in real time has played by `playedAt`
  let playedAt = 0;
  let credit: { ms: number; at: number } | undefined;
  let heldMs = 0;
  let wake: (() => void) | undefined;

  const sentMs = (): number => (sample * 1000) / rate;
  const frameBytes = (ms: number): number => Math.floor((ms * rate) / 1000) * sampleBytes;

  /** How much the toy of §7.2 has played by now: it starts with the first frame and waits where it has nothing. */
  function playedMs(now: number): number {
    if (sample > 0) played = Math.min(sentMs(), played + Math.max(0, now - playedAt));
    playedAt = now;
    return played;
  }

  /** ms of sound that CREDIT still allows; it only slows, and counts for 2 s. */
  function creditRoom(now: number): number {
    if (!credit || now - credit.at > CREDIT_SILENCE_MS) return Infinity;
    return Math.min(sentMs(), credit.ms + now - credit.at) + ahead - sentMs();
  }

  function sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener("abort", abort);
        wake = undefined;
        resolve();
      };
      const abort = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = clock.after(ms, done);
      signal.addEventListener("abort", abort, { once: true });
      wake = done;
    });
  }

  async function waitForRoom(ms: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = clock.now();
      const inTime = playedMs(now) + atOnce - sentMs() - ms;
      const allowed = creditRoom(now) - ms;
      if (inTime >= 0 && allowed >= 0) return;
      const held = inTime >= 0;
      await sleep(Math.max(1, Math.ceil(-Math.min(inTime, allowed))), signal);
      if (held) heldMs += clock.now() - now;
      if (heldMs > MAX_HELD_MS) throw new HeldBack("the toy took no more sound");
    }
  }

  async function sendFrame(payload: Uint8Array, last: boolean, signal: AbortSignal): Promise<void> {
    const samples = payload.length / sampleBytes;
    await waitForRoom((samples * 1000) / rate, signal);
    if (sample === 0) onFirst?.();
    playedMs(clock.now());
    send(DOWN.AUDIO, {
      codec,
      flags: (sample === 0 ? FLAG.FIRST : 0) | (last ? FLAG.LAST : 0),
      sample,
      payload,
    });
    sample += samples;
  }

  return {
    async play(sound, signal) {
      let held: Uint8Array = new Uint8Array(0);
      for await (const bytes of until(signal, sound)) {
        held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
        for (;;) {
          const low = sentMs() - playedMs(clock.now()) < LOW_MS;
          const least = frameBytes(Math.min(longest, low ? SHORT_FRAME_MS : FRAME_MS));
          if (held.length < least) break;
          const size = Math.min(frameBytes(longest), held.length - (held.length % sampleBytes));
          await sendFrame(held.subarray(0, size), false, signal);
          held = held.subarray(size);
        }
      }
      while (held.length >= sampleBytes) {
        const size = Math.min(frameBytes(longest), held.length - (held.length % sampleBytes));
        await sendFrame(held.subarray(0, size), size + sampleBytes > held.length, signal);
        held = held.subarray(size);
      }
    },
    credit({ next }) {
      const ms = Math.min((next * 1000) / rate, sentMs());
      credit = { ms, at: clock.now() };
      wake?.();
    },
    sent: () => sample,
  };
}
