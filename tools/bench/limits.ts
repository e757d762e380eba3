/** What the guard costs: a decision of five layers, sealing 1 KB, and an audit entry beside the claim that it tells of. */
import type { DecisionLoad, DecisionTimes } from "@bearlink/server/limits-time";
import type { Opening } from "./bears-worker.ts";
import { median, percentile, rounded } from "./numbers.ts";
import type { Site } from "./site.ts";
import { startWorker } from "./worker.ts";
import type { Worker } from "./worker.ts";

export interface LimitsScenario {
  /** decisions a second */
  perSecond: number;
  ms: number;
  /** that claim */
  toys: number;
}

export interface DecisionResult {
  store: "this process" | "Redis";
  per_second: number;
  /** ms, the median of what some spans gave */
  p50: number;
  p95: number;
  target_p95: number;
  /** a second */
  most: number;
  target_most: number;
  refused: number;
}

export interface LimitsResult {
  decisions: DecisionResult[];
  /** ms to seal 1 KB and open it */
  sealing_p95: number;
  target_sealing: number;
  /** ms of a claim's request, its middle in the cell */
  claim_ms: number;
  /** ms that its entry in the audit trail adds */
  audit_ms: number;
  audit_share: number;
  target_audit_share: number;
}

const TARGETS = { "this process": 1, Redis: 2 };
const MOST = 15_000;
const SEALING_MS = 0.1;
const AUDIT_SHARE = 0.1;

/** `redis`: an empty one that the bench may fill; without it this process alone is measured. */
export async function runLimits(
  site: Site,
  { perSecond, ms, toys }: LimitsScenario,
  redis: string | undefined,
  tell: (detail: string) => void,
): Promise<LimitsResult> {
  const worker = await startWorker("limits-worker.ts");
  try {
    const decisions: DecisionResult[] = [];
    for (const redisUrl of redis === undefined ? [undefined] : [undefined, redis]) {
      const store = redisUrl === undefined ? "this process" : "Redis";
      tell(`decisions in ${store}`);
      const load: DecisionLoad = { redisUrl, perSecond, ms };
      const { spans, most, refused } = await worker.ask<DecisionTimes>("decisions", load);
      decisions.push({
        ...{ store, per_second: Math.round((spans.flat().length * 1000) / ms), most, refused },
        ...{ p50: middle(spans, 0.5), p95: middle(spans, 0.95) },
        ...{ target_p95: TARGETS[store], target_most: MOST },
      });
    }
    tell("sealing");
    const sealing = await worker.ask<number[][]>("sealing");
    tell(`${toys} claims`);
    const claim_ms = await claimTime(site, toys);
    tell("audit entries");
    const audit_ms = await worker.ask<number>("auditEntry", {
      ...{ env: site.env, deviceId: site.toys[0]!.device_id },
    });
    return {
      decisions,
      ...{ sealing_p95: middle(sealing, 0.95), target_sealing: SEALING_MS },
      ...{ claim_ms: rounded(claim_ms, 2), audit_ms: rounded(audit_ms, 3) },
      ...{ audit_share: rounded(audit_ms / claim_ms, 3), target_audit_share: AUDIT_SHARE },
    };
  } finally {
    await worker.stop();
  }
}

/** Of spans of times, the median of what each gives: what stops the machine for a moment is in few of them. */
function middle(spans: readonly number[][], share: number): number {
  return rounded(median(spans.map((times) => percentile(times, share))), 3);
}

/** ms of a claim in the cell, the mean of all toys', one after another. */
async function claimTime(site: Site, toys: number): Promise<number> {
  const running: Worker[] = [];
  try {
    const cell = await site.startCell({});
    running.push(cell.worker);
    const bears = await startWorker("bears-worker.ts");
    running.push(bears);
    for (const toy of site.toys.slice(0, toys)) {
      const opening: Opening = { url: cell.url, toys: [toy], flash: site.flash };
      await bears.ask("open", opening);
    }
    return await cell.claimMs();
  } finally {
    for (const part of running.reverse()) await part.stop();
  }
}
