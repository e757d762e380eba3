/** Readiness: the checks of what a cell stands on, with one deadline, told in one word each. MISSION D02 */
import { READY_CACHE_MS, READY_MS } from "../bounds.ts";
import type { Clock } from "../ports.ts";

/** A word for the report: `ok`, `down`, `embedded`, `eviction_policy` …; never a host, a password or a message. */
export interface CheckResult {
  ready: boolean;
  word: string;
}

/** Rejects, or takes too long, where what it asks is away. */
export type Check = () => Promise<CheckResult>;

export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

const WORD = /^[a-z][a-z_]{0,31}$/;
const DOWN: CheckResult = { ready: false, word: "down" };
const TIMEOUT: CheckResult = { ready: false, word: "timeout" };

/**
 * Asks all checks at once; the answer is given again for a second, and those who ask meanwhile share it.
 *
 *     const ready = readiness(clock, { database: async () => (await ping(), OK), redis: … });
 *     (await ready()).checks.redis; // "ok"
 */
export function readiness(clock: Clock, checks: Record<string, Check>): () => Promise<Readiness> {
  const named = Object.entries(checks).map(([name, check]) => [name, oneAtATime(check)] as const);
  let last: { at: number; answer: Promise<Readiness> } | undefined;
  return () => {
    const now = clock.now();
    if (!last || now - last.at >= READY_CACHE_MS) last = { at: now, answer: askAll(clock, named) };
    return last.answer;
  };
}

async function askAll(clock: Clock, named: (readonly [string, Check])[]): Promise<Readiness> {
  const results = await Promise.all(named.map(([, check]) => inTime(clock, check)));
  const words = named.map(([name], i) => [name, results[i]!.word] as const);
  return { ready: results.every((result) => result.ready), checks: Object.fromEntries(words) };
}

/** A check that hangs is not asked again before it settles; it never rejects. */
function oneAtATime(check: Check): Check {
  let running: Promise<CheckResult> | undefined;
  const ask = async (): Promise<CheckResult> => {
    try {
      const result = await check();
      return WORD.test(result.word) ? result : DOWN;
    } catch {
      return DOWN;
    } finally {
      running = undefined;
    }
  };
  return () => (running ??= ask());
}

function inTime(clock: Clock, check: Check): Promise<CheckResult> {
  return new Promise((resolve) => {
    const cancel = clock.after(READY_MS, () => resolve(TIMEOUT));
    void check().then((result) => {
      cancel();
      resolve(result);
    });
  });
}

/** What stands. */
export const OK: CheckResult = { ready: true, word: "ok" };

/** What an embedded default stands in for: good enough in development only. */
export function embedded(production: boolean): CheckResult {
  return { ready: !production, word: "embedded" };
}
