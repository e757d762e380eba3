/** How much a child may talk with a toy, asked as each turn begins. MISSION A23, B04, C42 */
import type { AccountAllowance } from "./allowances.ts";
import type { LimitLayer } from "./limits.ts";

export interface AgeLimits {
  modelCallsAnHour: number;
  /** of sound, the child's and the bear's; a session ends with a pause of half an hour */
  minutesASession: number;
  turnsASession: number;
  turnsADay: number;
}

/** What a parent chose; null leaves what is usual for the age. */
export type ChosenLimits = { readonly [name in keyof AgeLimits]: number | null };

/** Whose turn it is, and what holds for it now. */
export interface TalkRules extends AccountAllowance {
  accountId: string;
  childId: string;
  limits: AgeLimits;
}

/** Knows whose toy it is; undefined where it has no family. `month`: such as "2026-11" */
export interface TalkBook {
  of(deviceId: string, month: string): Promise<TalkRules | undefined>;
}

export interface TurnAsked {
  turnId: string;
  deviceId: string;
  /** a model of somebody's will be asked */
  asksModels: boolean;
}

export type TurnPermit =
  | { state: "refused"; layer: LimitLayer; retryAfterS: number }
  | {
      /** `spent`: the family's tokens of this month are used up, and no model may be asked */
      state: "granted" | "spent";
      /** that a model may write in one reply */
      maxTokens: number;
      /** Once the turn is over, whatever became of it. */
      over(used: TurnUsed): void;
    };

export interface TurnUsed {
  /** of sound, the child's and the bear's */
  seconds: number;
  /** of models */
  tokens: number;
}

/** Counts a turn as it begins. Rejects where nobody can say whether it may. */
export interface TurnLimiter {
  begin(turn: TurnAsked): Promise<TurnPermit>;
}
