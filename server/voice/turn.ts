/** One turn, conducted: listen → reply → speak → pace, inside one budget, ending in REPLY_END or STOP whatever fails. PROTOCOL.md §7 */
import {
  CODEC,
  CUE_AFTER_MS,
  DOWN,
  codecRate,
  encodeJson,
  MAX_UTTERANCE_S,
  UTTERANCE_GAP_MS,
} from "@bearlink/sdk/protocol";
import type { Codec, Credit, Frame, TurnStart } from "@bearlink/sdk/protocol";
import { FALLBACK_RESERVE_MS, LISTEN_MS, TURN_BUDGET_MS } from "../bounds.ts";
import { ModelError } from "../errors.ts";
import type { Log, Meter, TurnNews, TurnRef } from "../ports.ts";
import { phraseSound } from "./announce.ts";
import type { AnnouncePorts } from "./announce.ts";
import type { Conversation } from "./conversation.ts";
import { listen } from "./listen.ts";
import type { ListenPorts } from "./listen.ts";
import { createPacer, HeldBack } from "./pace.ts";
import type { SendFrame } from "./pace.ts";
import { pipeOrFault } from "./pipe.ts";
import { reply } from "./reply.ts";
import type { ReplyPorts } from "./reply.ts";
import { speak } from "./speak.ts";
import type { SpeakPorts } from "./speak.ts";
import { bounded, permitOf, TurnRefused } from "./permit.ts";
import type { PermitPorts } from "./permit.ts";
import { tellOf } from "./tell.ts";

/** `plainSound` needs no process: it is for the phrases said when all else is away. */
export interface TurnPorts extends ListenPorts, ReplyPorts, SpeakPorts, AnnouncePorts, PermitPorts {
  meter: Meter;
  /** whoever is told what becomes of each turn */
  followers: readonly TurnNews[];
}

export interface TurnOptions {
  ref: TurnRef;
  start: TurnStart;
  conversation: Conversation;
  /** what the bear leads away from */
  topicsOff?: readonly string[] | undefined;
  /** seals and sends one frame of this turn */
  send: SendFrame;
  /** carries the turn's id in every line */
  log: Log;
  /** tokens that its models have cost so far */
  spent?: () => number;
}

/** Why a turn is given up by others: a newer turn, the toy, the line, or its family. */
export type CancelReason = "barge-in" | "cancelled" | "lost" | "revoked";

/** `limited`, `refused`: it ended in REFUSED. `budget_exhausted`: the family's tokens of the month are used up, and the bear said so. MISSION A23 */
export type TurnOutcome =
  "reply" | "fallback" | "held-back" | "limited" | "refused" | "budget_exhausted" | CancelReason;

export interface Turn {
  /** Takes an AUDIO frame; false where it was dropped. */
  audio(frame: Frame): boolean;
  /** TURN_END, or what stands for it. */
  end(): void;
  credit(credit: Credit): void;
  /** Gives up at once; sends STOP unless REPLY_END was sent or the line is lost. */
  cancel(reason: CancelReason): void;
  /** Settles when the turn is over for the toy and everything it held is freed. */
  done: Promise<TurnOutcome>;
}

/** The first that this server can write of what a toy can play. */
export function replyCodec(play: Codec[]): Codec {
  return play.find((codec) => codec !== CODEC.OPUS) ?? CODEC.U8;
}

