/** For whom a model is asked, and what it may do in place of answering. */

/** Why a model did not answer. Its text never holds a key, nor the service's own words. */
export type ModelFault = "auth" | "budget" | "limited" | "timeout" | "cut" | "garbage" | "away";

/** The turn that a model is asked for. */
export interface AskedFor {
  /** ties a turn's lines together, here and at the service: a UUID that tells nothing of the child. MISSION B21 */
  requestId: string;
  /** of that turn: each line carries its id */
  log: { info(fields: object, message: string): void };
  /** Hears what the models cost, as it is spent. MISSION A23 */
  spent(tokens: number): void;
}
