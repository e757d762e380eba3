/** What the classes of routes ask: the layers of limits, a developer key, a token of the metrics, a parent's access token. MISSION A02, A09, B01, B17 */
import type { Hash } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../errors.ts";
import { may } from "../family/account/policy.ts";
import { bearer, carries, carriesDeveloperKey } from "../keys/developer-key.ts";
import { limitHeaders } from "../limiter/headers.ts";
import type {
  AuthClass,
  Capability,
  Doorkeeper,
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
  hash: Hash;
  meter: Meter;
  log: Log;
}

export interface DoorkeeperSettings {
  /** SHA-256 of the developer key; without one nobody passes as a developer */
  developerKeyHash: Uint8Array | undefined;
  /** SHA-256 of METRICS_TOKEN */
  metricsTokenHash: Uint8Array | undefined;
}

/** Not even reading passes uncounted: each of these can be guessed at. MISSION B02 */
const CLOSED: readonly LimitClass[] = ["credentials", "keys"];
const NOT_COUNTED: readonly LimitClass[] = ["exempt", "claim"];

/** Whose tier it is: the family's, whoever of them asks. The cell's own key has the largest. */
function payerOf(principal: Principal | undefined): Payer | undefined {
  if (principal?.kind === "parent") return { id: principal.accountId, tier: principal.tier };
  return principal?.kind === "developer" ? { id: "cell", tier: "enterprise" } : undefined;
}

export function openDoorkeeper(ports: DoorkeeperPorts, settings: DoorkeeperSettings): Doorkeeper {
  const { limiter, parents, hash, meter, log } = ports;
  const { developerKeyHash, metricsTokenHash } = settings;

  const isDeveloper = (authorization: string | undefined): boolean =>
    developerKeyHash !== undefined && carriesDeveloperKey(hash, developerKeyHash, authorization);
  const isMetrics = (authorization: string | undefined): boolean =>
    metricsTokenHash !== undefined && carries(hash, metricsTokenHash, authorization);

  const who: Record<AuthClass, (authorization: string | undefined) => Promise<Principal | undefined>> = {
    public: async () => ({ kind: "none" }),
    developer: async (authorization) => (isDeveloper(authorization) ? { kind: "developer" } : undefined),
    async metrics(authorization) {
      if (isMetrics(authorization)) return { kind: "metrics" };
      return isDeveloper(authorization) ? { kind: "developer" } : undefined;
    },
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
    authenticate(auth, { principal, fault }) {
      if (fault !== undefined) throw fault;
      const method = auth === "parent" ? "token" : "key";
      if (auth !== "public")
        meter.count("auth_attempts_total", { method, result: principal ? "accepted" : "refused" });
      if (auth === "developer" || auth === "metrics")
        meter.count("api_key_validations_total", { result: principal ? "valid" : "invalid" });
      if (!principal) throw new Refusal("UNAUTHORIZED");
      return principal;
    },
    permit(auth, principal, asked) {
      const needed = asked.may ?? calledFor(auth, asked.reading);
      if (needed !== undefined && !may(principal, needed)) throw new Refusal("FORBIDDEN");
    },
  };
}
