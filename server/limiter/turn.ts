/** A turn's limits, in one decision as it begins: its family's tier, and what is usual for its child's age. The lower wins. MISSION B04, C42 */
import { MEMORY_MS, TALK_PLACE_MS } from "../bounds.ts";
import type {
  Allowances,
  Clock,
  LimitRule,
  LimitStore,
  Log,
  Meter,
  TalkBook,
  TalkRules,
  TurnAsked,
  TurnLimiter,
} from "../ports.ts";
import { monthOf, tokensLeft } from "./month.ts";
import { minuteHourAndDay } from "./request.ts";
import { tiers } from "./tiers.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface TurnLimiterPorts {
  limitStore: LimitStore;
  talk: TalkBook;
  allowances: Pick<Allowances, "spend" | "tellOnce">;
  clock: Clock;
  meter: Meter;
  log: Log;
  /** Called once a month for a family whose tokens are used up. */
  onSpent(accountId: string, month: string): void;
}

/**
 *     const limiter = createTurnLimiter(ports);
 *     const permit = await limiter.begin({ turnId, deviceId, asksModels: true });
 */
export function createTurnLimiter(ports: TurnLimiterPorts): TurnLimiter {
  const { limitStore, talk, allowances, clock, meter, log, onSpent } = ports;

  const laterOf =
    ({ turnId: requestId }: TurnAsked) =>
    (what: string, done: Promise<unknown>): void =>
      void done.catch((error: unknown) => log.error({ requestId, error }, `${what} was not kept`));

  async function tellSpent(accountId: string, now: number): Promise<void> {
    const month = monthOf(now);
    if (await allowances.tellOnce(accountId, month, now)) onSpent(accountId, month);
  }

  return {
    async begin(turn) {
      const later = laterOf(turn);
      const month = monthOf(clock.now());
      const rules = await talk.of(turn.deviceId, month);
      if (!rules) throw new Error("a toy without a family took a turn");
      const { accountId, tier } = rules;
      const spent = turn.asksModels && tokensLeft(rules) <= 0;
      const asked = rulesOf(rules, turn, turn.asksModels && !spent);
      const { refused, retryAfterS } = await limitStore.decide(asked);
      if (refused) {
        meter.count("rate_limit_hits_total", { layer: refused.layer, tier });
        return { state: "refused", layer: refused.layer, retryAfterS };
      }
      if (spent) later("that a month's tokens are used up", tellSpent(accountId, clock.now()));
      const place = asked.find(({ kind }) => kind === "places")!;
      return {
        state: spent ? "spent" : "granted",
        maxTokens: tiers[tier].tokens,
        over({ seconds, tokens }) {
          later("the end of a turn", limitStore.release(place));
          const cost = Math.ceil(seconds);
          if (cost > 0) {
            // what was said is said: it counts, whatever the limit
            const said = { ...minutesRule(rules), limit: Number.MAX_SAFE_INTEGER, cost };
            later("the length of a turn", limitStore.decide([said]));
          }
          if (tokens > 0) later("what a turn cost", allowances.spend(accountId, month, tokens));
        },
      };
    },
  };
}

/** Spoken time since the last pause of half an hour. */
function minutesRule({ childId, limits }: TalkRules): LimitRule {
  return {
    layer: "toy",
    kind: "spell",
    owner: childId,
    key: `spoken:${childId}`,
    limit: limits.minutesASession * 60,
    windowMs: MEMORY_MS,
  };
}

function rulesOf(rules: TalkRules, { turnId }: TurnAsked, callsModel: boolean): LimitRule[] {
  const { accountId, childId, tier, limits } = rules;
  const toy = { layer: "toy" as const, owner: childId };
  const calls: LimitRule = {
    ...toy,
    kind: "log",
    key: `calls:${childId}`,
    limit: limits.modelCallsAnHour,
    windowMs: HOUR_MS,
  };
  return [
    ...minuteHourAndDay({ id: accountId, tier }),
    {
      layer: "tier",
      owner: accountId,
      kind: "places",
      key: `talking:${accountId}`,
      limit: tiers[tier].concurrent,
      windowMs: TALK_PLACE_MS,
      holder: turnId,
    },
    ...(callsModel ? [calls] : []),
    { ...toy, kind: "slots", key: `turns:${childId}`, limit: limits.turnsADay, windowMs: DAY_MS },
    { ...toy, kind: "spell", key: `session:${childId}`, limit: limits.turnsASession, windowMs: MEMORY_MS },
    { ...minutesRule(rules), cost: 0 },
  ];
}
