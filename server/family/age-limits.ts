/** How much a child of an age may talk; a parent may lower each of these, and raise none. MISSION C42 */
import type { AgeLimits, ChosenLimits } from "../ports.ts";

/** By the first year of each band, the oldest first. */
const BANDS: readonly (readonly [number, AgeLimits])[] = [
  [11, { modelCallsAnHour: 50, minutesASession: 45, turnsASession: 100, turnsADay: 1_500 }],
  [9, { modelCallsAnHour: 45, minutesASession: 35, turnsASession: 95, turnsADay: 1_200 }],
  [7, { modelCallsAnHour: 40, minutesASession: 25, turnsASession: 90, turnsADay: 800 }],
  [5, { modelCallsAnHour: 30, minutesASession: 15, turnsASession: 75, turnsADay: 400 }],
  [0, { modelCallsAnHour: 20, minutesASession: 10, turnsASession: 50, turnsADay: 200 }],
];

/** What is usual for the age; whoever is older than the oldest band has its limits. */
export function usualLimits(age: number): AgeLimits {
  return BANDS.find(([from]) => age >= from)![1];
}

export const NOTHING_CHOSEN: ChosenLimits = {
  modelCallsAnHour: null,
  minutesASession: null,
  turnsASession: null,
  turnsADay: null,
};

const MANY = 1_000_000_000;
/** For a child that there is not. */
export const UNLIMITED: AgeLimits = {
  modelCallsAnHour: MANY,
  minutesASession: MANY,
  turnsASession: MANY,
  turnsADay: MANY,
};

/** What holds: the lower of what is usual and what the parent chose. */
export function limitsOf(age: number, chosen: ChosenLimits = NOTHING_CHOSEN): AgeLimits {
  const usual = usualLimits(age);
  const lower = (name: keyof AgeLimits): number => Math.min(usual[name], chosen[name] ?? usual[name]);
  return {
    modelCallsAnHour: lower("modelCallsAnHour"),
    minutesASession: lower("minutesASession"),
    turnsASession: lower("turnsASession"),
    turnsADay: lower("turnsADay"),
  };
}
