/** Virtual bears in a process of their own, that talk when they are told to and tell what they met. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CODEC } from "@bearlink/sdk/protocol";
import { folderStore, openBear, readWav } from "@bearlink/sdk/node";
import type { Answer, Bear, Counters } from "@bearlink/sdk/node";
import type { ToyFile } from "../toy-file.ts";
import { repeatable } from "./numbers.ts";
import type { TurnMark } from "./model-time.ts";
import { answerParent } from "./worker.ts";

/** One turn as its bear met it. */
export interface MetTurn extends TurnMark, Pick<Answer, "outcome" | "lost" | "underruns" | "frames"> {
  /** ms from TURN_END sent to the first frame of sound received */
  firstMs: number | undefined;
}

export interface Opening {
  /** of the cell */
  url: string;
  toys: ToyFile[];
  /** a folder for what each toy keeps, so that it may come back to another cell with a higher `boot` */
  flash: string;
}

export interface Talks {
  /** how many of the bears talk */
  bears: number;
  /** of each, one after the other */
  turns: number;
  /** ms within which they begin, and at most pause between two turns */
  spreadMs: number;
}

const QUESTION = readWav(readFileSync(new URL("../demo/question.wav", import.meta.url)));
/** samples of a question, and by how many each bear's is longer than the one before: it is known by its length */
const QUESTION_SAMPLES = 12_000;
const STEP_SAMPLES = 80;
/** bytes that a sample becomes on its way to the model: 16 kHz, 16 bits */
const HEARD_BYTES = 4;

/** bears that claim at once */
const CLAIMING = 50;

/** below what an address may ask in a minute */
const REQUESTS_PER_HOME = 400;

const bears: Bear[] = [];

fromManyHomes();
answerParent({
  /** More of them, beside those that are there. */
  open: async ({ url, toys, flash }: Opening): Promise<void> => {
    const open = async (toy: ToyFile): Promise<Bear> => {
      const store = folderStore(join(flash, toy.device_id));
      const bear = await openBear({ url, toy, store, codec: CODEC.ULAW, play: [CODEC.U8] });
      await bear.ready();
      return bear;
    };
    for (let at = 0; at < toys.length; at += CLAIMING)
      bears.push(...(await Promise.all(toys.slice(at, at + CLAIMING).map(open))));
  },
  talk: async ({ bears: count, turns, spreadMs }: Talks): Promise<MetTurn[]> => {
    const chance = repeatable(count);
    const talks = bears.slice(0, count).map(async (bear, index) => {
      const met: MetTurn[] = [];
      for (let turn = 0; turn < turns; turn++) {
        await pause(chance() * spreadMs);
        met.push(await talk(bear, index));
      }
      return met;
    });
    return (await Promise.all(talks)).flat();
  },
  counters: (): Counters[] => bears.map(({ counters }) => counters),
  close: () => Promise.all(bears.map((bear) => bear.close())).then(() => undefined),
});

/** Requests come from several addresses, as a cell behind a proxy sees them: one alone would meet its limit. PROTOCOL.md §3.3 */
function fromManyHomes(): void {
  const { fetch } = globalThis;
  let requests = 0;
  globalThis.fetch = (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set("x-forwarded-for", `10.0.0.${1 + Math.floor(requests++ / REQUESTS_PER_HOME)}`);
    return fetch(url, { ...init, headers });
  };
}

async function talk(bear: Bear, index: number): Promise<MetTurn> {
  const samples = QUESTION.subarray(0, QUESTION_SAMPLES + index * STEP_SAMPLES);
  let endedAt = NaN;
  const {
    outcome,
    lost,
    underruns,
    frames,
    first_audio_ms: firstMs,
  } = await bear.talk(
    { samples },
    {
      onEvent: ({ kind, at }) => {
        if (kind === "turn_end") endedAt = performance.timeOrigin + at;
      },
    },
  );
  return { endedAt, soundBytes: samples.length * HEARD_BYTES, outcome, lost, underruns, frames, firstMs };
}
