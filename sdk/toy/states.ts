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

/** What a state is like from outside. */
interface Traits {
  light: LightPattern;
  microphone: boolean;
  /** ms after which `timeout` leaves the state; a back-off comes on top */
  timeoutMs: number;
}

const ERRORS_TO_RECOVERY = 3;

/** What the light shows: `recording` in exactly the state whose microphone is open. MISSION C36 */
export function lightOf(name: StateName): LightPattern {
  if (name === "listening") return "recording";
  if (name === "ready") return "off";
  if (name === "boot") return "starting";
  if (name === "recovery") return "trouble";
  return name === "wifi" || name === "claiming" || name === "connecting" ? "searching" : name;
}

export function isListening(name: StateName): boolean {
  return name === "listening";
}

export function timeoutMsOf(name: StateName): number {
  if (name === "listening") return MAX_UTTERANCE_S * 1000;
  if (name === "thinking" || name === "speaking") return TOY_GIVES_UP_MS;
  if (name === "ready") return MAX_SESSION_S * 1000; // the runner renews sooner, §3.5
  if (name === "pairing" || name === "updating") return 300_000; // PROTOCOL.md §8.1
  if (name === "wifi") return 30_000;
  // of recovery: past its back-off, should that timer be lost
  return name === "boot" || name === "recovery" ? 10_000 : 20_000;
}

function traitsOf(name: StateName): Traits {
  return { light: lightOf(name), microphone: isListening(name), timeoutMs: timeoutMsOf(name) };
}

/** Every state; a toy asks for what it needs of one. */
export const STATES: Record<StateName, Traits> = {
  boot: /* @__PURE__ */ traitsOf("boot"),
  wifi: /* @__PURE__ */ traitsOf("wifi"),
  claiming: /* @__PURE__ */ traitsOf("claiming"),
  connecting: /* @__PURE__ */ traitsOf("connecting"),
  pairing: /* @__PURE__ */ traitsOf("pairing"),
  ready: /* @__PURE__ */ traitsOf("ready"),
  listening: /* @__PURE__ */ traitsOf("listening"),
  thinking: /* @__PURE__ */ traitsOf("thinking"),
  speaking: /* @__PURE__ */ traitsOf("speaking"),
  updating: /* @__PURE__ */ traitsOf("updating"),
  recovery: /* @__PURE__ */ traitsOf("recovery"),
};

/**
 * What leads where: a state, an event, the state after it, and what to do. Failures, the paw of a toy that may not listen,
 * and flags are in `next`. A text, made when it is asked for: on Espruino it stays in flash, and a table would fill memory.
 */
export function graph(): string {
  return `
boot started wifi join
wifi online connecting connect
wifi press wifi say_offline
wifi reset boot reset
claiming claimed connecting connect
claiming press claiming say_offline
claiming reset boot reset
connecting subscribed ready
connecting no_session claiming hang_up claim
connecting press connecting say_offline
connecting reset boot reset
pairing release pairing accept
pairing hold ready leave_pairing
pairing timeout ready leave_pairing
pairing paired ready leave_pairing say_paired
pairing reset boot leave_pairing reset
ready press listening start_turn
ready hold pairing pair
ready reset boot reset
ready timeout claiming hang_up claim
ready update updating update
ready reboot boot hang_up reboot
ready sleep boot hang_up sleep
ready reconnect recovery hang_up spread
listening release thinking end_turn
listening timeout thinking end_turn
listening hold pairing cancel_turn pair
listening reply speaking
listening mic_off ready cancel_turn
thinking press listening start_turn
thinking heard thinking
thinking reply speaking
thinking timeout ready cancel_turn say_sorry
speaking press listening start_turn
speaking heard speaking
speaking timeout ready cancel_turn say_sorry
turn done ready
turn stopped ready
turn refused ready say_sorry
turn unpaired ready cancel_turn
updating updated boot hang_up reboot
updating failed connecting hang_up connect
updating timeout connecting hang_up connect
recovery press recovery say_offline
recovery reset boot reset
.`;
}

/** The words after state and event in their row of the graph: the next state, and effects; undefined: no such row. */
function rowOf(from: StateName | "turn", event: ToyEvent): string[] | undefined {
  // Espruino's indexOf finds at a text's end what only begins there: hence the dot, which begins no row
  const rows = graph();
  const start = from + " " + event + " ";
  const at = rows.indexOf("\n" + start) + 1;
  return at === 0 ? undefined : rows.substring(at + start.length, rows.indexOf("\n", at)).split(" ");
}

/** Whether a state is one of the three of a turn; what ends one in any of them stands under `turn`. PROTOCOL.md §7.4 */
export function isInTurn(name: StateName): boolean {
  return name === "listening" || name === "thinking" || name === "speaking";
}

export const TURN_STATES: StateName[] = ["listening", "thinking", "speaking"];

/** States without a line: one that is lost there is old news. */
function isUnlinked(name: StateName): boolean {
  return (
    name === "boot" || name === "wifi" || name === "claiming" || name === "updating" || name === "recovery"
  );
}

/** Where a toy goes on after this event, if it is a failure in this state; else undefined. */
function failure(state: ToyState, event: ToyEvent): Resume | undefined {
  const name = state.name;
  if (event === "timeout") {
    if (name === "claiming" || name === "connecting") return name;
    return name === "boot" || name === "wifi" ? "wifi" : undefined;
  }
  if (event === "failed") return name === "claiming" ? name : undefined;
  if (event === "offline") return name === "updating" || name === "boot" ? undefined : "wifi";
  if (isUnlinked(name)) return undefined;
  if (event === "lost") return "connecting";
  return event === "login_refused" ? "claiming" : undefined;
}

function fail(state: ToyState, resume: Resume): Step {
  const errors = state.errors + 1;
  const effects: Effect[] = ["hang_up", "back_off"];
  if (state.name === "pairing") effects.push("leave_pairing");
  if (errors === ERRORS_TO_RECOVERY || isInTurn(state.name)) effects.push("say_offline");
  const name: StateName = errors < ERRORS_TO_RECOVERY ? resume : "recovery";
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
  const resume: Resume = name === "recovery" ? "connecting" : state.resume;
  return { name, paired: state.paired, micOff: state.micOff, errors: state.errors, resume };
}

/** The back-off is over, or its timer was lost. */
function mayRetry(state: ToyState, event: ToyEvent): boolean {
  if (state.name === "recovery") return event === "retry" || event === "timeout";
  return event === "retry" && state.errors > 0 && state.name === state.resume;
}

/** What a toy that failed does to go on. */
function effectOf(resume: Resume): Effect {
  if (resume === "wifi") return "join";
  return resume === "claiming" ? "claim" : "connect";
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
    return { state: enter(now, now.resume), effects: [effectOf(now.resume)], entered: true };
  const row = (isInTurn(state.name) ? rowOf("turn", event) : undefined) ?? rowOf(state.name, event);
  if (row === undefined) return { state: now, effects: [], entered: false };
  const to = row.shift() as StateName;
  const effects = row as Effect[];
  // an unpaired toy does not open its microphone, nor one whose parent switched it off. PROTOCOL.md §7.6
  if (to === "listening" && (!now.paired || now.micOff)) {
    return { state: now, effects: ["say_sorry"], entered: false };
  }
  const aside = effects[0] === "say_offline" || event === "release";
  if (aside && to === state.name) return { state: now, effects, entered: false };
  return { state: enter(now, to), effects, entered: true };
}
