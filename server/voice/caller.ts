/** One toy on the line: which of its frames opens a turn, feeds it or ends it, and which turns it is refused. PROTOCOL.md §5, §7 */
import {
  assumedTurnStart,
  CODEC,
  decodeAck,
  decodeCredit,
  decodeEvent,
  decodePairAccept,
  decodeTelemetry,
  decodeTurnStart,
  DOWN,
  encodeJson,
  isCodec,
  isNewTurn,
  UP,
} from "@bearlink/sdk/protocol";
import type { Codec, Frame, Refused, RefusedCode, Telemetry, TurnStart } from "@bearlink/sdk/protocol";
import type { AskedFor, Log, PhraseName, Recipient, Standing, ToyNews } from "../ports.ts";
import { isQuiet } from "../quiet-hours.ts";
import { announce } from "./announce.ts";
import type { Commands } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import type { Line } from "./line.ts";
import { replyCodec, startTurn } from "./turn.ts";
import type { CancelReason, Turn, TurnPorts } from "./turn.ts";

export interface CallerPorts extends TurnPorts {
  /** A fresh id that ties a turn's log lines together (a UUID). */
  turnId(): string;
  /** whoever waits for what a toy tells outside its turns */
  news: ToyNews;
  /** Those that these recipients are asked with; in place of the others what asks nobody. SAFETY S2 */
  voicesFor(recipients: ReadonlySet<Recipient>, childId: string | undefined, turn: AskedFor): TurnVoices;
}

/** The parts of a turn that a third party may play. */
export type TurnVoices = Pick<TurnPorts, "speechToText" | "chat" | "textToSpeech" | "safety" | "asksModels">;

export interface CallerOptions {
  line: Line;
  standing: Standing;
  commands: Commands;
  log: Log;
  conversation(childId: string): Conversation;
  /** s until this toy may begin a turn; 0 where it may, and then one is counted */
  turnIn(): number;
  /** likewise until it may tell of something outside its turns */
  newsIn(): number;
  /** Why no toy gets a new turn now, if so. */
  closedFor(): RefusedCode | undefined;
  /** Called when no turn runs any more. */
  turnOver(): void;
}

/** What a toy last told of itself. */
export interface ToyTelemetry extends Telemetry {
  device_id: string;
  /** epoch ms at which it arrived */
  at: number;
}

export interface Caller {
  line: Line;
  commands: Commands;
  log: Log;
  standing: Standing;
  /** undefined until it has told any */
  telemetry: ToyTelemetry | undefined;
  frame(frame: Frame): void;
  /** Settles when the turn under way is over; undefined where there is none. */
  turnDone(): Promise<unknown> | undefined;
  cancel(reason: CancelReason): void;
  /** Says this (s16le, 8 kHz mono) on turn 0, in place of what is being said there; false where it was cut short. */
  say(sound: Uint8Array): Promise<boolean>;
  /** The line is gone. */
  close(): void;
}

/** What a toy hears, besides the code, when it may not talk. */
const SPOKEN_REFUSALS: Partial<Record<RefusedCode, PhraseName>> = {
  NO_CONSENT: "ask-grown-up",
  MIC_OFF: "ask-grown-up",
  QUIET_HOURS: "goodnight",
  NOT_PAIRED: "not-paired",
};

