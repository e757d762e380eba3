/** The runner: takes one event at a time through `states`, and does what it decides. */
import { openAccess } from "./access.ts";
import { nothing } from "./bear.ts";
import type { Bear } from "./bear.ts";
import { doPending, lastDone } from "./commands.ts";
import { hangUp, openTimers, perform } from "./effects.ts";
import type { Timers } from "./effects.ts";
import type { Identity, ToyHost } from "./host.ts";
import { leavePairing } from "./pairing.ts";
import { openPaw, pressPaw } from "./paw.ts";
import { loadSettings } from "./settings.ts";
import { firstState, isListening, lightOf, next, timeoutMsOf } from "./states.ts";
import type { ToyEvent, ToyState } from "./states.ts";
import { leaveState, openMicrophone } from "./turns.ts";

/** events that may wait for the one being handled; more mean that its handling died, as where memory ran out */
const MAX_EVENTS = 32;
/** ms past its state's end after which a toy is not well: its timer was lost */
const OVERDUE_MS = 10_000;

export interface Toy {
  /** Begins, or begins again after `stop`. */
  start(): void;
  /** Lets go of everything: microphone, speaker, line, timers. */
  stop(): void;
  /** The paw, debounced: talk while it is down, pair at 5 s of silence, reset at 10 s. */
  paw(down: boolean): void;
  /** The paw was let go at once: the turn it opened goes on, and ends with the speech. */
  tap(): void;
  /** Opens a turn without the paw; by `voice` it ends with the speech, by `button` with `hush`. */
  talk(reason: "button" | "voice"): void;
  hush(): void;
  state(): ToyState;
  /** Whether its timers still ring: what a watchdog asks. */
  isWell(): boolean;
}

function openBear(host: ToyHost, identity: Identity): Bear {
  const settings = loadSettings(host.store, host.hash);
  return {
    host,
    identity,
    settings,
    access: openAccess(host, identity),
    state: firstState(settings.micOff),
    dueAt: 0,
    line: undefined,
    on: nothing,
    turn: 0,
    turnUntil: 0,
    reason: "button",
    utterance: undefined,
    playing: 0,
    buffer: undefined,
    sounding: false,
    waitedMs: 0,
    pairing: false,
    offer: undefined,
    done: lastDone(host.store, host.hash),
    pending: undefined,
    pendingEvent: undefined,
    clip: "",
    clipAt: 0,
    stopCredit: nothing,
    stopPairing: nothing,
  };
}

/** ms after which this state is left. A session is renewed when idle, in its last tenth. PROTOCOL.md §3.5 */
function stayMs(bear: Bear): number {
  const name = bear.state.name;
  return name === "ready" ? Math.max(1_000, bear.access.renewAt - bear.host.clock.now()) : timeoutMsOf(name);
}

/** The light first: no sound is taken that it does not show. MISSION C36 */
function arrive(bear: Bear): void {
  const name = bear.state.name;
  bear.host.light(lightOf(name));
  if (isListening(name)) openMicrophone(bear);
  bear.host.log("state", name);
  doPending(bear);
}

/** Rings at the end of the state: later, where what was heard since has put it off. */
function ringLater(bear: Bear, ms: number): () => void {
  return bear.host.clock.after(ms, () => bear.on("timeout"));
}

export function createToy(host: ToyHost, identity: Identity): Toy {
  const bear = openBear(host, identity);
  const timers: Timers = openTimers();
  let paw = openPaw();
  let running = false;
  let events: ToyEvent[] = [];
  let busy = false;
  let stopTimeout = nothing;

  const handle = (event: ToyEvent): void => {
    const step = next(bear.state, event);
    const moved = step.state.name !== bear.state.name;
    if (moved) leaveState(bear, step.state.name, event);
    if (step.entered) {
      stopTimeout();
      timers.stopRetry();
      timers.waitingMs = 0;
    }
    bear.state = step.state;
    for (const effect of step.effects) perform(bear, timers, effect);
    if (moved) arrive(bear);
    if (step.entered) {
      const ms = timers.waitingMs + stayMs(bear);
      bear.dueAt = host.clock.now() + ms;
      stopTimeout = ringLater(bear, ms);
    }
  };

  /** One at a time: what an effect causes is handled after it. */
  bear.on = (event) => {
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
    if (isListening(bear.state.name)) host.microphone.stop();
    stopTimeout();
    timers.stopRetry();
    paw.stopHold();
    leavePairing(bear);
    hangUp(bear, timers);
    host.light("off");
  };

  const start = (): void => {
    stop();
    bear.access = openAccess(host, identity);
    bear.state = firstState(bear.settings.micOff);
    events = [];
    busy = false;
    paw = openPaw();
    bear.pendingEvent = undefined;
    bear.utterance = undefined;
    running = true;
    host.speaker.volume(bear.settings.volume);
    host.light(lightOf("boot"));
    bear.on("started");
  };

  const press = (down: boolean): void => {
    if (down) bear.reason = "button";
    pressPaw(paw, down, host.clock, () => bear.utterance !== undefined && bear.utterance.voiced, bear.on);
  };

  return {
    start,
    stop,
    paw: press,
    tap: () => {
      if (!isListening(bear.state.name) || bear.utterance === undefined) return press(false);
      paw.stopHold();
      paw.down = false;
      bear.utterance.reason = "voice";
    },
    talk: (why) => {
      bear.reason = why;
      bear.on("press");
    },
    hush: () => bear.on("release"),
    state: () => bear.state,
    isWell: () => !running || host.clock.now() < bear.dueAt + OVERDUE_MS,
  };
}
