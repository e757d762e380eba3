/** Decides what a toy does next: one graph of states, pure; the runner does what it says. MISSION C33 */
import { MAX_SESSION_S, MAX_UTTERANCE_S, TOY_GIVES_UP_MS } from "@bearlink/sdk/protocol";
import type { LightPattern } from "./host.ts";

export type StateName =
  | "boot"
  | "wifi"
  | "claiming"
  | "connecting"
  | "pairing"
  | "ready"
  | "listening"
  | "thinking"
  | "speaking"
  | "updating"
  | "recovery";

type Resume = "wifi" | "claiming" | "connecting";

export interface ToyState {
  name: StateName;
  paired: boolean;
  /** the parent switched the microphone off; it beats the button. MISSION C37 */
  micOff: boolean;
  /** failures since the last SUBACK */
  errors: number;
  /** where a toy that failed goes on */
  resume: Resume;
}

export type ToyEvent =
  | "started"
  | "online"
  | "offline"
  | "claimed"
  | "failed"
  | "no_session"
  | "subscribed"
  | "lost"
  | "login_refused"
  | "retry"
  | "press"
  | "release"
  | "hold"
  | "reset"
  | "reply"
  | "heard"
  | "done"
  | "stopped"
  | "refused"
  | "paired"
  | "unpaired"
  | "mic_off"
  | "mic_on"
  | "update"
  | "updated"
  | "reboot"
  | "sleep"
  | "reconnect"
  | "timeout";

export type Effect =
  | "join"
  | "claim"
  | "connect"
  | "hang_up"
  | "back_off"
  | "spread"
  | "start_turn"
  | "end_turn"
  | "cancel_turn"
  | "pair"
  | "accept"
  | "leave_pairing"
  | "say_sorry"
  | "say_offline"
  | "say_paired"
  | "update"
  | "reboot"
  | "sleep"
  | "reset";

export interface Step {
  state: ToyState;
  effects: Effect[];
  /** the state is entered, perhaps anew: its timer starts again */
  entered: boolean;
}

interface Traits {
  light: LightPattern;
  microphone: boolean;
  /** ms after which `timeout` leaves the state; a back-off comes on top */
  timeoutMs: number;
}

const ERRORS_TO_RECOVERY = 3;

function traits(light: LightPattern, timeoutMs: number): Traits {
  return { light, microphone: false, timeoutMs };
}

/** One row a state. The microphone is open in exactly the state whose light says so. MISSION C36 */
export const STATES: Record<StateName, Traits> = {
  boot: traits("starting", 10_000),
  wifi: traits("searching", 30_000),
  claiming: traits("searching", 20_000),
  connecting: traits("searching", 20_000),
  pairing: traits("pairing", 300_000), // PROTOCOL.md §8.1
  ready: traits("off", MAX_SESSION_S * 1000), // the runner renews sooner, §3.5
  listening: { light: "recording", microphone: true, timeoutMs: MAX_UTTERANCE_S * 1000 },
  thinking: traits("thinking", TOY_GIVES_UP_MS),
  speaking: traits("speaking", TOY_GIVES_UP_MS),
  updating: traits("updating", 300_000),
  recovery: traits("trouble", 10_000), // past its back-off, should that timer be lost
};

const ACT: Record<Resume, Effect> = { wifi: "join", claiming: "claim", connecting: "connect" };

type Move = [StateName, Effect[]];

const RENEW: Move = ["claiming", ["hang_up", "claim"]];
const CONNECT: Move = ["connecting", ["connect"]];
const RESET: Move = ["boot", ["reset"]];
const OFFLINE: Effect[] = ["say_offline"];
const OVER: Move = ["ready", []];
const APOLOGISE: Move = ["ready", ["say_sorry"]];
const CANCEL: Move = ["ready", ["cancel_turn"]];
const GIVE_UP: Move = ["ready", ["cancel_turn", "say_sorry"]];
const UTTERED: Move = ["thinking", ["end_turn"]];
const BARGE_IN: Move = ["listening", ["start_turn"]];
const REPLIED: Move = ["speaking", []];
const UNPAIR: Move = ["ready", ["leave_pairing"]];
const REJOIN: Move = ["connecting", ["hang_up", "connect"]];

/**
 * What leads where. Failures, the paw of a toy that may not listen, and flags are in `next`.
 * A row is made when it is asked for: on Espruino code stays in flash, and a table fills memory.
 */
