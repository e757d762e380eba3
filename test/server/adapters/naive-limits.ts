/** The limits as a list of everything that ever came: too slow to run, and too plain to be wrong. */
import type { LimitRule } from "../../../server/ports.ts";

interface Came {
  at: number;
  cost: number;
}

export function naiveLimits() {
  const came = new Map<string, Came[]>();

  /** How many a rule has no room for at `now`: what a moment holds. */
  function counted({ kind, key, limit, windowMs }: LimitRule, now: number): number {
    const all = came.get(key) ?? [];
    const sum = (some: Came[]): number => some.reduce((total, { cost }) => total + cost, 0);
    const slotMs = windowMs / 60;
    const endOfSlot = (at: number): number => (Math.floor(at / slotMs) + 1) * slotMs;
    if (kind === "log" || kind === "places") return sum(all.filter(({ at }) => at + windowMs > now));
    if (kind === "slots") return sum(all.filter(({ at }) => endOfSlot(at) + windowMs > now));
    if (kind === "spell") {
      let spell: Came[] = [];
      for (const one of [...all, { at: now, cost: 0 }]) {
        const last = spell.at(-1);
        if (last && one.at - last.at >= windowMs) spell = [];
        spell.push(one);
      }
      return sum(spell);
    }
    // a bucket: what is missing of it, as it fills
    let missing = 0;
    let since = 0;
    for (const { at, cost } of [...all, { at: now, cost: 0 }]) {
      missing = Math.max(0, missing - ((at - since) * limit) / windowMs) + cost;
      since = at;
    }
    return missing;
  }

  const hasRoom = (rule: LimitRule, now: number): boolean =>
    counted(rule, now) + Math.max(1, rule.cost ?? 1) <= rule.limit + 1e-6;

  /** Second by second. */
  function retryAfterS(rule: LimitRule, now: number): number {
    if (rule.kind === "places") return 1;
    if ((rule.cost ?? 1) > rule.limit && rule.kind !== "spell") return rule.windowMs / 1000;
    let seconds = 1;
    // a spell too small for what is asked is never long enough: it is told when it ends
    const longest = 2 * (rule.windowMs / 1000);
    const last = came.get(rule.key)?.at(-1)?.at;
    if (rule.kind === "spell") {
      const live = counted(rule, now) > 0 && last !== undefined;
      return Math.ceil((live ? last + rule.windowMs - now : rule.windowMs) / 1000);
    }
    while (!hasRoom(rule, now + seconds * 1000) && seconds < longest) seconds++;
    return seconds;
  }

  return {
    decide(rules: LimitRule[], now: number) {
      const refused = rules.find((rule) => !hasRoom(rule, now));
      if (refused) return { refused, retryAfterS: retryAfterS(refused, now), remaining: 0 };
      for (const { key, cost = 1 } of rules)
        if (cost > 0) came.set(key, [...(came.get(key) ?? []), { at: now, cost }]);
      const told = rules.at(-1)!;
      const remaining = Math.floor(told.limit - counted(told, now) + 1e-6);
      return { refused, retryAfterS: 0, remaining };
    },
  };
}
