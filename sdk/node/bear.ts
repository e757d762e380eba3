/** A virtual bear: claims, connects, asks one question at a time and hears the answer. */
import { DOWN, UP } from "@bearlink/sdk/protocol";
import type { Clip, RefusedCode } from "@bearlink/sdk/protocol";
import type { StateName, Toy } from "@bearlink/sdk/toy";
import { createNodeToy } from "./host.ts";
import type { NodeToyOptions } from "./host.ts";
import { readWav } from "./wav.ts";

const READY_MS = 30_000;
const SECOND_MS = 1_000;
/** Hz of an answer without sound */
const RATE = 8_000;

export interface Answer {
  turn: number;
  /** `none`: no word of the server ended it */
  outcome: "reply" | "stopped" | "refused" | "none";
  /** why, where it was refused or never began */
  code?: RefusedCode;
  /** from TURN_END sent to the first AUDIO of the reply received */
  first_audio_ms: number | undefined;
  /** what was played */
  heard: Int16Array;
  /** Hz of `heard`: the codec's own */
  rate: number;
  /** AUDIO frames of the reply */
  frames: number;
  /** samples that never came */
  lost: number;
  underruns: number;
  cues: Clip[];
}

/** Frames by type (PROTOCOL.md §5) and what became of them, over the bear's life. */
export interface Counters {
  sent: Record<number, number>;
  received: Record<number, number>;
  /** by reason */
  dropped: Record<string, number>;
  underruns: number;
}

/** `audio` is the index of an AUDIO frame in its reply; `at` is ms of the process's clock. */
export type TalkEvent =
  | { kind: "turn_start" | "turn_end" | "reply" | "audio"; at: number }
  | { kind: "cue"; clip: Clip; at: number };

export interface Talk {
  /** 8 kHz */
  samples?: Int16Array;
  /** a whole WAV file */
  wav?: Uint8Array;
}

export interface Bear {
  /** Waits until it has a session and a line; rejects with the reason after 30 s. */
  ready(ms?: number): Promise<void>;
  /** Says this, and hears what comes. A second one is a barge-in: the first ends as `stopped`. */
  talk(what: Talk, options?: { onEvent?: (event: TalkEvent) => void }): Promise<Answer>;
  state(): StateName;
  paired(): boolean;
  /** Waits for a state; rejects after `ms`. */
  reached(name: StateName, ms?: number): Promise<void>;
  counters: Counters;
  /** the toy itself: its paw */
  toy: Toy;
  close(): Promise<void>;
}

interface RunningTalk {
  answer: Answer;
  endedAt: number | undefined;
  onEvent: (event: TalkEvent) => void;
  finish: (answer: Answer) => void;
}

const OUTCOMES: Record<string, Answer["outcome"]> = {
  done: "reply",
  stopped: "stopped",
  press: "stopped",
  refused: "refused",
};

function count(counts: Record<string | number, number>, key: string | number): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function emptyAnswer(turn: number): Answer {
  return {
    turn,
    outcome: "none",
    first_audio_ms: undefined,
    heard: new Int16Array(0),
    rate: RATE,
    frames: 0,
    lost: 0,
    underruns: 0,
    cues: [],
  };
}

/**
 * Starts a bear. It keeps its line by itself until `close`.
 *
 *     const bear = await openBear({ url, toy });
 *     await bear.ready();
 *     const answer = await bear.talk({ wav: await readFile("question.wav") });
 *     await bear.close();
 */
