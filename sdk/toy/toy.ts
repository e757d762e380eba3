/** The runner: does what `states` decides, over the ports of a host. */
import {
  decodeCommand,
  encodeCredit,
  encodeJson,
  MAX_BACKOFF_MS,
  nextTurn,
  UP,
} from "@bearlink/sdk/protocol";
import type { Clip, Command, Frame } from "@bearlink/sdk/protocol";
import { abandonClaim, claim, countFailure, liveSession, openAccess, waitMs } from "./access.ts";
import { obey, openCommands } from "./commands.ts";
import type { Orders } from "./commands.ts";
import { receive } from "./downlink.ts";
import type { Downlink } from "./downlink.ts";
import type { Identity, ToyHost, Update } from "./host.ts";
import { closeLine, openLine, sendFrame } from "./line.ts";
import type { Line } from "./line.ts";
import {
  acceptOffer,
  enterPairing,
  leavePairing,
  openPairing,
  pairingHeard,
  wordsSpoken,
} from "./pairing.ts";
import { openPaw, pressPaw } from "./paw.ts";
import { openPlayer, stopPlaying } from "./player.ts";
import { loadSettings } from "./settings.ts";
import { firstState, next, STATES, TURN_STATES } from "./states.ts";
import type { Effect, ToyEvent, ToyState } from "./states.ts";
import { startUtterance, utter } from "./utterance.ts";
import type { SendFrame, Utterance } from "./utterance.ts";

/** ms after which a turn is over, however much is still being said */
const MAX_TURN_MS = 300_000;
/** ms between two TELEMETRY frames */
const TELEMETRY_MS = 300_000;
/** ms within which the same clip is not started again: a CUE and a COMMAND may ask for one */
const CLIP_AGAIN_MS = 3_000;
/** events that may wait for the one being handled; more mean that its handling died, as where memory ran out */
const MAX_EVENTS = 32;
const EMPTY = new Uint8Array(0);

export interface Toy {
  /** Begins, or begins again after `stop`. */
  start(): void;
  /** Lets go of everything: microphone, speaker, line, timers. */
  stop(): void;
  /** The paw, debounced: talk while it is down, pair at 5 s of silence, reset at 10 s. */
  paw(down: boolean): void;
  /** Opens a turn without the paw; by `voice` it ends with the speech, by `button` with `hush`. */
  talk(reason: "button" | "voice"): void;
  hush(): void;
  state(): ToyState;
}

function nothing(): void {}

