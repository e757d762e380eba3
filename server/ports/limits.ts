/** What the limiter asks of the world: a store that decides over several rules at once, whole or not at all. MISSION B01–B05 */

/** Who refuses, in the order they are asked. MISSION B01 */
export const LIMIT_LAYERS = ["address", "tier", "endpoint", "toy", "burst"] as const;
export type LimitLayer = (typeof LIMIT_LAYERS)[number];

/**
 * How a rule counts.
 * - `log`: each one and its time; exact.
 * - `slots`: sixty counts to a window, and one that counts until all of it has left; never lets more through than the limit.
 * - `bucket`: holds `limit`, and an empty one fills in `windowMs`.
 * - `spell`: all since there was last a pause of `windowMs`.
 * - `places`: who holds one now; each is given back, or falls free after `windowMs`.
 */
export type LimitKind = "log" | "slots" | "bucket" | "spell" | "places";

export interface LimitRule {
  layer: LimitLayer;
  kind: LimitKind;
  key: string;
  /** whose it is: a store may keep an owner's rules together */
  owner?: string;
  /** a whole number */
  limit: number;
  windowMs: number;
  /** how many are taken, 1 where it is not said; with 0 it must have room for one and none is taken */
  cost?: number;
  /** of a place */
  holder?: string;
}

/** Hears where a limit stands that was asked, and which layer refused, if one did; for the answer's headers. */
export type LimitTold = (standing: LimitStanding, layer: string | undefined) => unknown;

/** Where a rule stands after a decision. */
export interface LimitStanding {
  limit: number;
  remaining: number;
  /** epoch ms at which there will be more, or at which a bucket is full */
  resetAt: number;
}

export interface Decision {
  /** the first rule, in the order given, that had no room */
  refused: LimitRule | undefined;
  /** whole seconds until that rule has room; 0 where none refused */
  retryAfterS: number;
  /** of the rule that refused, else of the one that was asked about */
  standing: LimitStanding;
}

/** Rejects where it is away. */
export interface LimitStore {
  /** Takes from every rule, or, where one has no room, from none. `told`: the index of the rule whose standing is wanted. */
  decide(rules: readonly LimitRule[], told?: number): Promise<Decision>;
  /** Gives a place back. */
  release(rule: Pick<LimitRule, "key" | "owner" | "holder">): Promise<void>;
}

/** Parts of a window that `slots` counts by. */
export const LIMIT_SLOTS = 60;
/** ms until a place is asked for again: nobody knows when the others are done */
export const PLACE_RETRY_MS = 1_000;
