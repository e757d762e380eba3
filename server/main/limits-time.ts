/** What a decision of all five layers takes, in process or in Redis, and what an entry of the audit trail takes: for `bear bench`. */
import { systemChance } from "../adapters/chance.ts";
import { systemClock } from "../adapters/clock.ts";
import { memoryStores } from "../adapters/memory.ts";
import { openRedis } from "../adapters/redis.ts";
import { sqlToys } from "../adapters/sql/toys.ts";
import type { Config } from "../config.ts";
import { createRequestLimiter } from "../limiter/request.ts";
import type { LimitRule, LimitStore, Log, RequestLimiter } from "../ports.ts";
import { openRecord } from "./stores.ts";

export interface DecisionLoad {
  /** an empty Redis; without one the store is of this process */
  redisUrl?: string | undefined;
  /** decisions a second while they are timed */
  perSecond: number;
  /** of that, and then twice as many of as many as it can */
  ms: number;
}

export interface DecisionTimes {
  /** ms of each, at `perSecond`, span by span */
  spans: number[][];
  /** a second, at most: in the best of some spans, for what else is on a machine only slows it */
  most: number;
  /** decisions that let nobody through: there is room for all */
  refused: number;
}

/** families, each with an address and a toy of its own */
const FAMILIES = 1_000;
/** ms between two looks at how many are due */
const TICK_MS = 1;
/** decisions that wait at once for a store that is asked for as many as it can */
const AT_ONCE = 64;
const SPANS = 8;
const DAY_MS = 86_400_000;
/** more than a run can use up */
const PLENTY = 1_000_000;

export async function decisionTimes({ redisUrl, perSecond, ms }: DecisionLoad): Promise<DecisionTimes> {
  const redis = redisUrl === undefined ? undefined : await openRedis({ url: redisUrl, chance: systemChance });
  const { limitStore } = redis ?? memoryStores({ clock: systemClock });
  const limiter = createRequestLimiter({ limitStore: withToys(limitStore) }, { perMinute: PLENTY });
  let made = 0;
  let refused = 0;
  /** ms that it took, without what gives a place back */
  const decide = async (): Promise<number> => {
    const from = performance.now();
    const { layer, release } = await limiter.request(askedBy(made++));
    const took = performance.now() - from;
    if (layer !== undefined) refused++;
    await release?.();
    return took;
  };
  try {
    await asMany(decide, ms / 4); // a warm-up
    const times = await paced(decide, { perSecond, ms });
    let most = 0;
    for (let span = 0; span < SPANS; span++) {
      const before = made;
      await asMany(decide, ms / 4);
      most = Math.max(most, Math.round(((made - before) * 4000) / ms));
    }
    return { spans: inSpans(times), most, refused };
  } finally {
    redis?.close();
  }
}

/** What changes something, of a family's own: address, tier, endpoint and burst are asked, and beside them a toy. */
function askedBy(number: number): Parameters<RequestLimiter["request"]>[0] {
  const family = number % FAMILIES;
  return {
    address: `10.1.${family >> 8}.${family & 255}`,
    endpoint: "/api/v1/bench",
    limit: "models",
    reading: false,
    payer: { id: `family-${family}`, tier: "enterprise" },
    holder: String(number),
  };
}

/** The toy's layer stands in the rules of a turn; here it is asked with those of a request. Nothing but the burst and the endpoint could run out. */
function withToys(store: LimitStore): LimitStore {
  return {
    release: (rule) => store.release(rule),
    decide(rules, told) {
      const all = rules.map((rule) => (rule.kind === "bucket" ? { ...rule, limit: PLENTY } : rule));
      const family = rules.find(({ kind }) => kind === "places")!.key;
      const toy = { layer: "toy", kind: "slots", key: `turns:${family}`, windowMs: DAY_MS } as const;
      return store.decide([...all, { ...toy, limit: PLENTY } satisfies LimitRule], told);
    },
  };
}

/** Evenly in time; what each answers with. What it keeps of a decision is a number: what is held costs the collector time that would be counted. */
async function paced(
  decide: () => Promise<number>,
  { perSecond, ms }: { perSecond: number; ms: number },
): Promise<number[]> {
  const times = new Float64Array(Math.ceil((perSecond * ms) / 1000));
  const faults: unknown[] = [];
  let asked = 0;
  let answered = 0;
  const one = async (): Promise<void> => {
    try {
      const took = await decide();
      times[answered] = took;
    } catch (fault) {
      faults.push(fault);
    }
    answered++;
  };
  const startedAt = performance.now();
  while (answered < times.length) {
    const due = Math.min(times.length, ((performance.now() - startedAt) / 1000) * perSecond);
    for (; asked < due; asked++) void one();
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  if (faults.length > 0) throw faults[0];
  return [...times];
}

function inSpans(times: readonly number[]): number[][] {
  const length = Math.ceil(times.length / SPANS);
  const spans = Array.from({ length: SPANS }, (_, span) => times.slice(span * length, (span + 1) * length));
  return spans.filter((span) => span.length > 0);
}

async function asMany(decide: () => Promise<unknown>, ms: number): Promise<void> {
  const until = performance.now() + ms;
  const loop = async (): Promise<void> => {
    while (performance.now() < until) await decide();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
}

/** ms that the entry of an accepted claim adds to what the record does for it, on the record that is configured; nothing is kept. */
export async function auditEntryTime(
  { config, deviceId, rounds = 300 }: { config: Config; deviceId: string; rounds?: number },
  log: Log,
): Promise<number> {
  const { db, close } = await openRecord(config, log);
  const undone = new Error("undone");
  const ms = { with: 0, without: 0 };
  const entry = { action: "toy_claimed", outcome: "success", actor: deviceId, resource: deviceId } as const;
  try {
    await db
      .transaction()
      .execute(async (tx) => {
        const toys = sqlToys({ db: tx });
        let boot = (await toys.find(deviceId))!.boot;
        const accept = async (which: keyof typeof ms): Promise<void> => {
          const at = systemClock.now();
          const claim = { boot: ++boot, seq: 0, sessionId: "0".repeat(16), firmwareVersion: "1.0.0", at };
          const from = performance.now();
          const told = which === "with" ? { ...entry, at, address: "127.0.0.1" } : undefined;
          if (!(await toys.acceptClaim(deviceId, claim, false, told))) throw new Error("not accepted");
          ms[which] += performance.now() - from;
        };
        const both = async (times: number): Promise<void> => {
          for (let round = 0; round < times; round++) {
            await accept("with");
            await accept("without");
          }
        };
        await both(rounds / 10); // a warm-up
        ms.with = ms.without = 0;
        await both(rounds);
        throw undone;
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error;
      });
    return Math.max(0, ms.with - ms.without) / rounds;
  } finally {
    await close();
  }
}
