/** One cell: config → adapters → features → listen, and all of it stopped in reverse. The only place that knows both broker and bridge. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createBroker } from "@bearlink/broker";
import type { Broker, CrowdLimits } from "@bearlink/broker";
import { systemChance } from "./adapters/chance.ts";
import { systemClock } from "./adapters/clock.ts";
import { systemHash } from "./adapters/hash.ts";
import { openPrograms } from "./adapters/programs/programs.ts";
import { createRefusals } from "./audit/refused.ts";
import { admit } from "./claim/admit.ts";
import { nonceKeys } from "./claim/challenge.ts";
import { openClaimDesk } from "./claim/desk.ts";
import { endSession, watchSessions } from "./claim/end.ts";
import type { Config } from "./config.ts";
import { openConversations } from "./main/conversations.ts";
import { conversationsSection } from "./family/conversation/history.ts";
import { consentLetters } from "./family/consent/letters.ts";
import type { LineWatch } from "./line-watch.ts";
import { openTalkBook } from "./family/talk.ts";
import { addressKey } from "./limiter/address.ts";
import { createClaimLimiter } from "./limiter/limiter.ts";
import { createTurnLimiter } from "./limiter/turn.ts";
import { openAccounts } from "./main/accounts.ts";
import { openAudit } from "./main/audit.ts";
import { openCredentials } from "./main/credentials.ts";
import { reachable } from "./main/addresses.ts";
import { openCare, secondMailLater } from "./main/care.ts";
import { openCellLog } from "./main/log.ts";
import { crowdLimits } from "./main/crowd.ts";
import { serveHttp } from "./main/http.ts";
import { openSecrets } from "./main/secrets.ts";
import { openStores } from "./main/stores.ts";
import { openUpdates } from "./main/updates.ts";
import type { CellUpdates } from "./main/updates.ts";
import { openVoices } from "./main/voices.ts";
import type { Voices } from "./main/voices.ts";
import { openLive } from "./main/live.ts";
import { openFamilies } from "./main/families.ts";
import type { Families } from "./main/families.ts";
import { TOY_CHANGED } from "./ports.ts";
import type { Bus, Clock, CredentialNotices, Log, ToyLine } from "./ports.ts";
import { createFamilyVault } from "./vault/family.ts";
import { watchMasters } from "./vault/master-watch.ts";
import { createBridge } from "./voice/bridge.ts";
import type { Bridge } from "./voice/bridge.ts";
import { carefulClock } from "./watch/careful-clock.ts";
import { OK } from "./watch/health.ts";
import { openMetrics } from "./watch/metrics.ts";

export interface Cell {
  /** address of the HTTP port, as a person on this machine would open it */
  url: string;
  mqttPort: number;
  /** who plays each part */
  voices: Voices["description"];
  /** Tells a toy on the line what to do; its ACK, or undefined where none came. PROTOCOL.md §5 */
  command: Bridge["command"];
  /** Lets running turns end and tells the toys to come back, then closes. MISSION C32 */
  stop(): Promise<void>;
}

/** s over which toys come back after a drain */
const RETURN_SPREAD_S = 10;
/** ms a toy has to play what it holds of a reply, 800 ms at most, and to hang up */
const LEAVE_MS = 2_000;
/** ms between two looks at who is still there */
const LOOK_MS = 50;
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/**
 * Starts a cell; rejects with a StartError that says what is missing and how to mend it.
 *
 *     const cell = await startCell(readConfig(env));
 *     process.once("SIGTERM", () => void cell.stop());
 */
