/** Runs a toy: takes one event at a time through `states`, and does what it decides. */
import { openAccess } from "./access.ts";
import type { Bear } from "./bear.ts";
import { doPending, lastDone } from "./commands.ts";
import { hangUp, perform } from "./effects.ts";
import type { Identity, ToyHost } from "./host.ts";
import { leavePairing } from "./pairing.ts";
import { openPaw, pressPaw } from "./paw.ts";
import { reportWhenDue } from "./report.ts";
import { loadSettings } from "./settings.ts";
import { firstState, isListening, lightOf, next, timeoutMsOf } from "./states.ts";
import type { Step, ToyEvent } from "./states.ts";
import { leaveState, openMicrophone } from "./turns.ts";
import { nothing } from "./nothing.ts";

/** events that may wait for the one being handled; more mean that its handling died, as where memory ran out */
const MAX_EVENTS = 32;
/** ms past its state's end after which a toy is not well: its timer was lost */
const OVERDUE_MS = 10_000;

/** ms after which this state is left. A session is renewed when idle, in its last tenth. PROTOCOL.md §3.5 */
function stayMs(bear: Bear): number {
  const name = bear.state.name;
  if (name !== "ready") return bear.waitingMs + timeoutMsOf(name);
  return Math.max(1_000, bear.access.renewAt - bear.body.clock.now());
}

/** ms until something is due; a second at least: telemetry that is due goes first, in `ring`. */
function untilDue(bear: Bear): number {
  const now = bear.body.clock.now();
  const report = bear.line === undefined ? bear.dueAt : Math.max(bear.reportAt, now + 1_000);
  return Math.max(0, Math.min(bear.dueAt, report) - now);
}

/** Ends the state in time: later, where what was heard since has put that off. The same timer rings for telemetry. */
function ringLater(bear: Bear): void {
  bear.stopTimeout = bear.body.clock.after(untilDue(bear), () => {
    reportWhenDue(bear);
    if (bear.body.clock.now() < bear.dueAt) ringLater(bear);
    else bear.on("timeout");
  });
}

/** The light first: no sound is taken that it does not show. MISSION C36 */
function arrive(bear: Bear): void {
  const name = bear.state.name;
  bear.body.light(lightOf(name));
  if (isListening(name)) openMicrophone(bear);
  bear.body.log("state", name);
  doPending(bear);
}

function enter(bear: Bear): void {
  bear.dueAt = bear.body.clock.now() + stayMs(bear);
  ringLater(bear);
}

function take(bear: Bear, step: Step, event: ToyEvent): void {
  const moved = step.state.name !== bear.state.name;
  if (moved) leaveState(bear, step.state.name, event);
  if (step.entered) {
    bear.stopTimeout();
    bear.stopRetry();
    bear.waitingMs = 0;
  }
  bear.state = step.state;
  for (const effect of step.effects) perform(bear, effect);
  if (moved) arrive(bear);
  if (step.entered) enter(bear);
}

/** One at a time: what an effect causes is handled after it. */
function happen(bear: Bear, event: ToyEvent): void {
  if (!bear.running) return;
  if (bear.events.length >= MAX_EVENTS) return bear.body.power.reboot();
  bear.events.push(event);
  if (bear.busy) return;
  bear.busy = true;
  try {
    while (bear.events.length > 0) {
      const first = bear.events.shift()!;
      take(bear, next(bear.state, first), first);
    }
  } finally {
    bear.busy = false;
  }
}

/** A toy that rests: `startBear` begins. */
export function openBear(body: ToyHost, identity: Identity): Bear {
  const settings = loadSettings(body.store, body.hash);
  const bear: Bear = {
    body,
    identity,
    settings,
    access: openAccess(body, identity),
    state: firstState(settings.micOff),
    dueAt: 0,
    reportAt: 0,
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
    done: lastDone(body.store, body.hash),
    pending: undefined,
    pendingEvent: undefined,
    clip: "",
    clipAt: 0,
    paw: openPaw(),
    running: false,
    events: [],
    busy: false,
    waitingMs: 0,
    stopTimeout: nothing,
    stopRetry: nothing,
    stopCredit: nothing,
    stopPairing: nothing,
  };
  bear.on = (event) => happen(bear, event);
  return bear;
}

/** Lets go of everything: microphone, speaker, line, timers. */
export function stopBear(bear: Bear): void {
  if (!bear.running) return;
  bear.running = false;
  if (isListening(bear.state.name)) bear.body.microphone.stop();
  bear.stopTimeout();
  bear.stopRetry();
  bear.paw.stopHold();
  leavePairing(bear);
  hangUp(bear);
  bear.body.light("off");
}

/** Begins, or begins again after `stopBear`. */
export function startBear(bear: Bear): void {
  stopBear(bear);
  const body = bear.body;
  bear.access = openAccess(body, bear.identity);
  bear.state = firstState(bear.settings.micOff);
  bear.events = [];
  bear.busy = false;
  bear.paw = openPaw();
  bear.pendingEvent = undefined;
  bear.utterance = undefined;
  bear.running = true;
  body.speaker.volume(bear.settings.volume);
  body.light(lightOf("boot"));
  bear.on("started");
}

/** The paw, debounced: talk while it is down, pair at 5 s of silence, reset at 10 s. */
export function pressBear(bear: Bear, down: boolean): void {
  if (down) bear.reason = "button";
  const talked = (): boolean => bear.utterance !== undefined && bear.utterance.voiced;
  pressPaw(bear.paw, down, bear.body.clock, talked, bear.on);
}

/** The paw was let go at once: the turn it opened goes on, and ends with the speech. */
export function tapBear(bear: Bear): void {
  if (!isListening(bear.state.name) || bear.utterance === undefined) return pressBear(bear, false);
  bear.paw.stopHold();
  bear.paw.down = false;
  bear.utterance.reason = "voice";
}

/** Whether its timers still ring: what a watchdog asks. */
export function isWell(bear: Bear): boolean {
  return !bear.running || bear.body.clock.now() < bear.dueAt + OVERDUE_MS;
}
