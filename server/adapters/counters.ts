/** Counters on any store of limits: one exact log each. */
import type { Allowance, Counters, Decision, LimitStore } from "../ports.ts";

export function countersOn(limits: LimitStore): Counters {
  const ask = async (key: string, limit: number, windowMs: number, cost: 0 | 1): Promise<Allowance> =>
    allowanceOf(await limits.decide([{ layer: "address", kind: "log", key, limit, windowMs, cost }]));
  return {
    take: (key, limit, windowMs) => ask(key, limit, windowMs, 1),
    peek: (key, limit, windowMs) => ask(key, limit, windowMs, 0),
  };
}

function allowanceOf({ refused, retryAfterS, standing }: Decision): Allowance {
  return { allowed: refused === undefined, retryAfterS, standing };
}
