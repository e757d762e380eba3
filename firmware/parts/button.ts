/** The paw: a button to ground, debounced. Held, it talks while it is down; tapped, the turn ends with the speech. */
import { pressBear, tapBear } from "@bearlink/sdk/toy";
import type { Bear } from "@bearlink/sdk/toy";
import { BOARD } from "../boards/board.ts";

const DEBOUNCE_MS = 25;
/** s; nobody says a word in less */
const TAP_S = 0.4;

let pressedAt = 0;

function moved(bear: Bear, down: boolean): void {
  if (down) pressedAt = getTime();
  if (!down && getTime() - pressedAt < TAP_S) tapBear(bear);
  else pressBear(bear, down);
}

export function watchPaw(bear: Bear): void {
  pinMode(BOARD.PAW, "input_pullup");
  setWatch((event) => moved(bear, !event.state), BOARD.PAW, {
    repeat: true,
    edge: "both",
    debounce: DEBOUNCE_MS,
  });
}
