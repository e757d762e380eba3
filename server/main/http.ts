/** The HTTP port of a cell: every room of routes behind one door, and MQTT over WebSocket beside them. */
import type { AddressInfo } from "node:net";
import type { Broker } from "@bearlink/broker";
import { allowedHosts, openHttp } from "../adapters/http.ts";
import type { HttpApp } from "../adapters/http.ts";
import { feedRoom } from "../adapters/feed-websocket.ts";
import { serveUpgrades } from "../adapters/http/upgrades.ts";
import { mqttRoom } from "../adapters/mqtt-websocket.ts";
import type { ClaimDesk } from "../claim/desk.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { openKeyLines } from "../adapters/http/key-lines.ts";
import { announceEnds } from "../family/account/revoke.ts";
import type { KeyPorts } from "../keys/desk.ts";
import { tokenHash } from "../keys/developer-key.ts";
import { createKeyDoor } from "../keys/door.ts";
import { watchKeys } from "../keys/watch.ts";
import { parentDoor } from "../family/account/session.ts";
import { createRequestLimiter } from "../limiter/request.ts";
import { alertRoutes } from "../routes/alerts.ts";
import { apiRoutes } from "../routes/api.ts";
import { auditRoutes } from "../routes/audit.ts";
import { authRoutes } from "../routes/auth.ts";
import { chatkitRoutes } from "../routes/chatkit.ts";
import { careRoutes } from "../routes/care.ts";
import { childrenRoutes } from "../routes/children.ts";
import { claimRoutes } from "../routes/claim.ts";
import { consentRoutes } from "../routes/consent.ts";
import { credentialRoutes } from "../routes/credentials.ts";
import { developmentRoutes } from "../routes/development.ts";
import { openDoorkeeper } from "../routes/doorkeeper.ts";
import { guardianRoutes } from "../routes/guardians.ts";
import { keyRoutes } from "../routes/keys.ts";
import { limitRoutes } from "../routes/limits.ts";
import { liveRoutes } from "../routes/live.ts";
import { meRoutes } from "../routes/me.ts";
import { passkeyRoutes } from "../routes/passkeys.ts";
import { supportRoutes } from "../routes/support.ts";
import { pairRoutes } from "../routes/pair.ts";
import { ownToyRoutes } from "../routes/toys-of-parent.ts";
import { privacyRoutes } from "../routes/privacy.ts";
import { toyRoutes } from "../routes/toys.ts";
import { updateRoutes } from "../routes/update.ts";
import { watchRoutes } from "../routes/watch.ts";
import { webRoutes } from "../routes/web.ts";
import { workbenchRoutes } from "../routes/workbench.ts";
import type { Bridge } from "../voice/bridge.ts";
import { readiness } from "../watch/health.ts";
import type { Check } from "../watch/health.ts";
import type { Metrics } from "../watch/metrics.ts";
import type { CredentialPorts } from "../vault/credentials.ts";
import type { CellAudit } from "./audit.ts";
import type { CellAccounts } from "./accounts.ts";
import type { CellCare } from "./care.ts";
import type { Families } from "./families.ts";
import type { Live } from "./live.ts";
import type { Secrets } from "./secrets.ts";
import type { Stores } from "./stores.ts";
import type { CellUpdates } from "./updates.ts";
import { openWeb } from "./web.ts";

export interface HttpParts {
  desk: ClaimDesk;
  families: Families;
  live: Live;
  accounts: CellAccounts;
  care: CellCare;
  stores: Stores;
  updates: CellUpdates;
  secrets: Secrets;
  credentials: CredentialPorts;
  audit: Pick<CellAudit, "verify">;
  bridge: Bridge;
  broker: Broker;
  metrics: Metrics;
  checks: Record<string, Check>;
  /** of the server, as package.json has it */
  version: string;
}

