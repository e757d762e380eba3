/** What the classes of routes ask: a limit by address, a developer key, a token of the metrics, a parent's access token. MISSION A02, A09, B01, B17 */
import type { Hash } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../errors.ts";
import { may } from "../family/account/policy.ts";
import { bearer, carries, carriesDeveloperKey } from "../keys/developer-key.ts";
import type {
  AddressLimiter,
  AuthClass,
  Capability,
  Doorkeeper,
  Log,
  Meter,
  ParentDoor,
  Principal,
} from "../ports.ts";

export interface DoorkeeperPorts {
  limits: AddressLimiter;
  credentialLimits: AddressLimiter;
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

export function openDoorkeeper(ports: DoorkeeperPorts, settings: DoorkeeperSettings): Doorkeeper {
  const { limits, credentialLimits, parents, hash, meter, log } = ports;
  const { developerKeyHash, metricsTokenHash } = settings;

  const isDeveloper = (authorization: string | undefined): boolean => {
    const valid =
      developerKeyHash !== undefined && carriesDeveloperKey(hash, developerKeyHash, authorization);
    meter.count("api_key_validations_total", { result: valid ? "valid" : "invalid" });
    return valid;
  };
  const isMetrics = (authorization: string | undefined): boolean =>
    metricsTokenHash !== undefined && carries(hash, metricsTokenHash, authorization);

  const known: Record<AuthClass, (authorization: string | undefined) => Promise<Principal | undefined>> = {
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
    async limit(limit, { address, reading }) {
      // the claim's own steps count it, after its form was checked. PROTOCOL.md §3.3
      if (limit !== "address" && limit !== "credentials") return;
      const counted = limit === "credentials" ? credentialLimits : limits;
      const allowance = await counted.request(address).catch((error: unknown) => {
        if (!reading || limit === "credentials") throw new Refusal("UNAVAILABLE", undefined, error);
        log.warn({ error }, "counters are away: reading goes uncounted");
        return { allowed: true, retryAfterS: 0 };
      });
      if (allowance.allowed) return;
      meter.count("rate_limit_hits_total", { layer: limit, tier: "none" });
      throw new Refusal("RATE_LIMITED", { retry_after_s: allowance.retryAfterS });
    },
    async authenticate(auth, authorization) {
      const principal = await known[auth](authorization);
      const method = auth === "parent" ? "token" : "key";
      if (auth !== "public")
        meter.count("auth_attempts_total", { method, result: principal ? "accepted" : "refused" });
      if (!principal) throw new Refusal("UNAUTHORIZED");
      return principal;
    },
    permit(auth, principal, asked) {
      const needed = asked.may ?? calledFor(auth, asked.reading);
      if (needed !== undefined && !may(principal, needed)) throw new Refusal("FORBIDDEN");
    },
  };
}
