/** What a battery's voltage says: one cell of lithium, at rest or nearly so. MISSION C38 */

/** mV and percent, highest first: a common discharge curve of a 3.7 V cell at a fifth of its capacity an hour. Not measured on our own cells. */
const CURVE: readonly (readonly [number, number])[] = [
  [4_200, 100],
  [4_060, 90],
  [3_980, 80],
  [3_920, 70],
  [3_870, 60],
  [3_820, 50],
  [3_790, 40],
  [3_770, 30],
  [3_740, 20],
  [3_680, 10],
  [3_500, 5],
  [3_300, 0],
];
/** mV that no cell has: the toy hangs on a cable */
const ABSENT_MV = 1_000;
/** mV at which a parent is told, and at which the battery counts as charged again */
const LOW_MV = 3_500;
const CHARGED_MV = 3_800;

/** Percent between two points of the curve; null where there is no battery to tell of. */
export function batteryPercent(mv: number | undefined): number | null {
  if (mv === undefined || mv <= ABSENT_MV) return null;
  const above = CURVE.findLast(([at]) => at >= mv);
  const below = CURVE.find(([at]) => at <= mv);
  if (!above) return 100;
  if (!below) return 0;
  const [highMv, high] = above;
  const [lowMv, low] = below;
  if (highMv === lowMv) return high;
  return Math.round(low + ((high - low) * (mv - lowMv)) / (highMv - lowMv));
}

/** "between": neither, so that a battery at the edge tells once and not at every look. */
export function batteryState(mv: number): "low" | "between" | "charged" {
  if (mv > ABSENT_MV && mv <= LOW_MV) return "low";
  return mv >= CHARGED_MV || mv <= ABSENT_MV ? "charged" : "between";
}