export async function startCell(config: Config, options: { log?: Log } = {}): Promise<Cell> {
  const log = options.log ?? openCellLog(config);
  const clock = carefulClock(systemClock, log);
  const metrics = openMetrics();
  const base = { clock, chance: systemChance, hash: systemHash, meter: metrics.meter, log };
  const toClose: (() => Promise<void>)[] = []; // newest last

  async function close(): Promise<void> {
    for (const part of toClose.splice(0).reverse())
      await part().catch((error: unknown) => log.error({ error }, "a part did not close cleanly"));
  }

  try {
    const stores = await openStores(config, base);
    toClose.push(stores.close);
    const secrets = await openSecrets(config, { ...base, masters: stores.vaultMasters });
    const masterWatch = watchMasters({ ...base, masters: stores.vaultMasters }, secrets);
    toClose.push(masterWatch.stop);
    const audit = openAudit(config, { ...base, ...stores }, secrets);
    toClose.push(audit.start());
    const familyVault = createFamilyVault({
      ...base,
      owners: stores.vaultOwners,
      vault: secrets.vault,
      bus: stores.bus,
    });
    toClose.push(await familyVault.start());
    const notices: CredentialNotices = { raiseSoon: (notice) => live.alerts.raiseSoon(notice) };
    const keys = await openCredentials({ ...base, ...stores, familyVault, notices });
    toClose.push(keys.close);
    const programs = openPrograms();
    toClose.push(programs.close);
    const voices = await openVoices(config, { ...base, programs, keysOf: keys.keysOf });
    toClose.push(voices.close);

    const parts = {
      ...base,
      ...stores,
      limits: createClaimLimiter(stores),
      vault: secrets.vault,
      familyVault,
    };
    const live = openLive(config, {
      ...parts,
      mail: () => accounts.desk.mail,
      publicUrl: () => accounts.desk.publicUrl(),
    });
    const claims = { ...parts, alerts: live.alerts };
    // each speaks to the other: the families to toys through the bridge, the bridge to the families of what toys tell
    const line: ToyLine = {
      isHere: (deviceId) => bridge.isHere(deviceId),
      command: (deviceId, ...told) => bridge.command(deviceId, ...told),
      say: (deviceId, sound) => bridge.say(deviceId, sound),
    };
    const accounts = await openAccounts(config, claims, secrets);
    toClose.push(accounts.close);
    const letters = consentLetters(stores.accounts, accounts.desk.mail);
    const families = openFamilies(config, {
      ...{ ...claims, ...live, voices, line },
      letters: secondMailLater(letters, claims),
    });
    const conversations = openConversations({ ...stores, ...claims, kept: live.kept });
    const care = openCare(
      config,
      { ...stores, ...claims, desk: accounts.desk, families, letters },
      {
        sections: [conversationsSection(families.history), audit.section],
        jobs: { ...families.jobs, ...audit.jobs(live.alerts) },
      },
    );
    const bridge: Bridge = createBridge({
      ...base,
      ...voices.ports,
      toys: stores.toys,
      gate: families.gate,
      turnLimits: createTurnLimiter({
        ...base,
        ...stores,
        talk: openTalkBook(claims),
        onSpent: (accountId, month) =>
          live.alerts.raiseSoon({
            ...{ accountId, kind: "budget_exhausted", details: { month } },
            dedupeKey: `budget_exhausted:${month}`,
          }),
      }),
      news: families.news,
      voicesFor: voices.voicesFor,
      followers: [conversations.follower, care.follower, ...live.followers],
      turnId: randomUUID,
      endSession: (deviceId, reason) => endSession(claims, deviceId, reason),
    });
    const updates = openUpdates(config, {
      ...stores,
      ...claims,
      command: bridge.command,
      online: () => broker.links().map(({ deviceId }) => deviceId),
    });
    const { broker, watch } = await openBroker(
      {
        ...claims,
        crowd: crowdLimits(config),
        tellRefused: createRefusals({ ...claims, networkOf: addressKey }),
      },
      bridge,
      updates,
    );
    toClose.push(broker.close, watch.stop, await updates.start());
    toClose.push(
      await live.start(),
      keys.watch(),
      await conversations.start(bridge),
      await care.start(),
      await families.start(),
      await hearChanges(stores.bus, bridge, families, log),
    );
    const mqtt = await broker.listen(config.MQTT_PORT, config.HOST);

    const desk = openClaimDesk(claims, {
      nonceKeys: nonceKeys(base, secrets.masterKey, secrets.formerMasterKey),
      networkOf: addressKey,
      publicMqtt: {
        host: config.PUBLIC_MQTT_HOST ?? reachable(config.HOST),
        port: config.PUBLIC_MQTT_PORT ?? mqtt.port,
        tls: config.PUBLIC_MQTT_TLS,
      },
    });
    let draining = false;
    const checks = {
      ...stores.checks,
      ...voices.checks,
      vault: () => Promise.resolve(masterWatch.lacksKey() ? { ready: false, word: "key_missing" } : OK),
      broker: () => Promise.resolve(draining ? { ready: false, word: "draining" } : OK),
    };
    const http = await serveHttp(config, {
      desk,
      families,
      live,
      accounts,
      care,
      stores,
      updates,
      secrets,
      credentials: keys.ports,
      audit,
      bridge,
      broker,
      metrics,
      checks,
      version,
    });
    toClose.push(http.close);
    accounts.listensOn(http.port);

    const url = `http://${reachable(config.HOST)}:${http.port}`;
    updates.listensAt(url);
    log.info({ url, mqtt_port: mqtt.port, voices: voices.description }, "Bearlink is ready");
    return {
      url,
      mqttPort: mqtt.port,
      voices: voices.description,
      command: bridge.command,
      async stop() {
        draining = true;
        log.info({}, "draining");
        broker.stopAccepting();
        await bridge.drain(RETURN_SPREAD_S);
        await left(broker, clock);
        await close();
        log.info({}, "stopped");
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The claim's session says who may come in, and the bridge hears all that follows. */
async function openBroker(
  claims: Parameters<typeof admit>[0] &
    Parameters<typeof watchSessions>[0] & { crowd: CrowdLimits; log: Log },
  bridge: Bridge,
  updates: CellUpdates,
): Promise<{ broker: Broker; watch: LineWatch }> {
  const broker = await createBroker({
    clock: claims.clock,
    crowd: claims.crowd,
    events: {
      async admit(credentials) {
        const admission = await admit(claims, credentials);
        if (admission.verdict === "accepted") await bridge.admitted({ ...credentials, ...admission });
        return admission;
      },
      opened(link) {
        bridge.opened(link);
        // its session may have ended after it was admitted, and before anyone could close this link
        void watch.look(link.deviceId);
        void updates.offers.arrived(link.deviceId);
      },
      frame: bridge.frame,
      closed: bridge.closed,
      dropped: (reason) => claims.meter.count("frames_dropped_total", { reason }),
      bug: (error, toy) => claims.log.error({ toy, error }, "a bug: what a toy sent was not borne"),
    },
  });
  const watch = await watchSessions(claims, broker.links);
  return { broker, watch };
}

/** Waits for the toys to hang up, as they were told to: a line cut before would cut the end of a reply. */
async function left(broker: Broker, clock: Clock): Promise<void> {
  for (let waited = 0; waited < LEAVE_MS && broker.links().length > 0; waited += LOOK_MS)
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
}

/** A toy's family or its consent changed, on whichever cell: the turn under way stops where it must, and the toy is told. */
async function hearChanges(
  bus: Bus,
  bridge: Bridge,
  families: Families,
  log: Log,
): Promise<() => Promise<void>> {
  return bus.subscribe(TOY_CHANGED, (deviceId) => {
    bridge
      .toyChanged(deviceId)
      .catch((error: unknown) => log.warn({ toy: deviceId, error }, "a toy's family could not be looked up"))
      .then(() => families.errands.changed(deviceId))
      .catch(() => undefined);
  });
}