export function createCaller(ports: CallerPorts, options: CallerOptions): Caller {
  const { meter } = ports;
  const { line, commands, log, conversation, turnIn, newsIn, closedFor, turnOver } = options;
  let lastTurn: number | undefined; // of this connection; its first turn is new whatever its number
  let turn: Turn | undefined;
  let announcement: AbortController | undefined;
  /** kinds of event that are being kept */
  const telling = new Set<string>();

  const dropped = (reason: string): void => meter.count("frames_dropped_total", { reason });

  function openTurn(frame: Frame): void {
    cancel("barge-in");
    lastTurn = frame.turn;
    const { standing } = caller;
    const waitS = turnIn();
    if (waitS > 0) {
      const ready = standing.state === "READY";
      return decline(
        frame.turn,
        ready ? { code: "RATE_LIMITED", retry_after_s: waitS, layer: "toy" } : { code: standing.state },
      );
    }
    announcement?.abort(new Error("the child speaks"));
    const start = turnStart(frame);
    if (!start) return refuse(frame.turn, "UNAVAILABLE", CODEC.U8);
    if (standing.state !== "READY") return refuse(frame.turn, standing.state, replyCodec(start.play));
    const closed = restFor(standing) ?? closedFor();
    if (closed) return refuse(frame.turn, closed, replyCodec(start.play));

    const turnId = ports.turnId();
    const { childId, recipients } = standing;
    const turnLog = log.child({ requestId: turnId, turn: frame.turn });
    turnLog.info({ stage: "turn", codec: start.codec, reason: start.reason }, "a turn began");
    let tokens = 0;
    const asked = { requestId: turnId, log: turnLog, spent: (more: number) => void (tokens += more) };
    const begun = startTurn(
      { ...ports, ...ports.voicesFor(recipients, childId, asked) },
      {
        ref: { turnId, deviceId: line.link.deviceId, childId, at: ports.clock.now(), recipients },
        start,
        conversation: conversation(childId),
        topicsOff: standing.manners?.topicsOff,
        log: turnLog,
        spent: () => tokens,
        send: (type, fields) => line.send(type, { ...fields, turn: frame.turn }),
      },
    );
    turn = begun;
    void begun.done.then((outcome) => {
      turnLog.info({ stage: "turn", outcome }, "a turn is over");
      if (turn === begun) turn = undefined;
      // whoever has talked enough is let go kindly. SAFETY "Conversation"
      if (outcome === "limited" && !turn) void say(ports.phrases.sound("goodbye"), replyCodec(start.play));
      if (!turn) turnOver();
    });
  }

  /** What the parent set against any talk now. A turn that runs into it may end. */
  function restFor({ manners }: Standing & { state: "READY" }): RefusedCode | undefined {
    if (!manners) return undefined;
    if (manners.micOff) return "MIC_OFF";
    return manners.quietHours && isQuiet(manners.quietHours, ports.clock.now()) ? "QUIET_HOURS" : undefined;
  }

  /** All that a toy which begins too many turns gets: no sound, no process, and no line of the log. */
  function decline(refused: number, why: Refused): void {
    line.send(DOWN.REFUSED, { turn: refused, payload: encodeJson(why) });
    meter.count("turns_total", { outcome: "refused" });
  }

  function refuse(refused: number, code: RefusedCode, codec: Codec): void {
    decline(refused, { code });
    log.info({ stage: "turn", turn: refused, code }, "a turn was refused");
    const phrase = SPOKEN_REFUSALS[code];
    if (!phrase) return;
    void say(ports.phrases.sound(phrase), codec);
  }

  async function say(sound: Uint8Array, codec: Codec): Promise<boolean> {
    announcement?.abort(new Error("something else is said"));
    announcement = new AbortController();
    const { signal } = announcement;
    try {
      await announce(ports, sound, codec, (type, fields) => line.send(type, fields), signal);
      return true;
    } catch (fault) {
      if (!signal.aborted) log.error({ fault: String(fault) }, "the server's own words failed");
      return false;
    }
  }

  function turnFrame(frame: Frame): void {
    // §7.1: the first frame of a new turn opens it, whatever its type
    if (frame.type !== UP.CREDIT && (lastTurn === undefined || isNewTurn(lastTurn, frame.turn)))
      openTurn(frame);
    if (!turn || frame.turn !== lastTurn) return dropped("turn-over");
    if (frame.type === UP.AUDIO && !turn.audio(frame)) dropped("sound");
    else if (frame.type === UP.TURN_END) turn.end();
    else if (frame.type === UP.TURN_CANCEL) cancel("cancelled");
    else if (frame.type === UP.CREDIT) {
      const credit = decodeCredit(frame.payload);
      if (credit) turn.credit(credit);
      else dropped("payload");
    }
  }

  function cancel(reason: CancelReason): void {
    turn?.cancel(reason);
    turn = undefined;
  }

  /** Everything that belongs to no turn. Kinds and types not known are counted, and no error. MISSION C30 */
  function toyFrame(frame: Frame): void {
    if (frame.type === UP.ACK) {
      const ack = decodeAck(frame.payload);
      if (ack) return commands.ack(ack);
      return dropped("payload");
    }
    if (newsIn() > 0) return dropped("too-many");
    if (frame.type === UP.TELEMETRY) {
      const telemetry = decodeTelemetry(frame.payload);
      const who = { device_id: line.link.deviceId, at: ports.clock.now() };
      if (telemetry) {
        caller.telemetry = { ...caller.telemetry, ...telemetry, ...who };
        return ports.news.telemetry(who.device_id, telemetry);
      }
    }
    if (frame.type === UP.EVENT) {
      const event = decodeEvent(frame.payload);
      if (event) return void tellEvent(event.kind);
    }
    if (frame.type === UP.PAIR_ACCEPT) {
      const accept = decodePairAccept(frame.payload);
      const { deviceId, sessionId } = line.link;
      if (accept) return ports.news.pairAccept(deviceId, sessionId, accept);
    }
    dropped("payload");
  }

  /** §5: the toy repeats `pairing` until it hears the cue; it hears it when the event is kept. */
  async function tellEvent(kind: string): Promise<void> {
    // told again while it is being kept: the answer comes
    if (telling.has(kind)) return dropped("too-many");
    telling.add(kind);
    log.info({ event: kind }, "the toy told of something");
    try {
      await ports.news.event(line.link.deviceId, kind);
      if (kind === "pairing") line.send(DOWN.CUE, { payload: encodeJson({ clip: "pairing" }) });
    } catch (fault) {
      log.error({ fault: String(fault), event: kind }, "what the toy told was not kept");
    } finally {
      telling.delete(kind);
    }
  }

  const caller: Caller = {
    line,
    commands,
    log,
    standing: options.standing,
    telemetry: undefined,
    frame(frame) {
      if (frame.type >= UP.EVENT) toyFrame(frame);
      else if (frame.turn !== 0) turnFrame(frame);
      else dropped("turn-over");
    },
    turnDone() {
      return turn?.done;
    },
    cancel,
    say(sound) {
      return say(sound, CODEC.U8); // §7.1: what every toy plays
    },
    close() {
      cancel("lost");
      announcement?.abort(new Error("lost"));
      commands.close();
    },
  };
  return caller;
}

/** What the frame that opens a turn says of it; undefined where a TURN_START cannot be read. */
function turnStart(frame: Frame): TurnStart | undefined {
  if (frame.type === UP.TURN_START) return decodeTurnStart(frame.payload);
  return assumedTurnStart(isCodec(frame.codec) ? frame.codec : CODEC.U8);
}
