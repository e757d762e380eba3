/** The light: what it shows is one table, and while the microphone is open nothing can put it out. MISSION C36 */
import type { LightPattern } from "@bearlink/sdk/toy";
import { BOARD } from "../boards/board.ts";

/** ms a step of a pattern lasts */
const STEP_MS = 200;

let steps = "0";
let at = 0;
let timer: number | undefined;
let microphoneOpen = false;

function patternOf(light: LightPattern): string {
  if (light === "off") return "0";
  if (light === "starting") return "10";
  if (light === "searching") return "10000";
  if (light === "pairing") return "1100";
  if (light === "thinking") return "1110";
  if (light === "speaking") return "111110";
  if (light === "updating") return "101000";
  if (light === "trouble") return "1010100000";
  return "1";
}

function shine(): void {
  digitalWrite(BOARD.LIGHT, microphoneOpen || steps.charAt(at) === "1");
  at = (at + 1) % steps.length;
}

export function showLight(light: LightPattern): void {
  steps = patternOf(light);
  at = 0;
  if (timer !== undefined) clearInterval(timer);
  timer = steps.length > 1 ? (setInterval(shine, STEP_MS) as unknown as number) : undefined;
  shine();
}

/** The microphone's own hand on the light: it opens only through this. */
export function holdLight(open: boolean): void {
  microphoneOpen = open;
  at = 0;
  shine();
}
