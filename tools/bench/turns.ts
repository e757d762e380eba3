/** Turns of many bears at once: what the server adds to the models' own time, and what it costs. */
import { UP, DOWN } from "@bearlink/sdk/protocol";
import type { Counters } from "@bearlink/sdk/node";
import type { MetTurn, Opening, Talks } from "./bears-worker.ts";
import { modelTimes } from "./model-time.ts";
import { median, rounded, sumOf, summaryOf } from "./numbers.ts";
import type { Summary } from "./numbers.ts";
import type { BenchCell, Site } from "./site.ts";
import { FIRST_CLAUSE, startStandInProcess } from "./stand-in-process.ts";
import type { ModelDelays, StandInProcess } from "./stand-in-process.ts";
import { startWorker } from "./worker.ts";
import type { Usage, Worker } from "./worker.ts";

export interface TurnScenario {
  name: string;
  toys: number;
  /** of each toy, beside its first */
  turns: number;
  /** turns of one toy alone, after the cell's first, that the first is compared with */
  laterTurns: number;
  /** as FFMPEG_TOYS */
  ffmpegToys: number;
  delays: ModelDelays;
  /** ms of p95 to reach; undefined where it is only shown */
  target?: number;
}

export interface TurnResult {
  name: string;
  toys: number;
  sound: string;
  delays: ModelDelays;
  /** ms the server added before a reply's first frame of sound, in each toy's second turn and later */
  added_ms: Summary;
  /** the same in each toy's first turn, when all of them come within seconds: for ffmpeg processes are started then */
  arriving_ms: Summary;
  /** of p95 */
  target_ms: number | undefined;
  /** what the first turn after the cell's start took more than the median of later ones, alike alone */
  first_turn_ms: number;
  /** turns that did not end in a reply, or that the stand-in's log does not know */
  failed: number;
  /** sent and never arrived, either way; or dropped by either side */
  frames_lost: number;
  underruns: number;
  /** percent of a core for each toy, ffmpeg's included, while all talk */
  cpu_percent_a_toy: number;
  /** of which ffmpeg */
  ffmpeg_percent_a_toy: number;
  rss_mb: number;
}

/** ms within which the bears begin, and pause between two turns */
const SPREAD_MS = 2_500;

export async function runTurns(
  site: Site,
  scenario: TurnScenario,
  tell: (detail: string) => void,
): Promise<TurnResult> {
  const running: { stop(): Promise<void> }[] = [];
  try {
    const standIn = await startStandInProcess(scenario.delays);
    running.push(standIn);
    const services = { STT_URL: standIn.url, CHAT_URL: standIn.url, TTS_URL: standIn.url };
    const cell = await site.startCell({ ...services, FFMPEG_TOYS: String(scenario.ffmpegToys) });
    running.push(cell.worker);
    const bears = await startWorker("bears-worker.ts");
    running.push(bears);
    return await measure(site, scenario, { standIn, cell, bears }, tell);
  } finally {
    for (const part of running.reverse()) await part.stop();
  }
}

interface Parts {
  standIn: StandInProcess;
  cell: BenchCell;
  bears: Worker;
}

async function measure(
  site: Site,
  { name, toys, turns, laterTurns, delays, target }: TurnScenario,
  { standIn, cell, bears }: Parts,
  tell: (detail: string) => void,
): Promise<TurnResult> {
  const talk = async (talks: Talks): Promise<{ met: MetTurn[]; added: number[] }> => {
    const met = await bears.ask<MetTurn[]>("talk", talks);
    return { met, added: addedTimes(met, modelTimes(await standIn.takeLog(), met, FIRST_CLAUSE)) };
  };
  tell("the bears claim their sessions");
  const opening: Opening = { url: cell.url, toys: site.toys.slice(0, toys), flash: site.flash };
  await bears.ask("open", opening);
  tell("the first turn, and some more alone");
  const alone = await talk({ bears: 1, turns: 1 + laterTurns, spreadMs: 0 });
  tell(`${toys} toys arrive`);
  const first = await talk({ bears: toys, turns: 1, spreadMs: SPREAD_MS });
  tell(`${toys} toys talk`);
  const before = await cell.worker.usage();
  const startedAt = performance.now();
  const all = await talk({ bears: toys, turns, spreadMs: SPREAD_MS });
  const wallMs = performance.now() - startedAt;
  const after = await cell.worker.usage();
  const counters = await bears.ask<Counters[]>("counters");
  const frames = await cell.frames();
  const talkedMs = wallMs * toys;
  const met = [...alone.met, ...first.met, ...all.met];
  return {
    ...{ name, toys, sound: cell.sound, delays },
    added_ms: summaryOf(all.added),
    arriving_ms: summaryOf(first.added),
    target_ms: target,
    first_turn_ms: rounded(alone.added[0]! - median(alone.added.slice(1)), 1),
    failed: met.length - alone.added.length - first.added.length - all.added.length,
    frames_lost: framesLost(counters, frames),
    underruns: sumOf(counters.map(({ underruns }) => underruns)),
    cpu_percent_a_toy: percent(after.cpuMs + after.childrenMs - before.cpuMs - before.childrenMs, talkedMs),
    ffmpeg_percent_a_toy: percent(after.childrenMs - before.childrenMs, talkedMs),
    rss_mb: megabytes(after),
  };
}

/** Of each turn that was answered: what its bear waited, less what the models took. */
export function addedTimes(met: MetTurn[], models: (number | undefined)[]): number[] {
  return met.flatMap(({ outcome, firstMs }, index) => {
    const modelMs = models[index];
    return outcome === "reply" && firstMs !== undefined && modelMs !== undefined ? [firstMs - modelMs] : [];
  });
}

type FrameCounts = Awaited<ReturnType<BenchCell["frames"]>>;

/** Frames of a turn that one side sent and the other did not see, and those that a side dropped. */
export function framesLost(
  bears: Pick<Counters, "sent" | "received" | "dropped">[],
  cell: FrameCounts,
): number {
  const total = (counts: Record<number | string, number>[], type: number | string): number =>
    sumOf(counts.map((of) => of[type] ?? 0));
  const up = [UP.TURN_START, UP.AUDIO, UP.TURN_END].map(
    (type) =>
      total(
        bears.map(({ sent }) => sent),
        type,
      ) - (cell.up[type] ?? 0),
  );
  const down = [DOWN.REPLY_START, DOWN.AUDIO, DOWN.REPLY_END].map(
    (type) =>
      (cell.down[type] ?? 0) -
      total(
        bears.map(({ received }) => received),
        type,
      ),
  );
  const dropped = bears.flatMap((bear) => Object.values(bear.dropped));
  return sumOf([...up, ...down, ...dropped]) + cell.dropped;
}

const percent = (cpuMs: number, wallMs: number): number => rounded((100 * cpuMs) / wallMs, 2);
const megabytes = ({ rss }: Usage): number => Math.round(rss / 2 ** 20);