export function startTurn(
  ports: TurnPorts,
  { ref, start, conversation, topicsOff, send, log, spent = () => 0 }: TurnOptions,
): Turn {
  const { clock, meter } = ports;
  const told = tellOf(ports.followers, ref, conversation, log);
  const codec = replyCodec(start.play);
  const stop = new AbortController();
  const utterance = listen(ports, start.codec);
  const mouth = pipeOrFault(() => ports.sound.voice(ports.textToSpeech.rate, codec));
  for (const model of [ports.speechToText, ports.chat, ports.textToSpeech, ports.safety]) model?.warm?.();

  let endedAt: number | undefined;
  let ended!: () => void;
  const utteranceEnded = new Promise<void>((resolve) => (ended = resolve));
  let answered = false; // REPLY_END or STOP is sent
  let cancelled: CancelReason | undefined;
  let cancelGap = clock.after(UTTERANCE_GAP_MS, end);
  const cancelLong = clock.after(LISTEN_MS, end); // frames without sound hold no turn open
  let cancelCue = (): void => undefined;
  let stageAt = 0;
  let began = false;
  const permit = permitOf(ports, ref);

  const pacer = createPacer({
    clock,
    codec,
    bufferMs: start.buffer_ms,
    send,
    onFirst() {
      cancelCue();
      mark("first_sound", endedAt);
      send(DOWN.REPLY_START, { payload: encodeJson({ codec }) });
    },
  });

  function mark(stage: string, since: number | undefined): void {
    const now = clock.now();
    meter.observe("turn_stage_seconds", { stage }, (now - (since ?? now)) / 1000);
    log.info({ stage, duration_ms: now - (since ?? now) }, "a stage is done");
    stageAt = now;
  }

  function end(): void {
    if (endedAt !== undefined) return;
    endedAt = stageAt = clock.now();
    cancelGap();
    cancelLong();
    utterance.end();
    cancelCue = clock.after(CUE_AFTER_MS, () =>
      send(DOWN.CUE, { payload: encodeJson({ clip: "thinking" }) }),
    );
    ended();
  }

  /** The answer as sound, each stage's time told once. */
  async function* answer(signal: AbortSignal, maxTokens: number): AsyncGenerator<Uint8Array> {
    const chat = bounded(ports.chat, { maxTokens });
    const words = await utterance.words(signal);
    mark("listen", stageAt);
    const asked = { ...ports, chat, log, topicsOff };
    const sentences = first(reply(asked, { conversation, words, told }, signal), () =>
      mark("think", stageAt),
    );
    yield* first(speak(ports, mouth, codec, sentences, signal), () => mark("speak", stageAt));
  }

  async function conduct(): Promise<TurnOutcome> {
    // before the child has spoken to the end: who may not talk is told at once
    const { state, maxTokens } = await permit;
    stop.signal.throwIfAborted();
    began = true;
    told.began();
    await utteranceEnded;
    stop.signal.throwIfAborted();
    if (state === "spent") {
      told.said(ports.phrases.text("rest"), { action: "allow", reason: "" });
      await pacer.play(phraseSound(ports, "rest", codec), stop.signal);
      return "budget_exhausted";
    }
    const work = new AbortController();
    const signal = AbortSignal.any([stop.signal, work.signal]);
    const cancelBudget = clock.after(TURN_BUDGET_MS - FALLBACK_RESERVE_MS, () => {
      if (pacer.sent() === 0) work.abort(new ModelError("timeout"));
    });
    try {
      await pacer.play(answer(signal, maxTokens), signal);
      if (pacer.sent() > 0) return "reply";
      log.warn({}, "an answer without sound");
    } catch (fault) {
      if (stop.signal.aborted || fault instanceof HeldBack) throw fault;
      log.warn({ fault: describe(fault) }, "the turn falls back on a phrase");
    } finally {
      cancelBudget();
      work.abort(new Error("answered"));
    }
    told.said(ports.phrases.text("sorry"), { action: "allow", reason: "" });
    await pacer.play(phraseSound(ports, "sorry", codec), stop.signal);
    return "fallback";
  }

  async function run(): Promise<TurnOutcome> {
    let outcome: TurnOutcome;
    try {
      outcome = await conduct();
      answered = true;
      send(DOWN.REPLY_END, {});
    } catch (fault) {
      outcome = cancelled ?? outcomeOf(fault);
      if (fault instanceof TurnRefused && !cancelled) refuse(fault);
      else if (!cancelled) log.error({ fault: describe(fault) }, "the turn ended in STOP");
      sendStop();
    } finally {
      cancelGap();
      cancelLong();
      cancelCue();
      utterance.destroy();
      mouth.destroy();
    }
    meter.count("turns_total", { outcome });
    if (began) told.over(outcome);
    const [heard, said] = [utterance.seconds(), pacer.sent() / codecRate(codec)];
    const tokens = spent();
    log.info(
      { stage: "sound", heard_s: heard, said_s: said, tokens, ears: utterance.player(), mouth: mouth.player },
      "the sound is over",
    );
    permit.then(({ over }) => over({ seconds: heard + said, tokens })).catch(() => undefined);
    return outcome;
  }

  function refuse({ why }: TurnRefused): void {
    answered = true;
    log.info({ stage: "turn", code: why.code, layer: why.layer }, "a turn was refused");
    send(DOWN.REFUSED, { payload: encodeJson(why) });
  }

  function sendStop(): void {
    if (answered) return;
    answered = true;
    if (cancelled !== "lost") send(DOWN.STOP, {});
  }

  return {
    audio(frame) {
      if (endedAt !== undefined) return false;
      cancelGap();
      cancelGap = clock.after(UTTERANCE_GAP_MS, end);
      const taken = utterance.add(frame.codec, frame.sample, frame.payload);
      if (utterance.seconds() >= MAX_UTTERANCE_S) end();
      return taken;
    },
    end,
    credit: (credit) => pacer.credit(credit),
    cancel(reason) {
      if (answered) return;
      cancelled = reason;
      sendStop(); // §7.3: within 20 ms, so before anything is awaited
      cancelCue();
      stop.abort(new Error(reason));
      ended(); // a turn given up while the child still speaks
    },
    done: run(),
  };
}

/** Hands a stream on, and tells of its first piece. */
async function* first<T>(pieces: AsyncIterable<T>, told: () => void): AsyncGenerator<T> {
  let began = false;
  for await (const piece of pieces) {
    if (!began) told();
    began = true;
    yield piece;
  }
}

function outcomeOf(fault: unknown): TurnOutcome {
  if (fault instanceof TurnRefused) return fault.why.code === "RATE_LIMITED" ? "limited" : "refused";
  return fault instanceof HeldBack ? "held-back" : "fallback";
}

/** A fault for the log: its name and code, never what a service or a child said. */
function describe(fault: unknown): string {
  return fault instanceof Error ? `${fault.constructor.name}: ${fault.message}` : "unknown";
}
