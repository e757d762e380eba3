/** The live rooms of a cell: how its toys fare, its feeds, its alerts and their mail. */
import { toHex } from "@bearlink/sdk/protocol";
import type { Telemetry } from "@bearlink/sdk/protocol";
import { createCare } from "../alerts/care.ts";
import { caseLetter } from "../alerts/letters.ts";
import { createAlertMail } from "../alerts/mail.ts";
import { createAlerts } from "../alerts/raise.ts";
import { createSurely } from "../alerts/surely.ts";
import type { ClaimPorts } from "../claim/desk.ts";
import type { Config } from "../config.ts";
import { watchParents } from "../family/account/revoke.ts";
import { listChildren } from "../family/child.ts";
import type { LineWatch } from "../line-watch.ts";
import { createFamilyFeed } from "../live/carry.ts";
import { createFeeds } from "../live/feeds.ts";
import type { Feeds } from "../live/feeds.ts";
import { createStatusKeeper } from "../live/status.ts";
import type { StatusKeeper } from "../live/status.ts";
import { createLiveTurns } from "../live/turns.ts";
import type { LiveTurns } from "../live/turns.ts";
import { TOY_CHANGED } from "../ports.ts";
import type { Alerts, FamilyFeed, FamilyVault, Mail, ToyActivity, TurnNews } from "../ports.ts";
import { quietUntil } from "../quiet-hours.ts";
import type { Stores } from "./stores.ts";

export interface Live {
  feed: FamilyFeed;
  alerts: Alerts;
  feeds: Feeds;
  status: Pick<StatusKeeper, "joined" | "left" | "changed"> & {
    telemetry(deviceId: string, telemetry: Telemetry): void;
  };
  followers: TurnNews[];
  /** What the recorder made of each turn. */
  kept: LiveTurns["kept"];
  activityOf(deviceId: string): ToyActivity | undefined;
  /** Begins to hear the other cells; the answer stops all of it. */
  start(): Promise<() => Promise<void>>;
}

export interface LiveParts extends Omit<ClaimPorts, "limits" | "alerts">, Stores {
  familyVault: FamilyVault;
  /** there by the time anything is mailed */
  mail(): Mail;
  publicUrl(): string;
}

/** Bus channel; its text is ids of toys of which a feed wants to know what they do. */
const FEED_ASKED = "feed-asked";
const CELL_ID_BYTES = 8;
/** ids in one notice */
const ASKED_AT_ONCE = 100;

export function openLive(config: Config, parts: LiveParts): Live {
  const { bus, clock, chance, log, alertBook: book } = parts;
  const feed = createFamilyFeed(parts);
  const surely = createSurely(parts);
  const mail: Mail = { send: (letter) => parts.mail().send(letter) };
  const alertMail = createAlertMail({ book, mail, clock, log, publicUrl: parts.publicUrl });
  const alerts = createAlerts({
    ...parts,
    ...{ book, feed, surely },
    mailNow: alertMail.now,
    async quietUntil(accountId) {
      const now = clock.now();
      const children = await listChildren(parts, accountId);
      return Math.max(
        now,
        ...children.map(({ quietHours }) => (quietHours ? quietUntil(quietHours, now) : now)),
      );
    },
  });
  const turns = createLiveTurns({
    ...parts,
    feed,
    talked: (deviceId, at) => status.talked(deviceId, at),
  });
  const { activityOf } = turns;
  const status = createStatusKeeper({
    ...parts,
    ...{ feed, alerts, activityOf },
    cellId: toHex(chance.bytes(CELL_ID_BYTES)),
  });
  const operator = config.OPERATOR_EMAIL;
  const care = createCare({
    ...parts,
    ...{ alerts, surely },
    tellOperator() {
      if (operator !== undefined) mail.send(caseLetter(operator));
    },
  });
  let watch: LineWatch | undefined;
  const feeds = createFeeds({
    ...parts,
    activityOf,
    askCells(deviceIds) {
      for (let from = 0; from < deviceIds.length; from += ASKED_AT_ONCE)
        bus
          .publish(FEED_ASKED, deviceIds.slice(from, from + ASKED_AT_ONCE).join(" "))
          .catch((error: unknown) => log.warn({ error }, "the other cells could not be asked"));
    },
    opened: (sessionId) => void watch?.look(sessionId),
  });

  return {
    feed,
    alerts,
    feeds,
    status,
    activityOf,
    kept: turns.kept,
    followers: [turns, { began: () => {}, said: () => {}, over: () => {}, ...care }],
    async start() {
      await status.start();
      alertMail.start();
      watch = await watchParents(parts, feeds.lines);
      const stops = [
        await bus.subscribe(FEED_ASKED, (text) => turns.tellAgain(text.split(" "))),
        await bus.subscribe(TOY_CHANGED, (deviceId) => {
          feeds.toyChanged(deviceId).catch((error: unknown) => log.warn({ error }, "feeds were not told"));
        }),
      ];
      return async () => {
        feeds.close();
        await watch?.stop();
        for (const stop of stops) await stop();
        await status.stop();
        await alertMail.stop();
      };
    },
  };
}
