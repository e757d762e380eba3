/** The paw: a button to ground, debounced; what a press means is decided by sdk/toy. */
import { BOARD } from "../boards/board.ts";

const DEBOUNCE_MS = 25;

export function watchPaw(paw: (down: boolean) => void): void {
  pinMode(BOARD.PAW, "input_pullup");
  setWatch((event) => paw(!event.state), BOARD.PAW, { repeat: true, edge: "both", debounce: DEBOUNCE_MS });
}
