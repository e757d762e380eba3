/** Hours in which a toy sleeps and a parent is not disturbed for little: as the clocks on the wall of that zone show them. MISSION C45 */
import type { ChildProfile } from "./ports.ts";

export type QuietHours = NonNullable<ChildProfile["quietHours"]>;

const DAY_MIN = 1_440;
const MINUTE_MS = 60_000;
/** zones whose clocks are kept wound */
const MAX_CLOCKS = 500;
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  if (clocks.size >= MAX_CLOCKS) clocks.delete(clocks.keys().next().value!);
  clocks.set(timeZone, made);
  return made;
}

/** Minutes since midnight of "20:00". */
function minutesOf(time: string): number {
  const [hour, minute] = time.split(":").map(Number) as [number, number];
  return hour * 60 + minute;
}

/** Minutes that are left of the quiet hours; 0 outside them. They begin at `from` and are over at `to`, over midnight too; from and to alike are none. */
function minutesLeft({ from, to, timeZone }: QuietHours, nowMs: number): number {
  const now = minutesOf(clockOf(timeZone).format(nowMs));
  const since = (now - minutesOf(from) + DAY_MIN) % DAY_MIN;
  const length = (minutesOf(to) - minutesOf(from) + DAY_MIN) % DAY_MIN;
  return since < length ? length - since : 0;
}

/**
 * Whether it is quiet at that moment.
 *
 *     isQuiet({ from: "20:00", to: "07:00", timeZone: "Europe/Berlin" }, clock.now())
 */
export function isQuiet(hours: QuietHours, nowMs: number): boolean {
  return minutesLeft(hours, nowMs) > 0;
}

/** Epoch ms at which it will not be quiet any more; `nowMs` where it is not. On the night the clocks change, an hour off. */
export function quietUntil(hours: QuietHours, nowMs: number): number {
  const left = minutesLeft(hours, nowMs);
  return left === 0 ? nowMs : nowMs - (nowMs % MINUTE_MS) + left * MINUTE_MS;
}
