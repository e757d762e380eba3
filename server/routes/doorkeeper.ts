/** What the classes of routes ask: the layers of limits, a developer key, a token of the metrics, a parent's access token. MISSION A02, A09, B01, B17 */
import type { Hash } from "@bearlink/sdk/protocol";
import { createRefusals } from "../audit/refused.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { may, personActor } from "../family/account/policy.ts";
import { keyActor } from "../keys/desk.ts";
import { bearer, carries } from "../keys/developer-key.ts";
import { addressKey } from "../limiter/address.ts";
import { limitHeaders } from "../limiter/headers.ts";
import type {
  AuditTrail,
  AuthClass,
  Capability,
  Clock,
  Doorkeeper,
  KeyDoor,
  Known,
  LimitAnswer,
  LimitClass,
  Log,
  Meter,
  ParentDoor,
  Payer,
  Principal,
  RequestLimiter,
} from "../ports.ts";

export interface DoorkeeperPorts {
  /** undefined where limits are switched off, in development */
  limiter: RequestLimiter | undefined;
  parents: ParentDoor;
  keys: KeyDoor;
  audit: AuditTrail;
  clock: Clock;
  hash: Hash;
  meter: Meter;
  log: Log;
}

export interface DoorkeeperSettings {
  /** SHA-256 of METRICS_TOKEN */
  metricsTokenHash: Uint8Array | undefined;
}

/** Not even reading passes uncounted: each of these can be guessed at. MISSION B02 */
const CLOSED: readonly LimitClass[] = ["credentials", "keys"];
const NOT_COUNTED: readonly LimitClass[] = ["exempt", "claim"];

/** Whose tier it is: the family's, whoever of them asks. Keys and visits are the operator's, each counted by itself: a visit uses up nothing of the family's. MISSION B16 */
function payerOf(principal: Principal | undefined): Payer | undefined {
  if (principal?.kind === "parent")
    return principal.role === "support"
      ? { id: `support:${principal.sessionId}`, tier: "enterprise" }
      : { id: principal.accountId, tier: principal.tier };
  return principal?.kind === "developer" ? { id: `key:${principal.keyId}`, tier: "enterprise" } : undefined;
}

/** As the trail names who asks, and the family it is told to; nobody, where nobody is known. */
function actorOf(principal: Principal): { actor: string; accountId?: string } | undefined {
  if (principal.kind === "none") return undefined;
  if (principal.kind === "metrics") return { actor: "metrics" };
  if (principal.kind === "developer") return { actor: keyActor(principal) };
  return { actor: personActor(principal), accountId: principal.accountId };
}

export function openDoorkeeper(ports: DoorkeeperPorts, settings: DoorkeeperSettings): Doorkeeper {
  const { limiter, parents, keys, hash, meter, log } = ports;
  const { metricsTokenHash } = settings;
  const refusals = { ...ports, networkOf: addressKey };
  // apart: strangers must not use up what is told of those who are known
  const tellStranger = createRefusals(refusals);
  const tellKnown = createRefusals(refusals);

  async function developer(authorization: string | undefined): Promise<Principal | undefined> {
    const token = bearer(authorization);
    return token === undefined ? undefined : orUnavailable(keys.principal(token));
  }
  const isMetrics = (authorization: string | undefined): boolean =>
    metricsTokenHash !== undefined && carries(hash, metricsTokenHash, authorization);

  const who: Record<AuthClass, (authorization: string | undefined) => Promise<Principal | undefined>> = {
    public: async () => ({ kind: "none" }),
    developer,
    metrics: async (authorization) =>
      isMetrics(authorization) ? { kind: "metrics" } : developer(authorization),
    async parent(authorization) {
      const token = bearer(authorization);
      // without the record nobody can say whether the session still stands. MISSION D09
      return token === undefined ? undefined : orUnavailable(parents.principal(token));
    },
  };

  /** What a route calls for where it says nothing itself; nothing of a public one. */
  const calledFor = (auth: AuthClass, reading: boolean): Capability | undefined => {
    if (auth === "parent") return reading ? "family.read" : "family.change";
    return { public: undefined, developer: "cell.operate" as const, metrics: "cell.metrics" as const }[auth];
  };

  return {
    async know(auth, authorization): Promise<Known> {
      try {
        return { principal: await who[auth](authorization) };
      } catch (fault) {
        // whoever it is, is counted by address first
        return { principal: undefined, fault };
      }
    },
    async limit(limit, { known, ...from }): Promise<LimitAnswer | undefined> {
      if (!limiter || NOT_COUNTED.includes(limit)) return undefined;
      const decision = await limiter
        .request({ ...from, limit, payer: payerOf(known.principal) })
        .catch((error: unknown) => {
          if (!from.reading || CLOSED.includes(limit)) throw new Refusal("UNAVAILABLE", undefined, error);
          log.warn({ error }, "the limits' store is away: reading goes uncounted");
        });
      if (!decision) return undefined;
      const { layer, retryAfterS, tier, release } = decision;
      const headers = limitHeaders(decision.standing, layer);
      if (layer === undefined) return { headers, refusal: undefined, release };
      meter.count("rate_limit_hits_total", { layer, tier });
      return {
        headers,
        refusal: new Refusal("RATE_LIMITED", { retry_after_s: retryAfterS, layer }),
        release,
      };
    },
    authenticate(auth, { principal, fault }, { address, presented }) {
      if (fault !== undefined) throw fault;
      const method = auth === "parent" ? "token" : "key";
      if (auth !== "public")
        meter.count("auth_attempts_total", { method, result: principal ? "accepted" : "refused" });
      if (auth === "developer" || auth === "metrics")
        meter.count("api_key_validations_total", { result: principal ? "valid" : "invalid" });
      if (principal) return principal;
      if (presented)
        tellStranger({ action: `${method}_refused`, actor: "unknown", address, reason: "unauthorized" });
      throw new Refusal("UNAUTHORIZED");
    },
    permit(auth, principal, asked) {
      const needed = asked.may ?? calledFor(auth, asked.reading);
      if (needed !== undefined && !may(principal, needed)) throw new Refusal("FORBIDDEN");
    },
    forbidden(principal, { address, act }) {
      const who = actorOf(principal);
      if (who) tellKnown({ ...who, action: "forbidden", address, reason: act });
    },
  };
}
