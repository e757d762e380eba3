/** What a model service may do in place of answering. */

/** Why a model did not answer. Its text never holds a key, nor the service's own words. */
export type ModelFault = "auth" | "budget" | "limited" | "timeout" | "cut" | "garbage" | "away";
