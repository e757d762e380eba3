/** The paw: a button to ground, debounced. Held, it talks while it is down; tapped, the turn ends with the speech. */
import { isInTurn, pressBear, tapBear } from "@bearlink/sdk/toy";
import type { Bear } from "@bearlink/sdk/toy";
import { BOARD } from "../boards/board.ts";
import { openSetup } from "../host/setup.ts";

const DEBOUNCE_MS = 25;
/** s; nobody says a word in less */
const TAP_S = 0.4;
/** s that mean a wish: to be paired, or told of another network. PROTOCOL.md §8.1, §12.4 */
const HOLD_S = 5;

let pressedAt = 0;

function moved(bear: Bear, down: boolean): void {
  if (down) pressedAt = getTime();
  const held = getTime() - pressedAt;
  // a toy in development has its console for that, and needs it; and who has talked so long means no gesture
  if (PRODUCTION && held >= HOLD_S && !isInTurn(bear.state.name)) openSetup();
  if (!down && held < TAP_S) tapBear(bear);
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