/** Listens on HOST and PORT; the answer tells the port, and closes all that came through it. */
export async function serveHttp(
  config: Config,
  {
    desk,
    accounts,
    care,
    families,
    live,
    stores,
    updates,
    secrets,
    credentials,
    audit,
    bridge,
    broker,
    metrics,
    checks,
    version,
  }: HttpParts,
): Promise<{ port: number; close(): Promise<void> }> {
  const { clock, hash, log } = desk;
  const { meter } = metrics;
  const hashed = (token: string | undefined) => (token === undefined ? undefined : tokenHash(hash, token));
  const configured = config.ALLOWED_HOSTS.length > 0 ? config.ALLOWED_HOSTS : undefined;
  const hosts = allowedHosts(configured, config.PUBLIC_MQTT_HOST ?? config.HOST);
  if (config.PUBLIC_URL) hosts.push(new URL(config.PUBLIC_URL).hostname);
  const ready = readiness(clock, checks);

  const keyPorts: KeyPorts = {
    ...{ ...desk, keys: stores.keys, env: isProduction(config) ? "prod" : "dev" },
    sessionsEnded: (ids) => announceEnds(accounts.desk, ids),
  };
  const keys = createKeyDoor(keyPorts, { own: secrets.developerKey });

  const rooms: ((app: HttpApp) => void)[] = [
    (app) => apiRoutes(app, { version }),
    (app) => claimRoutes(app, desk),
    (app) => toyRoutes(app, { ...desk, firmware: updates.manifest, telemetry: bridge.telemetry }),
    (app) => childrenRoutes(app, { ...families, ...care }),
    (app) => careRoutes(app, care),
    (app) => meRoutes(app, { ...accounts, ...care }),
    (app) => consentRoutes(app, families.consent),
    (app) => chatkitRoutes(app, families.history),
    (app) => credentialRoutes(app, credentials),
    (app) => auditRoutes(app, { ...stores, ...audit, clock }),
    (app) => keyRoutes(app, keyPorts),
    (app) => privacyRoutes(app, families.privacy),
    (app) => ownToyRoutes(app, { ...families, activityOf: live.activityOf }),
    (app) => pairRoutes(app, families.windows),
    (app) => liveRoutes(app, { ...stores, ...desk }),
    (app) => alertRoutes(app, { book: stores.alertBook, safety: { ...stores, ...desk } }),
    (app) => updateRoutes(app, updates.routes),
    (app) => limitRoutes(app, { ...stores, clock }),
    (app) => watchRoutes(app, { clock, ready, metrics, version }),
    ...[authRoutes, guardianRoutes, passkeyRoutes, supportRoutes].map(
      (room) => (app: HttpApp) => room(app, { desk: accounts.desk, publicUrl: config.PUBLIC_URL }),
    ),
  ];
  const web = openWeb(config, log);
  if (web) rooms.push((app) => webRoutes(app, web));
  if (!isProduction(config))
    rooms.push(
      (app) => developmentRoutes(app, { ...desk, families: stores.families }),
      (app) => workbenchRoutes(app, { lastTurn: bridge.lastTurn, migrations: stores.migrations }),
    );

  const keyLines = openKeyLines(clock);
  const doorkeeper = openDoorkeeper(
    {
      limiter: config.RATE_LIMIT_ENABLED
        ? createRequestLimiter(stores, { perMinute: config.RATE_LIMIT_REQUESTS_PER_MINUTE })
        : undefined,
      parents: parentDoor(accounts.desk),
      keys,
      audit: stores.audit,
      clock,
      hash,
      meter,
      log,
    },
    {
      metricsTokenHash: hashed(config.METRICS_TOKEN),
    },
  );
  const http = openHttp(
    { log, meter, keyLines, doorkeeper },
    { allowedHosts: hosts, corsOrigins: config.CORS_ORIGINS, trustedProxies: config.TRUSTED_PROXIES },
    rooms,
  );
  const closeWebSockets = serveUpgrades(
    { log, meter, doorkeeper },
    http.server,
    { allowedHosts: hosts, allowedOrigins: config.CORS_ORIGINS, trustedProxies: config.TRUSTED_PROXIES },
    [mqttRoom("/mqtt", broker.accept), feedRoom(clock, "/ws", live.feeds.open)],
  );
  const keyWatch = await watchKeys(keyPorts, keyLines.list);
  keys.start();
  await http.listen({ host: config.HOST, port: config.PORT });
  return {
    port: (http.server.address() as AddressInfo).port,
    async close() {
      closeWebSockets();
      await http.close();
      await keyWatch.stop();
      await keys.stop();
    },
  };
}
