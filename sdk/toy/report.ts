/** What the toy tells of itself once it is connected, and every five minutes from then on. PROTOCOL.md §5 */
import { UP } from "@bearlink/sdk/protocol";
import { tell } from "./bear.ts";
import type { Bear } from "./bear.ts";

const EVERY_MS = 300_000;

export function report(bear: Bear): void {
  bear.reportAt = bear.body.clock.now() + EVERY_MS;
  if (bear.body.telemetry !== undefined) tell(bear, UP.TELEMETRY, bear.body.telemetry());
}

/** Where it is time. */
export function reportWhenDue(bear: Bear): void {
  if (bear.line !== undefined && bear.body.clock.now() >= bear.reportAt) report(bear);
}
