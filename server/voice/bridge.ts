/** The bridge: every toy on this cell, from the link's admission to its end. */
import type { Ack, Frame, Hash, RefusedCode } from "@bearlink/sdk/protocol";
import {
  CONSENT_LOOK_MS,
  DRAIN_MS,
  MAX_SESSIONS,
  MAX_TURNS,
  MAX_WAITING_LINKS,
  NEWS_PER_TOY,
  NEWS_WINDOW_MS,
  RECONNECT_TTL_S,
  TURN_WINDOW_MS,
  TURNS_PER_TOY,
} from "../bounds.ts";
import type { ConsentGate, Link, Standing, Toys } from "../ports.ts";
import { createToyAllowance } from "./allowance.ts";
import type { ToyAllowance } from "./allowance.ts";
import { createCaller } from "./caller.ts";
import type { Caller, CallerPorts, ToyTelemetry } from "./caller.ts";
import { createCommands } from "./commands.ts";
import { createConversations } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { createLine } from "./line.ts";
import type { WrongTags } from "./line.ts";

export interface BridgePorts extends CallerPorts {
  /** what every model is told of who it is */
  policy: string;
  hash: Hash;
  toys: Pick<Toys, "nextCommandId">;
  /** who a toy's child is, and who may take its voice */
  gate: ConsentGate;
  /** Ends a toy's session for good. */
  endSession(deviceId: string, reason: string): Promise<void>;
}

/** What a claim's session gives a connection. */
export interface Admitted {
  deviceId: string;
  /** hex */
  sessionId: string;
  /** PROTOCOL.md §3.5, 32 bytes */
  sk: Uint8Array;
  /** epoch ms */
  expiresAt: number;
}

export interface Bridge {
  /** Prepares for a link before its CONNACK: its family is looked up before its first frame can come. */
  admitted(session: Admitted): Promise<void>;
  opened(link: Link): void;
  frame(link: Link, bytes: Uint8Array): void;
  closed(link: Link): void;
  /** The toy's family changed: pairing, consent, unpairing. */
  toyChanged(deviceId: string): Promise<void>;
  /** What a toy and its child talked about is forgotten at once. */
  forget(deviceId: string): void;
  /** Tells a toy to do something; its ACK, or undefined where none came within `ttlS`. */
  command(
    deviceId: string,
    kind: string,
    ttlS: number,
    fields: Record<string, unknown>,
  ): Promise<Ack | undefined>;
  /** Whether the toy is on this cell's line. */
  isHere(deviceId: string): boolean;
  /** Says this (s16le, 8 kHz mono) on turn 0; false where it was cut short, or the toy is not here. */
  say(deviceId: string, sound: Uint8Array): Promise<boolean>;
  /** What each toy on the line last told of itself. */
  telemetry(): ToyTelemetry[];
  /** What was said in a toy's newest turn. */
  lastTurn(deviceId: string): Conversation["last"];
  /** Takes no new turn, waits for those running, then tells the toys to come back within `spreadS`. MISSION C32 */
  drain(spreadS: number): Promise<void>;
}

/** What is counted over a toy's connections. */
interface Counts {
  wrongTags: WrongTags;
  turns: ToyAllowance;
  news: ToyAllowance;
}

