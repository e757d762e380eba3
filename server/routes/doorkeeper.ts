/** What the classes of routes ask: a limit by address, a developer key, a token of the metrics. MISSION A02, B01, B17 */
import type { Hash } from "@bearlink/sdk/protocol";
import { Refusal } from "../errors.ts";
import { carries, carriesDeveloperKey } from "../keys/developer-key.ts";
import type { AddressLimiter, AuthClass, Doorkeeper, Log, Meter } from "../ports.ts";

export interface DoorkeeperPorts {
  limits: AddressLimiter;
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
  const { limits, hash, meter, log } = ports;
  const { developerKeyHash, metricsTokenHash } = settings;

  const isDeveloper = (authorization: string | undefined): boolean => {
    const valid =
      developerKeyHash !== undefined && carriesDeveloperKey(hash, developerKeyHash, authorization);
    meter.count("api_key_validations_total", { result: valid ? "valid" : "invalid" });
    return valid;
  };
  const isMetrics = (authorization: string | undefined): boolean =>
    metricsTokenHash !== undefined && carries(hash, metricsTokenHash, authorization);

  const admitted: Record<AuthClass, (authorization: string | undefined) => boolean> = {
    public: () => true,
    developer: isDeveloper,
    metrics: (authorization) => isMetrics(authorization) || isDeveloper(authorization),
  };

  return {
    async limit(limit, { address, reading }) {
      // the claim's own steps count it, after its form was checked. PROTOCOL.md §3.3
      if (limit !== "address") return;
      const allowance = await limits.request(address).catch((error: unknown) => {
        if (!reading) throw new Refusal("UNAVAILABLE", undefined, error);
        log.warn({ error }, "counters are away: reading goes uncounted");
        return { allowed: true, retryAfterS: 0 };
      });
      if (allowance.allowed) return;
      meter.count("rate_limit_hits_total", { layer: "address", tier: "none" });
      throw new Refusal("RATE_LIMITED", { retry_after_s: allowance.retryAfterS });
    },
    authenticate(auth, authorization) {
      const passes = admitted[auth](authorization);
      if (auth !== "public")
        meter.count("auth_attempts_total", { method: "key", result: passes ? "accepted" : "refused" });
      if (!passes) throw new Refusal("UNAUTHORIZED");
    },
  };
}
