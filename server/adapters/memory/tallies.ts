/** How each kind of rule counts, in process: the same arithmetic as the scripts that Redis runs, in whole µs; what was noted for later than a window from now does not count here either. */
import { LIMIT_SLOTS, PLACE_RETRY_MS } from "../../ports.ts";
import type { LimitKind, LimitRule } from "../../ports.ts";

/** What is counted under one key. */
export interface Tally {
  /** µs until there is room for as many as the rule takes, at least one; 0 where there is. */
  wait(now: number, rule: LimitRule): number;
  /** Takes what the rule costs. */
  take(now: number, rule: LimitRule): void;
  /** How many more may come, and µs of the moment at which that changes. */
  standing(now: number, rule: LimitRule): { remaining: number; resetAt: number };
}

export const MICROS = 1_000;
const SLOTS_KEPT = LIMIT_SLOTS + 1;
/** times at the head of a log that have left before it is cut */
const LEFT_BEHIND = 64;

const costOf = ({ cost = 1 }: LimitRule): number => cost;
const neededBy = (rule: LimitRule): number => Math.max(1, costOf(rule));
const windowOf = ({ windowMs }: LimitRule): number => windowMs * MICROS;

class Log implements Tally {
  /** µs of each, oldest first; those before `head` have left */
  #times: number[] = [];
  #head = 0;

  #count(now: number, rule: LimitRule): number {
    const window = windowOf(rule);
    const counts = (at: number): boolean => at > now - window && at <= now + window;
    while (this.#head < this.#times.length && !counts(this.#times[this.#head]!)) this.#head++;
    if (this.#head >= LEFT_BEHIND && this.#head * 2 >= this.#times.length) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
    return this.#times.length - this.#head;
  }
  wait(now: number, rule: LimitRule): number {
    const over = this.#count(now, rule) + neededBy(rule) - rule.limit;
    if (over <= 0) return 0;
    return (this.#times[this.#head + over - 1] ?? now) + windowOf(rule) - now;
  }
  take(now: number, rule: LimitRule): void {
    for (let taken = 0; taken < costOf(rule); taken++) this.#times.push(now);
  }
  standing(now: number, rule: LimitRule): { remaining: number; resetAt: number } {
    const remaining = rule.limit - this.#count(now, rule);
    return { remaining, resetAt: (this.#times[this.#head] ?? now) + windowOf(rule) };
  }
}

class Slots implements Tally {
  readonly #counts = new Uint32Array(SLOTS_KEPT);
  #newest = 0;
  #total = 0;

  #slot(now: number, rule: LimitRule): number {
    const present = Math.floor(now / (windowOf(rule) / LIMIT_SLOTS));
    if (this.#newest - present > LIMIT_SLOTS) this.#forget();
    const slot = Math.max(this.#newest, present);
    const first = Math.max(this.#newest + 1, slot - LIMIT_SLOTS);
    for (let left = first; left <= slot; left++) {
      this.#total -= this.#counts[left % SLOTS_KEPT]!;
      this.#counts[left % SLOTS_KEPT] = 0;
    }
    return (this.#newest = slot);
  }
  #forget(): void {
    this.#counts.fill(0);
    this.#newest = this.#total = 0;
  }
  wait(now: number, rule: LimitRule): number {
    const newest = this.#slot(now, rule);
    let over = this.#total + neededBy(rule) - rule.limit;
    if (over <= 0) return 0;
    for (let slot = newest - LIMIT_SLOTS; slot <= newest; slot++) {
      over -= this.#counts[slot % SLOTS_KEPT]!;
      if (over <= 0) return (slot + SLOTS_KEPT) * (windowOf(rule) / LIMIT_SLOTS) - now;
    }
    return windowOf(rule);
  }
  take(now: number, rule: LimitRule): void {
    this.#counts[this.#slot(now, rule) % SLOTS_KEPT]! += costOf(rule);
    this.#total += costOf(rule);
  }
  standing(now: number, rule: LimitRule): { remaining: number; resetAt: number } {
    this.#slot(now, rule);
    return { remaining: rule.limit - this.#total, resetAt: now + windowOf(rule) };
  }
}

class Bucket implements Tally {
  /** µs at which it will be full again: all that need be known of it */
  #fullAt = 0;

  #full(now: number, rule: LimitRule): number {
    return this.#fullAt - now > 2 * windowOf(rule) ? now : Math.max(now, this.#fullAt);
  }
  wait(now: number, rule: LimitRule): number {
    if (neededBy(rule) > rule.limit) return windowOf(rule);
    const unit = Math.floor(windowOf(rule) / rule.limit);
    return Math.max(0, this.#full(now, rule) + (neededBy(rule) - rule.limit) * unit - now);
  }
  take(now: number, rule: LimitRule): void {
    const unit = Math.floor(windowOf(rule) / rule.limit);
    this.#fullAt = this.#full(now, rule) + costOf(rule) * unit;
  }
  standing(now: number, rule: LimitRule): { remaining: number; resetAt: number } {
    const unit = Math.floor(windowOf(rule) / rule.limit);
    const fullAt = this.#full(now, rule);
    return { remaining: rule.limit - Math.ceil((fullAt - now) / unit), resetAt: fullAt };
  }
}

class Spell implements Tally {
  #sum = 0;
  #at = -Infinity;

  #live(now: number, rule: LimitRule): number {
    return Math.abs(now - this.#at) < windowOf(rule) ? this.#sum : 0;
  }
  wait(now: number, rule: LimitRule): number {
    const live = this.#live(now, rule);
    if (live + neededBy(rule) <= rule.limit) return 0;
    return windowOf(rule) - (live > 0 ? now - this.#at : 0);
  }
  take(now: number, rule: LimitRule): void {
    if (costOf(rule) === 0) return;
    const live = this.#live(now, rule);
    this.#sum = live + costOf(rule);
    this.#at = live > 0 ? Math.max(now, this.#at) : now;
  }
  standing(now: number, rule: LimitRule): { remaining: number; resetAt: number } {
    return { remaining: rule.limit - this.#live(now, rule), resetAt: now + windowOf(rule) };
  }
}

class Places implements Tally {
  /** µs at which each holder's falls free */
  readonly #held = new Map<string, number>();

  #count(now: number, rule: LimitRule): number {
    for (const [holder, until] of this.#held)
      if (until <= now || until - now > 2 * windowOf(rule)) this.#held.delete(holder);
    return this.#held.size;
  }
  wait(now: number, rule: LimitRule): number {
    return this.#count(now, rule) + neededBy(rule) <= rule.limit ? 0 : PLACE_RETRY_MS * MICROS;
  }
  take(now: number, rule: LimitRule): void {
    if (costOf(rule) > 0) this.#held.set(rule.holder ?? "", now + windowOf(rule));
  }
  standing(now: number, rule: LimitRule): { remaining: number; resetAt: number } {
    return { remaining: rule.limit - this.#count(now, rule), resetAt: now + PLACE_RETRY_MS * MICROS };
  }
  release(holder: string): void {
    this.#held.delete(holder);
  }
}

export function newTally(kind: LimitKind): Tally {
  if (kind === "log") return new Log();
  if (kind === "slots") return new Slots();
  if (kind === "bucket") return new Bucket();
  return kind === "spell" ? new Spell() : new Places();
}

/** Where the tally is of places. */
export function releasePlace(tally: Tally, holder: string): void {
  if (tally instanceof Places) tally.release(holder);
}
