/** The turn of a talking toy: when one starts, what the microphone hears of it, and what ends with it. PROTOCOL.md §7 */
import { nextTurn } from "@bearlink/sdk/protocol";
import type { Bear } from "./bear.ts";
import { stopPlaying } from "./player.ts";
import { isInTurn, isListening } from "./states.ts";
import type { StateName, ToyEvent } from "./states.ts";
import { startUtterance, utter } from "./utterance.ts";

/** ms after which a turn is over, however much is still being said */
const MAX_TURN_MS = 300_000;

export function startTurn(bear: Bear): void {
  bear.turn = nextTurn(bear.turn);
  bear.turnUntil = bear.body.clock.now() + MAX_TURN_MS;
  bear.body.log("turn", bear.turn);
  // a reply that is still playing was stopped as the state was left: §7.3
  startUtterance(bear);
}

/** The microphone opens in its one state, behind the light that says so. */
export function openMicrophone(bear: Bear): void {
  bear.body.microphone.start((samples) => {
    if (bear.utterance !== undefined && utter(bear, samples)) bear.on("release");
  });
}

export function leaveState(bear: Bear, to: StateName, event: ToyEvent): void {
  const from = bear.state.name;
  if (isListening(from)) {
    bear.body.microphone.stop();
    bear.utterance = undefined;
  }
  const leavesTurn = isInTurn(from) && (!isInTurn(to) || event === "press");
  if (leavesTurn) bear.body.log("turn_over", event);
  if (leavesTurn || isListening(to)) stopPlaying(bear);
}