export function createBridge(ports: BridgePorts): Bridge {
  const { clock, meter, log } = ports;
  const conversations = createConversations(ports);
  const waiting = new Map<string, { session: Admitted; standing: Standing }>();
  const callers = new Map<string, { caller: Caller; cancelExpiry: () => void }>();
  /** what outlives a connection: §6 counts wrong tags for a session; turns and news are counted for a toy */
  const counted = new Map<string, { sessionId: string } & Counts>();
  let draining = false;
  let cancelLook = (): void => undefined;

  function countsOf({ deviceId, sessionId }: Admitted): Counts {
    const known = counted.get(deviceId);
    if (known?.sessionId === sessionId) return known;
    const {
      turns = createToyAllowance(clock, { most: TURNS_PER_TOY, windowMs: TURN_WINDOW_MS }),
      news = createToyAllowance(clock, { most: NEWS_PER_TOY, windowMs: NEWS_WINDOW_MS }),
    } = known ?? {};
    const fresh = { sessionId, wrongTags: { count: 0 }, turns, news };
    counted.delete(deviceId); // to the end: a Map keeps the order
    counted.set(deviceId, fresh);
    if (counted.size > MAX_SESSIONS) counted.delete(counted.keys().next().value!);
    return fresh;
  }

  function turns(): Promise<unknown>[] {
    return [...callers.values()].flatMap(({ caller }) => caller.turnDone() ?? []);
  }

  function closedFor(): RefusedCode | undefined {
    return draining || turns().length >= MAX_TURNS ? "UNAVAILABLE" : undefined;
  }

  function leave(deviceId: string): void {
    const known = callers.get(deviceId);
    if (!known) return;
    callers.delete(deviceId);
    if (callers.size === 0) cancelLook();
    known.cancelExpiry();
    known.caller.close();
    ports.news.left(deviceId);
    meter.gauge("toys_connected", callers.size);
    known.caller.log.info({}, "a toy is gone");
  }

  /** What the family allows now: a turn that was begun with more than that stops. SAFETY S1 */
  function regard(caller: Caller, standing: Standing): void {
    const former = caller.standing;
    caller.standing = standing;
    if (standing.state !== "READY") conversations.forget(caller.line.link.deviceId);
    if (isLess(former, standing)) caller.cancel("revoked");
  }

  /** Every notice may be lost: whoever is being listened to is asked about again. */
  function lookLater(): void {
    cancelLook();
    cancelLook = clock.after(CONSENT_LOOK_MS, () => {
      lookLater();
      const talking = [...callers.values()]
        .filter(({ caller }) => caller.turnDone() !== undefined)
        .map(({ caller }) => caller);
      if (talking.length === 0) return;
      ports.gate.standings(talking.map(({ line }) => line.link.deviceId)).then(
        (standings) => {
          for (const caller of talking) {
            const standing = standings.get(caller.line.link.deviceId);
            if (standing) regard(caller, standing);
          }
        },
        (fault) => log.warn({ fault: String(fault) }, "consent could not be looked at again"),
      );
    });
  }

  /** A bug that a frame meets ends that toy's line, and not the cell. */
  function take(caller: Caller, frame: Frame): void {
    try {
      caller.frame(frame);
    } catch (error) {
      caller.log.error({ error }, "a frame could not be taken");
      caller.line.link.close("fault");
    }
  }

  async function endForWrongTags({ line, log }: Caller): Promise<void> {
    log.warn({}, "too many wrong tags: the session ends");
    line.link.close("wrong tags");
    await ports.endSession(line.link.deviceId, "wrong-tags");
  }

  return {
    async admitted(session) {
      const standing = await ports.gate.standing(session.deviceId);
      waiting.delete(session.deviceId);
      waiting.set(session.deviceId, { session, standing });
      if (waiting.size > MAX_WAITING_LINKS) waiting.delete(waiting.keys().next().value!);
    },

    opened(link) {
      const known = waiting.get(link.deviceId);
      if (known?.session.sessionId !== link.sessionId) return link.close("not admitted");
      waiting.delete(link.deviceId);
      leave(link.deviceId);
      const { session, standing } = known;
      const { wrongTags, turns, news } = countsOf(session);
      const line = createLine(ports, link, session.sk, wrongTags);
      const isExpired = (): boolean => clock.now() >= session.expiresAt;
      const caller = createCaller(ports, {
        line,
        standing,
        commands: createCommands(clock, line),
        log: log.child({ toy: link.deviceId, session: link.sessionId }),
        // methods, as every toy has its own of these: tsx names an arrow function in 256 bytes
        conversation(childId) {
          return conversations.of(link.deviceId, childId);
        },
        turnIn: turns.take,
        newsIn: news.take,
        closedFor() {
          return isExpired() ? "UNAVAILABLE" : closedFor();
        },
        turnOver() {
          expireIfDue();
        },
      });
      // §7.4: a session that expires is renewed after the turn, not during it
      const expireIfDue = (): void => {
        if (isExpired() && !caller.turnDone()) link.close("expired");
      };
      const cancelExpiry = clock.after(Math.max(0, session.expiresAt - clock.now()), expireIfDue);
      callers.set(link.deviceId, { caller, cancelExpiry });
      meter.gauge("toys_connected", callers.size);
      if (callers.size === 1) lookLater();
      caller.log.info({ n: link.n }, "a toy is on the line");
      ports.news.joined(link.deviceId, link.sessionId);
    },

    frame(link, bytes) {
      const caller = callers.get(link.deviceId)?.caller;
      if (caller?.line.link !== link) return;
      const frame = caller.line.open(bytes);
      if (frame) return take(caller, frame);
      if (!caller.line.tooManyWrongTags()) return;
      endForWrongTags(caller).catch((fault) =>
        log.error({ fault: String(fault) }, "the session still stands"),
      );
    },

    closed(link) {
      if (callers.get(link.deviceId)?.caller.line.link === link) leave(link.deviceId);
    },

    async toyChanged(deviceId) {
      // a toy that has not subscribed yet was told of as it stood: it comes again
      waiting.delete(deviceId);
      const caller = callers.get(deviceId)?.caller;
      if (!caller) return conversations.forget(deviceId);
      try {
        regard(caller, await ports.gate.standing(deviceId));
      } catch (fault) {
        // who the child is cannot be known now: the toy comes back when it can
        caller.line.link.close("unavailable");
        throw fault;
      }
    },

    async command(deviceId, kind, ttlS, fields) {
      const caller = callers.get(deviceId)?.caller;
      return caller?.commands.send(await ports.toys.nextCommandId(deviceId), kind, ttlS, fields);
    },

    forget: conversations.forget,
    isHere: (deviceId) => callers.has(deviceId),
    say: async (deviceId, sound) => (await callers.get(deviceId)?.caller.say(sound)) ?? false,
    telemetry: () => [...callers.values()].flatMap(({ caller }) => caller.telemetry ?? []),
    lastTurn: (deviceId) => conversations.peek(deviceId)?.last,

    async drain(spreadS) {
      draining = true;
      let cancelWait = (): void => undefined;
      const tooLong = new Promise<void>((resolve) => (cancelWait = clock.after(DRAIN_MS, resolve)));
      await Promise.race([Promise.all(turns()), tooLong]);
      cancelWait();
      const all = [...callers.keys()];
      await Promise.allSettled(
        all.map((deviceId, index) =>
          this.command(deviceId, "reconnect", RECONNECT_TTL_S, {
            in_s: Math.round((spreadS * index) / all.length),
          }),
        ),
      );
    },
  };
}

/** Whether something that was allowed is so no longer. */
function isLess(former: Standing, now: Standing): boolean {
  if (former.state !== "READY") return false;
  if (now.state !== "READY" || now.childId !== former.childId) return true;
  return [...former.recipients].some((recipient) => !now.recipients.has(recipient));
}
