/** What the broker and its guard cost a frame, beside a raw TCP echo of the same bytes in the same run; frame protection apart. */
import type { EchoKind } from "./echo-worker.ts";
import { FRAME_MS } from "./echo-client.ts";
import type { Echoed } from "./frames-worker.ts";
import { median, rounded, sumOf, summaryOf } from "./numbers.ts";
import type { Summary } from "./numbers.ts";
import { startWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

export interface BrokerResult {
  toys: number;
  frames_a_second: number;
  /** µs of CPU a frame there and back, the kernel's included; the median of some rounds */
  raw_us: number;
  broker_us: number;
  /** opening a frame and sealing another, beside the broker */
  protection_us: number;
  /** broker to raw: the median of what each round gave */
  ratio: number;
  target_ratio: number;
  frames_lost: number;
  /** ms there and back */
  round_trip_ms: Record<EchoKind, Summary>;
}

export interface BrokerScenario {
  toys: number;
  /** ms of each kind in each round */
  roundMs: number;
  rounds: number;
}

const KINDS: readonly EchoKind[] = ["raw", "broker", "protected"];
const TARGET_RATIO = 2.5;

interface Echo {
  kind: EchoKind;
  port: number;
  worker: Worker;
  /** µs a frame, by round */
  costs: number[];
  times: number[];
  lost: number;
}

export async function runBroker(
  { toys, roundMs, rounds }: BrokerScenario,
  tell: (detail: string) => void,
): Promise<BrokerResult> {
  const workers: Worker[] = [];
  try {
    const sender = await startWorker("frames-worker.ts");
    workers.push(sender);
    const echoes: Echo[] = [];
    for (const kind of KINDS) {
      const worker = await startWorker("echo-worker.ts");
      workers.push(worker);
      const port = await worker.ask<number>("listen", kind);
      await sender.ask("open", { port, count: toys, speaksMqtt: kind !== "raw" });
      echoes.push({ kind, port, worker, costs: [], times: [], lost: 0 });
    }
    tell("warm-up");
    for (const { port } of echoes) await sender.ask("send", { port, ms: roundMs });
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round} of ${rounds}`);
      for (const echo of echoes) await measure(echo, sender, roundMs);
    }
    await sender.ask("close");
    return resultOf(toys, echoes);
  } finally {
    for (const worker of workers.reverse()) await worker.stop();
  }
}

async function measure(echo: Echo, sender: Worker, ms: number): Promise<void> {
  const before = await echo.worker.usage();
  const { frames, times, lost } = await sender.ask<Echoed>("send", { port: echo.port, ms });
  const after = await echo.worker.usage();
  echo.costs.push(((after.cpuMs - before.cpuMs) * 1000) / frames);
  echo.times.push(...times);
  echo.lost += lost;
}

function resultOf(toys: number, echoes: Echo[]): BrokerResult {
  const [raw, broker, guarded] = echoes as [Echo, Echo, Echo];
  const cost = ({ costs }: Echo): number => rounded(median(costs), 1);
  const ratios = broker.costs.map((costUs, round) => costUs / raw.costs[round]!);
  const trips = echoes.map(({ kind, times }) => [kind, summaryOf(times)] as const);
  return {
    toys,
    frames_a_second: (toys * 1000) / FRAME_MS,
    raw_us: cost(raw),
    broker_us: cost(broker),
    protection_us: rounded(cost(guarded) - cost(broker), 1),
    ratio: rounded(median(ratios), 2),
    target_ratio: TARGET_RATIO,
    frames_lost: sumOf(echoes.map(({ lost }) => lost)),
    round_trip_ms: Object.fromEntries(trips) as Record<EchoKind, Summary>,
  };
}