export function createToy(host: ToyHost, identity: Identity): Toy {
  const hash = host.hash;
  const clock = host.clock;
  const store = host.store;
  const settings = loadSettings(store, hash);
  const commands = openCommands(store, hash);
  let access = openAccess(host, identity);
  let state = firstState(settings.micOff);
  let paw = openPaw();
  let running = false;
  let events: ToyEvent[] = [];
  let busy = false;

  let line: Line | undefined;
  let turn = 0;
  let turnUntil = 0;
  let reason: "button" | "voice" = "button";
  let utterance: Utterance | undefined;
  /** a command that waits for the toy to be idle, and the event that does it */
  let pending: Command | undefined;
  let pendingEvent: ToyEvent | undefined;
  let clipPlayed = "";
  let clipAt = 0;

  /** of the back-off that this state began with */
  let waitingMs = 0;
  let stopTimeout = nothing;
  let stopRetry = nothing;
  let stopTelemetry = nothing;

  /** Set below: the rooms that it calls can call it. */
  let on: (event: ToyEvent) => void = nothing;

  const send: SendFrame = (type, ofTurn, payload, codec, flags, sample) =>
    sendFrame(host, line, type, ofTurn, payload, codec, flags, sample);
  const tell = (type: number, message: object): void => send(type, 0, encodeJson(message), 0, 0, 0);

  const say = (clip: Clip): void => {
    if (clip === clipPlayed && clock.now() - clipAt < CLIP_AGAIN_MS) return;
    clipPlayed = clip;
    clipAt = clock.now();
    host.speaker.clip(clip);
  };

  const pairing = openPairing(host, {
    event: () => tell(UP.EVENT, { kind: "pairing" }),
    accept: (accept) => tell(UP.PAIR_ACCEPT, accept),
  });

  const player = openPlayer(host, {
    credit: (ofTurn, sample, underruns) =>
      send(UP.CREDIT, ofTurn, encodeCredit({ next: sample, underruns }), 0, 0, 0),
    playedOut: (ofTurn) => {
      if (ofTurn === 0) wordsSpoken(pairing);
      else if (ofTurn === turn) on("done");
    },
  });

  // ── the line ──

  const hangUp = (): void => {
    abandonClaim(access);
    stopTelemetry();
    stopPlaying(player);
    if (line !== undefined) closeLine(line);
    line = undefined;
  };

  const reportLater = (): void => {
    stopTelemetry();
    if (host.telemetry === undefined) return;
    tell(UP.TELEMETRY, host.telemetry());
    stopTelemetry = clock.after(TELEMETRY_MS, reportLater);
  };

  // ── commands ──

  /** A command that ends the line or this program waits for `ready`; the last one asked stands. */
  const later = (event: ToyEvent, asked: Command): void => {
    pending = asked;
    pendingEvent = event;
  };

  const doPending = (): void => {
    const event = pendingEvent;
    if (state.name !== "ready" || event === undefined) return;
    pendingEvent = undefined;
    on(event);
  };

  const orders: Orders = {
    host,
    deviceId: identity.deviceId,
    settings,
    pairing,
    on: (event) => on(event),
    later,
  };

  /** A command whose record the store refused is not acknowledged: it comes again. */
  const command = (frame: Frame): void => {
    const asked = decodeCommand(frame.payload);
    if (asked === undefined) return;
    try {
      tell(UP.ACK, obey(orders, commands, asked));
    } catch {
      host.log("error", "store");
    }
    doPending();
  };

  // ── what comes down ──

  const downlink: Downlink = {
    host,
    player,
    state: () => state.name,
    turn: () => turn,
    turnUntil: () => turnUntil,
    on: (event) => on(event),
    cued: (clip) => {
      host.log("cue", clip);
      if (clip === "pairing") pairingHeard(pairing);
      say(clip);
    },
    command,
  };

  const connect = (): void => {
    const session = liveSession(access);
    if (session === undefined) return on("no_session");
    line = openLine(host, identity.deviceId, session, {
      subscribed: () => {
        access.failures = 0;
        on("subscribed");
        reportLater();
      },
      loginRefused: () => {
        access.session = undefined;
        on("login_refused");
      },
      lost: () => {
        countFailure(access);
        on("lost");
      },
      frame: (frame) => receive(downlink, frame),
    });
  };

  // ── what the states ask for ──

  const claimSession = (): void =>
    claim(access, (session) => {
      if (session === undefined) return on("failed");
      on(session.answer.state);
      on("claimed");
    });

  const retryIn = (ms: number): void => {
    waitingMs = ms;
    stopRetry();
    stopRetry = clock.after(ms, () => on("retry"));
  };

  /** COMMAND `reconnect`: comes back in `in_s`, and at a moment of its own in the second after. */
  const spread = (): void => {
    const inS = pending === undefined ? undefined : pending.in_s;
    const asked = typeof inS === "number" && inS > 0 ? Math.min(inS * 1000, MAX_BACKOFF_MS) : 0;
    retryIn(asked + waitMs(access, 1));
  };

  const update = (): void => {
    if (pending === undefined || host.power.update === undefined) return on("failed");
    host.power.update(pending as unknown as Update, (ok) => on(ok ? "updated" : "failed"));
  };

  const sleep = (): void => {
    const seconds = pending === undefined ? undefined : pending.seconds;
    host.power.sleep(typeof seconds === "number" && seconds > 0 ? seconds : 0);
  };

  const startTurn = (): void => {
    turn = nextTurn(turn);
    turnUntil = clock.now() + MAX_TURN_MS;
    host.log("turn", turn);
    // a reply that is still playing was stopped as the state was left: §7.3
    utterance = startUtterance(host, turn, reason, send);
  };

  const heardSound = (samples: Uint8Array): void => {
    if (utterance !== undefined && utter(host, utterance, samples, send)) on("release");
  };

  const accept = (): void => {
    const session = access.session;
    if (session !== undefined) acceptOffer(pairing, session.auth, identity.deviceId, session.id);
  };

  const reset = (): void => {
    tell(UP.EVENT, { kind: "reset" });
    hangUp();
    host.power.reset();
  };

  const effects: Record<Effect, () => void> = {
    join: () => host.join((online) => on(online ? "online" : "offline")),
    claim: claimSession,
    connect,
    hang_up: hangUp,
    back_off: () => retryIn(waitMs(access, state.errors)),
    spread,
    start_turn: startTurn,
    end_turn: () => send(UP.TURN_END, turn, EMPTY, 0, 0, 0),
    cancel_turn: () => send(UP.TURN_CANCEL, turn, EMPTY, 0, 0, 0),
    pair: () => enterPairing(pairing),
    accept,
    leave_pairing: () => leavePairing(pairing),
    say_sorry: () => say("sorry"),
    say_offline: () => say("offline"),
    say_paired: () => say("paired"),
    update,
    reboot: () => host.power.reboot(),
    sleep,
    reset,
  };

  // ── the states ──

  /** ms after which this state is left. A session is renewed when idle, in its last tenth. PROTOCOL.md §3.5 */
  const timeoutMs = (): number =>
    state.name === "ready" ? Math.max(1_000, access.renewAt - clock.now()) : STATES[state.name].timeoutMs;

  const leave = (to: ToyState, event: ToyEvent): void => {
    if (STATES[state.name].microphone) {
      host.microphone.stop();
      utterance = undefined;
    }
    const inTurn = TURN_STATES.indexOf(state.name) >= 0;
    const staysInTurn = TURN_STATES.indexOf(to.name) >= 0 && event !== "press";
    if (inTurn && !staysInTurn) host.log("turn_over", event);
    if ((inTurn && !staysInTurn) || STATES[to.name].microphone) stopPlaying(player);
  };

  /** The light first: no sound is taken that it does not show. MISSION C36 */
  const arrive = (): void => {
    const traits = STATES[state.name];
    host.light(traits.light);
    if (traits.microphone) host.microphone.start(heardSound);
    host.log("state", state.name);
    doPending();
  };

  const handle = (event: ToyEvent): void => {
    const step = next(state, event);
    const moved = step.state.name !== state.name;
    if (moved) leave(step.state, event);
    if (step.entered) {
      stopTimeout();
      stopRetry();
      waitingMs = 0;
    }
    state = step.state;
    for (const effect of step.effects) effects[effect]();
    if (moved) arrive();
    if (step.entered) stopTimeout = clock.after(waitingMs + timeoutMs(), () => on("timeout"));
  };

  /** One at a time: what an effect causes is handled after it. */
  on = (event: ToyEvent): void => {
    if (!running) return;
    if (events.length >= MAX_EVENTS) return host.power.reboot();
    events.push(event);
    if (busy) return;
    busy = true;
    try {
      while (events.length > 0) handle(events.shift()!);
    } finally {
      busy = false;
    }
  };

  const stop = (): void => {
    if (!running) return;
    running = false;
    if (STATES[state.name].microphone) host.microphone.stop();
    stopTimeout();
    stopRetry();
    paw.stopHold();
    leavePairing(pairing);
    hangUp();
    host.light("off");
  };

  const start = (): void => {
    stop();
    access = openAccess(host, identity);
    state = firstState(settings.micOff);
    events = [];
    busy = false;
    paw = openPaw();
    pendingEvent = undefined;
    utterance = undefined;
    running = true;
    host.speaker.volume(settings.volume);
    host.light(STATES.boot.light);
    on("started");
  };

  const talk = (why: "button" | "voice"): void => {
    reason = why;
    on("press");
  };

  return {
    start,
    stop,
    talk,
    hush: () => on("release"),
    state: () => state,
    paw: (down) => {
      reason = "button";
      pressPaw(paw, down, clock, () => utterance !== undefined && utterance.voiced, on);
    },
  };
}
