/** A virtual bear that is the firmware itself: the toy's bundle on a twin, asked out of samples and heard. */
import { CODEC, UP } from "@bearlink/sdk/protocol";
import type { Clip, RefusedCode } from "@bearlink/sdk/protocol";
import { decodeSound, encodeSound, readWav } from "@bearlink/sdk/node";
import type { Answer, Bear, TalkEvent } from "@bearlink/sdk/node";
import type { ToyStore } from "@bearlink/sdk/toy";
import { LOADER_FILE, TOY_RECORD, WIFI_RECORD } from "../../firmware/record.ts";
import { placesOf } from "../firmware/places.ts";
import { openFlash, putFile } from "./flash.ts";
import { keepRecords, putRecord } from "./records.ts";
import { openTwin } from "./twin.ts";

const RATE = 8_000;
const SILENCE = 128;
const READY_MS = 30_000;
/** ms that the speaker's buffers last after the last sample was handed over */
const PLAYS_OUT_MS = 150;
/** ms from one look to the next at what was said */
const LOOK_MS = 10;
/** ms within which a turn begins, if this bear may talk at all */
const BEGIN_MS = 1_000;
/** ms after which a turn that ended in nothing is given up */
const TURN_MS = 330_000;

export interface FirmwareBearOptions {
  url: string;
  toy: { device_id: string; device_secret: string };
  store: ToyStore;
  bundle: string;
  loader: string;
}

const OUTCOMES: Record<string, Answer["outcome"]> = {
  done: "reply",
  stopped: "stopped",
  press: "stopped",
  refused: "refused",
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The sound between the first sample that is not silence and the last. */
function trimmed(heard: Uint8Array): Uint8Array {
  const first = heard.findIndex((sample) => sample !== SILENCE);
  const last = heard.findLastIndex((sample) => sample !== SILENCE);
  return first < 0 ? new Uint8Array(0) : heard.subarray(first, last + 1);
}

/** Starts one; it keeps its line by itself until `close`. What it prints must be a build that logs. */
export function openFirmwareBear(options: FirmwareBearOptions): Pick<Bear, "ready" | "talk" | "close"> {
  const { store, toy, url } = options;
  const flash = openFlash();
  for (const { name, bytes } of placesOf(options.bundle)) putFile(flash, name, bytes);
  putFile(flash, LOADER_FILE, options.loader);
  putRecord(flash, TOY_RECORD, JSON.stringify({ id: toy.device_id, servers: [url] }));
  putRecord(flash, WIFI_RECORD, JSON.stringify({ ssid: "twin", password: "" }));
  if (!store.get("secret") && !store.get("prk0") && !store.get("prk1"))
    store.set("secret", new Uint8Array(Buffer.from(toy.device_secret, "hex")));
  keepRecords(flash, store);

  let question = new Uint8Array(0);
  let at = 0;
  let sound: Uint8Array[] = [];
  let heed: (word: string, value: string) => void = () => {};
  let state = "";
  let trouble = "no answer yet";

  const twin = openTwin({
    flash,
    microphone(samples) {
      const piece = new Uint8Array(samples).fill(SILENCE);
      piece.set(question.subarray(at, at + samples));
      at += samples;
      return piece;
    },
    speaker: (samples) => void sound.push(Uint8Array.from(samples)),
    onLog(line) {
      const [word = "", value = ""] = line.split(" ");
      if (word === "state") state = value;
      if (word === "claim" || word === "connack" || word === "Uncaught") trouble = line;
      heed(word, value);
    },
  });
  // the battery is full
  twin.pin("D35", 0.6);
  twin.boot();

  const reached = async (isThere: () => boolean, ms: number, what: () => string): Promise<void> => {
    const end = performance.now() + ms;
    while (!isThere()) {
      if (performance.now() > end) throw new Error(what());
      await pause(LOOK_MS);
    }
  };

  return {
    ready: (ms = READY_MS) =>
      reached(
        () => state === "ready",
        ms,
        () => `the bear is not ready (${trouble})`,
      ),

    async talk({ samples, wav }, { onEvent = () => {} } = {}) {
      const spoken = samples ?? readWav(wav!);
      question = Uint8Array.from(encodeSound(CODEC.U8, spoken));
      at = 0;
      sound = [];
      let endedAt: number | undefined;
      let over: string | undefined;
      const answer: Answer = {
        turn: 0,
        outcome: "none",
        first_audio_ms: undefined,
        heard: new Int16Array(0),
        rate: RATE,
        frames: 0,
        lost: 0,
        underruns: 0,
        cues: [],
      };
      const tell = (kind: Exclude<TalkEvent["kind"], "cue">): void =>
        onEvent({ kind, at: performance.now() });
      const words: Record<string, (value: string) => void> = {
        turn(value) {
          answer.turn = Number(value);
          tell("turn_start");
        },
        sent(value) {
          if (Number(value) !== UP.TURN_END) return;
          endedAt = performance.now();
          tell("turn_end");
        },
        state: (value) => value === "speaking" && tell("reply"),
        received(value) {
          if (Number(value) !== 0x82) return;
          if (++answer.frames === 1 && endedAt !== undefined)
            answer.first_audio_ms = performance.now() - endedAt;
          tell("audio");
        },
        cue(value) {
          answer.cues.push(value as Clip);
          onEvent({ kind: "cue", clip: value as Clip, at: performance.now() });
        },
        refused: (value) => (answer.code = value as RefusedCode),
        underrun: () => answer.underruns++,
        lost: (value) => (answer.lost += Number(value)),
        turn_over: (value) => (over = value),
      };
      heed = (word, value) => words[word]?.(value);

      twin.press(true);
      const begun = await reached(
        () => answer.turn > 0,
        BEGIN_MS,
        () => "not paired",
      ).then(
        () => true,
        () => false,
      );
      const isSaid = (): boolean => at >= question.length || over !== undefined || state !== "listening";
      if (begun) await reached(isSaid, TURN_MS, () => "the bear does not listen");
      twin.press(false);
      if (begun)
        await reached(
          () => over !== undefined,
          TURN_MS,
          () => "the turn has no end",
        );
      else answer.code = "NOT_PAIRED";
      await pause(PLAYS_OUT_MS);
      heed = () => {};
      answer.outcome = OUTCOMES[over ?? ""] ?? "none";
      answer.heard = decodeSound(CODEC.U8, trimmed(Buffer.concat(sound)));
      return answer;
    },

    close: () => Promise.resolve(twin.close()),
  };
}
