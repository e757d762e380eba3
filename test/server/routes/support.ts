/** The whole HTTP side of a cell on a house's stores, asked without a socket. */
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import type { KeyLines } from "../../../server/adapters/http/key-lines.ts";
import { allowedHosts, openHttp } from "../../../server/adapters/http.ts";
import type { HttpApp, HttpSettings } from "../../../server/adapters/http.ts";
import { makeDeveloperKey, tokenHash } from "../../../server/keys/developer-key.ts";
import { createKeyDoor } from "../../../server/keys/door.ts";
import { createRequestLimiter } from "../../../server/limiter/request.ts";
import type { DeveloperKeys, Families, Log, ParentDoor, ParentPrincipal } from "../../../server/ports.ts";
import { apiRoutes } from "../../../server/routes/api.ts";
import { claimRoutes } from "../../../server/routes/claim.ts";
import { developmentRoutes } from "../../../server/routes/development.ts";
import { openDoorkeeper } from "../../../server/routes/doorkeeper.ts";
import { toyRoutes } from "../../../server/routes/toys.ts";
import type { FirmwareManifest, ToyTelemetry } from "../../../server/routes/toys.ts";
import { watchRoutes } from "../../../server/routes/watch.ts";
import { readiness } from "../../../server/watch/health.ts";
import type { Check } from "../../../server/watch/health.ts";
import { holdToDocument } from "../../support/document.ts";
import { memoryKeys } from "../../support/keys.ts";
import { house, MQTT, silent } from "../claim/support.ts";
import type { House } from "../claim/support.ts";

export const DEVELOPER_KEY = makeDeveloperKey(systemChance, "test");
export const KEYED = { authorization: `Bearer ${DEVELOPER_KEY}` };
/** A signed-in parent of `accountId`, for servers that know parents by name: `headers: parentOf("family-1")`. */
export const parentOf = (accountId: string, change: Partial<Omit<ParentPrincipal, "kind">> = {}) => ({
  authorization: `Bearer ${Buffer.from(JSON.stringify({ accountId, ...change })).toString("base64url")}`,
});
export const ORIGIN = "https://parents.example.org";

export interface Line {
  level: string;
  message: string;
  [field: string]: unknown;
}

/** A log that remembers its lines. */
export function remembered(lines: Line[]): Log {
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields });
  return {
    ...silent,
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => remembered(lines),
  };
}

interface Change {
  at?: House;
  production?: boolean;
  checks?: Record<string, Check>;
  firmware?: FirmwareManifest;
  telemetry?: ToyTelemetry[];
  trustedProxies?: string[];
  deadlines?: HttpSettings["deadlines"];
  rooms?: ((app: HttpApp) => void)[];
  parents?: ParentDoor;
  keys?: DeveloperKeys;
  keyLines?: KeyLines;
}

/** Believes whatever `parentOf` says. */
function namedParents({ clock }: House): ParentDoor {
  return {
    async principal(token) {
      const text = Buffer.from(token, "base64url").toString();
      if (!text.startsWith("{")) return undefined;
      const said = JSON.parse(text) as Partial<ParentPrincipal> & { accountId: string };
      return {
        kind: "parent",
        personId: said.accountId,
        sessionId: "session",
        role: "parent",
        signedInAt: clock.now(),
        tier: "enterprise",
        ...said,
      };
    },
  };
}

export function openServer(change: Change = {}) {
  const at = change.at ?? house();
  const lines: Line[] = [];
  const log = remembered(lines);
  const { meter } = at.metrics;
  const parents = change.parents ?? namedParents(at);
  const keys = change.keys ?? memoryKeys();
  const doorkeeper = openDoorkeeper(
    {
      limiter: createRequestLimiter(at.stores, { perMinute: 1_000 }),
      parents,
      keys: createKeyDoor({ ...at.ports, keys, log }, { own: DEVELOPER_KEY }),
      audit: at.ports.audit,
      clock: at.clock,
      hash: systemHash,
      meter,
      log,
    },
    {
      metricsTokenHash: tokenHash(systemHash, "metrics-token"),
    },
  );
  const families: Families = {
    demoFamily: async () => ({ accountId: "demo", childId: "child" }),
    pair: async (deviceId) => at.toys.rows.has(deviceId),
  };
  const toyPorts = {
    ...at.desk,
    publicMqtt: MQTT,
    firmware: async () => change.firmware,
    telemetry: () => change.telemetry ?? [],
  };
  const watchPorts = {
    clock: at.clock,
    ready: readiness(at.clock, change.checks ?? {}),
    metrics: at.metrics,
    version: "0.1.0",
  };
  const app = openHttp(
    { log, meter, doorkeeper, ...(change.keyLines && { keyLines: change.keyLines }) },
    {
      allowedHosts: allowedHosts(undefined, MQTT.host),
      corsOrigins: [ORIGIN],
      trustedProxies: change.trustedProxies ?? [],
      ...(change.deadlines && { deadlines: change.deadlines }),
    },
    [
      (to) => apiRoutes(to, { version: "0.1.0" }),
      holdToDocument,
      (to) => claimRoutes(to, at.desk),
      (to) => toyRoutes(to, toyPorts),
      (to) => watchRoutes(to, watchPorts),
      ...(change.production ? [] : [(to: HttpApp) => developmentRoutes(to, { ...at.desk, families })]),
      ...(change.rooms ?? []),
    ],
  );
  return { at, app, lines };
}
