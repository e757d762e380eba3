/** A request's five layers, in the order they are asked: address, tier, endpoint, toy, burst. One decision takes from all of them, or from none. MISSION B01 */
import { ADDRESS_WINDOW_MS, BURST, CREDENTIALS_PER_ADDRESS, PLACE_MS } from "../bounds.ts";
import type {
  LimitClass,
  LimitRule,
  LimitStore,
  Payer,
  RequestAsked,
  RequestDecision,
  RequestLimiter,
} from "../ports.ts";
import { addressKey } from "./address.ts";
import { tiers } from "./tiers.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Requests a minute to one endpoint; `burst`, where there is one, bounds those at once that change something. MISSION B01 */
const ENDPOINTS: Partial<Record<LimitClass, { perMinute: number; burst?: number }>> = {
  chat: { perMinute: 30, burst: 10 },
  models: { perMinute: 30 },
  admin: { perMinute: 10 },
  keys: { perMinute: 5, burst: 2 },
};

export interface RequestLimits {
  /** of an address */
  perMinute: number;
}

/**
 *     const limiter = createRequestLimiter({ limitStore }, { perMinute: 1_000 });
 *     const { refused, standing } = await limiter.request({ address, endpoint, limit, reading, payer, holder });
 *
 * Rejects where the store is away; whoever asks decides what passes then.
 */
export function createRequestLimiter(
  { limitStore }: { limitStore: LimitStore },
  limits: RequestLimits,
): RequestLimiter {
  return {
    async request(asked): Promise<RequestDecision> {
      const { payer } = asked;
      const rules = rulesOf(asked, limits);
      // a family sees their tier's minute, anybody else their address'
      const decision = await limitStore.decide(rules, payer ? 1 : 0);
      const place = decision.refused ? undefined : rules.find(({ kind }) => kind === "places");
      return {
        layer: decision.refused?.layer,
        retryAfterS: decision.retryAfterS,
        standing: decision.standing,
        tier: payer?.tier ?? "none",
        ...(place && { release: limitStore.release.bind(limitStore, place) }),
      };
    },
  };
}

function rulesOf(asked: RequestAsked, { perMinute }: RequestLimits): LimitRule[] {
  const { payer } = asked;
  const address = addressKey(asked.address);
  const rules: LimitRule[] = [
    {
      layer: "address",
      kind: "log",
      key: `request:${address}`,
      limit: perMinute,
      windowMs: ADDRESS_WINDOW_MS,
    },
  ];
  if (payer) rules.push(...tierRules(payer, asked));
  const who = payer?.id ?? address;
  const endpoint = endpointRule(asked, who);
  if (endpoint) rules.push(endpoint);
  // a burst bounds what changes something: pages read many things at once
  if (!asked.reading) rules.push(burstRule(who, payer ? tiers[payer.tier].perMinute : perMinute));
  return rules;
}

/** Of a tier: what requests and turns share. */
export function minuteHourAndDay({ id, tier }: Payer): LimitRule[] {
  const { perMinute, perHour, perDay } = tiers[tier];
  return [
    { layer: "tier", owner: id, kind: "log", key: `minute:${id}`, limit: perMinute, windowMs: MINUTE_MS },
    { layer: "tier", owner: id, kind: "slots", key: `hour:${id}`, limit: perHour, windowMs: HOUR_MS },
    { layer: "tier", owner: id, kind: "slots", key: `day:${id}`, limit: perDay, windowMs: DAY_MS },
  ];
}

function tierRules(payer: Payer, { reading, holder }: RequestAsked): LimitRule[] {
  const rules = minuteHourAndDay(payer);
  if (!reading)
    rules.push({
      layer: "tier",
      owner: payer.id,
      kind: "places",
      key: `under-way:${payer.id}`,
      limit: tiers[payer.tier].concurrent,
      windowMs: PLACE_MS,
      holder,
    });
  return rules;
}

function endpointRule({ limit, endpoint, reading }: RequestAsked, who: string): LimitRule | undefined {
  // whoever guesses is counted exactly, and over all routes where guessing is possible
  if (limit === "credentials")
    return {
      layer: "endpoint",
      kind: "log",
      key: `credential:${who}`,
      limit: CREDENTIALS_PER_ADDRESS,
      windowMs: ADDRESS_WINDOW_MS,
    };
  const bounds = ENDPOINTS[limit];
  if (!bounds) return undefined;
  const holds = reading ? bounds.perMinute : (bounds.burst ?? bounds.perMinute);
  return {
    layer: "endpoint",
    kind: "bucket",
    owner: who,
    key: `endpoint:${endpoint}:${reading ? "read" : "change"}:${who}`,
    limit: holds,
    windowMs: (holds * MINUTE_MS) / bounds.perMinute,
  };
}

/** Holds BURST, and fills as fast as the minute's limit allows; a tier that changes has another. */
function burstRule(who: string, perMinute: number): LimitRule {
  const windowMs = Math.ceil((BURST * MINUTE_MS) / perMinute);
  const key = `burst:${perMinute}:${who}`;
  return { layer: "burst", kind: "bucket", owner: who, key, limit: BURST, windowMs };
}