export function openBear(options: NodeToyOptions): Promise<Bear> {
  const counters: Counters = { sent: {}, received: {}, dropped: {}, underruns: 0 };
  const watchers = new Set<() => void>();
  let talking: RunningTalk | undefined;
  let starting: RunningTalk | undefined;
  let trouble = "no answer yet";

  const tell = (event: TalkEvent): void => talking?.onEvent(event);

  const sent = (type: number): void => {
    count(counters.sent, type);
    if (type === UP.TURN_END && talking) {
      talking.endedAt = performance.now();
      tell({ kind: "turn_end", at: talking.endedAt });
    }
  };

  const replied = (type: number): void => {
    if (!talking || (type !== DOWN.AUDIO && type !== DOWN.REPLY_START)) return;
    const at = performance.now();
    if (type === DOWN.AUDIO) {
      talking.answer.frames++;
      if (talking.endedAt !== undefined) talking.answer.first_audio_ms ??= at - talking.endedAt;
    }
    tell({ kind: type === DOWN.AUDIO ? "audio" : "reply", at });
  };

  const begun = (turn: number): void => {
    talking = starting;
    starting = undefined;
    if (!talking) return;
    talking.answer.turn = turn;
    node.speaker.heard();
    tell({ kind: "turn_start", at: performance.now() });
  };

  const over = (event: string): void => {
    const ended = talking;
    talking = undefined;
    if (!ended) return;
    ended.answer.outcome = OUTCOMES[event] ?? "none";
    const { samples, rate } = node.speaker.heard();
    Object.assign(ended.answer, { heard: samples, rate });
    ended.finish(ended.answer);
  };

  const log = (what: string, value?: string | number): void => {
    options.log?.(what, value);
    if (what === "sent") sent(value as number);
    else if (what === "received") count(counters.received, value as number);
    else if (what === "reply") replied(value as number);
    else if (what === "dropped") count(counters.dropped, value as string);
    else if (what === "turn") begun(value as number);
    else if (what === "turn_over") over(value as string);
    else if (what === "refused" && talking) talking.answer.code = value as RefusedCode;
    else if (what === "lost" && talking) talking.answer.lost += value as number;
    else if (what === "underrun") {
      counters.underruns++;
      if (talking) talking.answer.underruns++;
    } else if (what === "claim" || what === "connack" || what === "error") trouble = `${what}: ${value}`;
    else if (what === "cue" && talking) {
      talking.answer.cues.push(value as Clip);
      tell({ kind: "cue", clip: value as Clip, at: performance.now() });
    }
    if (what === "state") for (const watcher of [...watchers]) watcher();
  };

  const node = createNodeToy({ ...options, log });
  const { toy, microphone } = node;

  const reached = (name: StateName, ms = READY_MS): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        watchers.delete(look);
        clearTimeout(timer);
        act();
      };
      const look = (): void => {
        if (toy.state().name === name) settle(resolve);
      };
      const late = (): void =>
        settle(() =>
          reject(
            new Error(`the bear is not ${name} after ${ms / SECOND_MS} s (${toy.state().name}; ${trouble})`),
          ),
        );
      const timer = setTimeout(late, ms);
      watchers.add(look);
      look();
    });

  const talk: Bear["talk"] = async (what, { onEvent = () => {} } = {}) => {
    if (toy.state().name === "listening") throw new Error("the bear is still being spoken to");
    if (!talking) await reached("ready");
    const state = toy.state();
    if (!state.paired) return { ...emptyAnswer(0), code: "NOT_PAIRED" };
    if (state.micOff) return { ...emptyAnswer(0), code: "MIC_OFF" };
    const samples = what.samples ?? (what.wav ? readWav(what.wav) : new Int16Array(0));
    return new Promise((finish) => {
      starting = { answer: emptyAnswer(0), endedAt: undefined, onEvent, finish };
      microphone.hear(samples, () => toy.hush());
      toy.talk("button");
      if (!starting) return;
      starting = undefined;
      finish(emptyAnswer(0));
    });
  };

  toy.start();
  return Promise.resolve({
    ready: (ms) => reached("ready", ms),
    reached,
    talk,
    state: () => toy.state().name,
    paired: () => toy.state().paired,
    counters,
    toy,
    close: () => {
      over("closed");
      toy.stop();
      return Promise.resolve();
    },
  });
}
