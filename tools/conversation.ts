/** One question of a virtual bear, and what became of it: what `bear talk` and `bear demo` both do. */
import { CODEC } from "@bearlink/sdk/protocol";
import { openBear, writeWav } from "@bearlink/sdk/node";
import type { Answer, Bear } from "@bearlink/sdk/node";
import type { ToyStore } from "@bearlink/sdk/toy";
import type { CellApi } from "./cell.ts";
import { Fault } from "./fault.ts";
import type { Step } from "./terminal.ts";
import type { ToyFile } from "./toy-file.ts";

/** What was asked and answered. Words are undefined where the cell does not tell them. */
export interface Spoken extends Pick<
  Answer,
  "outcome" | "code" | "first_audio_ms" | "frames" | "lost" | "underruns" | "cues"
> {
  transcript: string | null | undefined;
  reply: string | undefined;
  /** s of sound */
  seconds: number;
  /** peak of full scale, dB */
  peak_dbfs: number;
  wav: Uint8Array;
}

export interface Question {
  url: string;
  toy: ToyFile;
  store?: ToyStore;
  /** a WAV file's bytes */
  wav: Uint8Array;
  /** asked for the words; none are told without it */
  cell?: CellApi;
  /** who asks; a bear of the Node host without it */
  open?: () => Promise<TalkingBear>;
}

export type TalkingBear = Pick<Bear, "ready" | "talk" | "close">;

const FULL_SCALE = 32_768;

/** What a person does about a turn that was refused. */
const CURES: Record<string, string> = {
  NOT_PAIRED: "pair it first: bear pair --toy <file>",
  NO_CONSENT: "its family has not consented to voice",
  MIC_OFF: "its microphone was switched off by a parent",
  UNAVAILABLE: "the cell cannot take a turn now; try again",
};

/** The steps of it, for a terminal; `told` is called with what was heard. */
export function conversationSteps(question: Question, told: (spoken: Spoken) => void): Step[] {
  let bear: TalkingBear;
  const openHere = (): Promise<TalkingBear> => {
    const { url, toy, store } = question;
    return openBear({ url, toy, play: [CODEC.S16, CODEC.ULAW, CODEC.U8], ...(store && { store }) });
  };
  return [
    {
      title: "The bear claims its session",
      async run() {
        bear = await (question.open ?? openHere)();
        try {
          await bear.ready();
        } catch (error) {
          await bear.close();
          throw new Fault((error as Error).message + `; is ${question.url} the cell this toy was made for?`);
        }
      },
    },
    {
      title: "The bear asks, and listens",
      async run(tell) {
        try {
          const onEvent = ({ kind }: { kind: string }): void => tell(EVENTS[kind] ?? kind);
          const answer = await bear.talk({ wav: question.wav }, { onEvent });
          if (answer.outcome !== "reply") throw notAnswered(answer);
          const words = await question.cell
            ?.get(`/api/v1/dev/toys/${question.toy.device_id}/last-turn`)
            .catch(() => undefined);
          told(spokenOf(answer, words));
        } finally {
          await bear.close();
        }
      },
    },
  ];
}

const EVENTS: Record<string, string> = {
  turn_start: "speaking …",
  turn_end: "waiting for the answer …",
  cue: "it says it is thinking …",
  reply: "the answer begins …",
  audio: "hearing the answer …",
};

function notAnswered({ outcome, code }: Answer): Fault {
  if (code) return new Fault(`the bear may not talk (${code}): ${CURES[code] ?? "see the cell's log"}`);
  return new Fault(`the bear heard no answer (${outcome}): see the cell's log`);
}

function spokenOf(answer: Answer, words: Record<string, unknown> | undefined): Spoken {
  const { outcome, code, first_audio_ms: firstMs, frames, lost, underruns, cues, heard, rate } = answer;
  const peak = heard.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return {
    ...{ outcome, frames, lost, underruns, cues },
    ...(code !== undefined && { code }),
    first_audio_ms: firstMs === undefined ? undefined : Math.round(firstMs),
    transcript: words?.transcript as string | null | undefined,
    reply: words?.reply as string | undefined,
    seconds: heard.length / rate,
    peak_dbfs: Math.round(200 * Math.log10(peak / FULL_SCALE)) / 10,
    wav: writeWav(heard, rate),
  };
}