const GRAPH: Record<StateName, () => { [event: string]: Move }> = {
  boot: () => ({ started: ["wifi", ["join"]] }),
  // a session outlives a lost network; without one, connecting leads on to claiming
  wifi: () => ({ online: CONNECT, press: ["wifi", OFFLINE], reset: RESET }),
  claiming: () => ({ claimed: CONNECT, press: ["claiming", OFFLINE], reset: RESET }),
  connecting: () => ({ subscribed: OVER, no_session: RENEW, press: ["connecting", OFFLINE], reset: RESET }),
  pairing: () => ({
    release: ["pairing", ["accept"]],
    hold: UNPAIR,
    timeout: UNPAIR,
    paired: ["ready", ["leave_pairing", "say_paired"]],
    reset: ["boot", ["leave_pairing", "reset"]], // a hold of ten seconds passes here at five
  }),
  ready: () => ({
    press: BARGE_IN,
    hold: ["pairing", ["pair"]],
    timeout: RENEW,
    update: ["updating", ["update"]],
    reboot: ["boot", ["hang_up", "reboot"]],
    sleep: ["boot", ["hang_up", "sleep"]],
    reconnect: ["recovery", ["hang_up", "spread"]],
  }),
  listening: () => ({
    release: UTTERED,
    timeout: UTTERED,
    hold: ["pairing", ["cancel_turn", "pair"]],
    reply: REPLIED,
    mic_off: CANCEL,
  }),
  thinking: () => ({
    press: BARGE_IN,
    heard: ["thinking", []],
    reply: REPLIED,
    timeout: GIVE_UP,
  }),
  speaking: () => ({
    press: BARGE_IN,
    heard: REPLIED,
    timeout: GIVE_UP,
  }),
  updating: () => ({ updated: ["boot", ["hang_up", "reboot"]], failed: REJOIN, timeout: REJOIN }),
  recovery: () => ({ press: ["recovery", OFFLINE], reset: RESET }),
};

/** What ends a turn, in whichever of its three states. PROTOCOL.md §7.4 */
const ENDS: { [event: string]: Move } = { done: OVER, stopped: OVER, refused: APOLOGISE, unpaired: CANCEL };

export const TURN_STATES: StateName[] = ["listening", "thinking", "speaking"];
/** States without a line: one that is lost there is old news. */
const UNLINKED: StateName[] = ["boot", "wifi", "claiming", "updating", "recovery"];

/** Where a toy goes on after this event, if it is a failure in this state; else undefined. */
function failure(state: ToyState, event: ToyEvent): Resume | undefined {
  const name = state.name;
  if (event === "timeout") {
    if (name === "claiming" || name === "connecting") return name;
    return name === "boot" || name === "wifi" ? "wifi" : undefined;
  }
  if (event === "failed") return name === "claiming" ? name : undefined;
  if (event === "offline") return name === "updating" || name === "boot" ? undefined : "wifi";
  if (UNLINKED.indexOf(name) >= 0) return undefined;
  if (event === "lost") return "connecting";
  return event === "login_refused" ? "claiming" : undefined;
}

function fail(state: ToyState, resume: Resume): Step {
  const errors = state.errors + 1;
  const effects: Effect[] = ["hang_up", "back_off"];
  if (state.name === "pairing") effects.push("leave_pairing");
  if (errors === ERRORS_TO_RECOVERY || TURN_STATES.indexOf(state.name) >= 0) effects.push("say_offline");
  const name = errors < ERRORS_TO_RECOVERY ? resume : "recovery";
  return {
    state: { name, paired: state.paired, micOff: state.micOff, errors, resume },
    effects,
    entered: true,
  };
}

/** The state with what an event tells of ownership, the microphone or the line; the same object where it tells nothing. */
function informed(state: ToyState, event: ToyEvent): ToyState {
  const paired = event === "paired" || (state.paired && event !== "unpaired");
  const micOff = event === "mic_off" || (state.micOff && event !== "mic_on");
  const errors = event === "subscribed" && state.name === "connecting" ? 0 : state.errors;
  if (paired === state.paired && micOff === state.micOff && errors === state.errors) return state;
  return { name: state.name, paired, micOff, errors, resume: state.resume };
}

function enter(state: ToyState, name: StateName): ToyState {
  // into recovery without a failure: the server asked the toy to come back
  const resume = name === "recovery" ? "connecting" : state.resume;
  return { name, paired: state.paired, micOff: state.micOff, errors: state.errors, resume };
}

/** The back-off is over, or its timer was lost. */
function mayRetry(state: ToyState, event: ToyEvent): boolean {
  if (state.name === "recovery") return event === "retry" || event === "timeout";
  return event === "retry" && state.errors > 0 && state.name === state.resume;
}

export function firstState(micOff: boolean): ToyState {
  return { name: "boot", paired: false, micOff, errors: 0, resume: "wifi" };
}

/** The next state, and what to do; an event without a meaning there changes nothing. */
export function next(state: ToyState, event: ToyEvent): Step {
  const resume = failure(state, event);
  if (resume !== undefined) return fail(state, resume);
  const now = informed(state, event);
  if (mayRetry(state, event))
    return { state: enter(now, now.resume), effects: [ACT[now.resume]], entered: true };
  const move = (TURN_STATES.indexOf(state.name) < 0 ? undefined : ENDS[event]) ?? GRAPH[state.name]()[event];
  if (move === undefined) return { state: now, effects: [], entered: false };
  // an unpaired toy does not open its microphone, nor one whose parent switched it off. PROTOCOL.md §7.6
  if (move === BARGE_IN && (!now.paired || now.micOff)) {
    return { state: now, effects: ["say_sorry"], entered: false };
  }
  const aside = move[1] === OFFLINE || event === "release";
  if (aside && move[0] === state.name) return { state: now, effects: move[1], entered: false };
  return { state: enter(now, move[0]), effects: move[1], entered: true };
}
