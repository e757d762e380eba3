/** What a toy costs that is on the line and says nothing: memory of the cell, unused memory collected. */
import type { Opening } from "./bears-worker.ts";
import { rounded } from "./numbers.ts";
import type { Site } from "./site.ts";
import { startWorker } from "./worker.ts";
import type { Usage, Worker } from "./worker.ts";

export interface IdleResult {
  /** in the first thousand, and as many in the second: of these each is told */
  toys: number;
  /** KB of JavaScript and of buffers */
  held_kb_a_toy: number;
  /** KB of the process; the kernel's sockets are not in it */
  rss_kb_a_toy: number;
  /** of both */
  target_kb: number;
  rss_mb: number;
  /** percent of a core for all of them */
  cpu_percent: number;
}

const TARGET_KB = 20;
/** ms in which what the claims left behind goes, and in which idle toys are watched */
const CALM_MS = 4_000;

export async function runIdle(
  site: Site,
  toys: number,
  tell: (detail: string) => void,
  calmMs = CALM_MS,
): Promise<IdleResult> {
  const running: Worker[] = [];
  try {
    const cell = await site.startCell({}, ["--expose-gc"]);
    running.push(cell.worker);
    const bears = await startWorker("bears-worker.ts");
    running.push(bears);
    const usages: Usage[] = [];
    for (const first of [0, toys]) {
      tell(`${first + toys} toys come`);
      const opening: Opening = {
        url: cell.url,
        toys: site.toys.slice(first, first + toys),
        flash: site.flash,
      };
      await bears.ask("open", opening);
      await passes(calmMs);
      usages.push(await cell.worker.collectedUsage());
    }
    const [one, two] = usages as [Usage, Usage];
    tell("they are idle");
    const before = await cell.worker.usage();
    const watchedAt = performance.now();
    await passes(calmMs);
    const after = await cell.worker.usage();
    const kilobytes = (bytes: number): number => rounded(bytes / toys / 1024, 1);
    return {
      toys,
      held_kb_a_toy: kilobytes(two.held - one.held),
      rss_kb_a_toy: kilobytes(two.rss - one.rss),
      target_kb: TARGET_KB,
      rss_mb: Math.round(after.rss / 2 ** 20),
      cpu_percent: rounded((100 * (after.cpuMs - before.cpuMs)) / (performance.now() - watchedAt), 1),
    };
  } finally {
    for (const worker of running) await worker.stop();
  }
}

function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
