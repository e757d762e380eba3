/** A month of tokens: which one it is, and what is left of it. MISSION A23 */
import type { AccountAllowance } from "../ports.ts";

/** The (UTC) month of a moment, such as "2026-11". */
export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

/** Infinity where the family set no cap. */
export function tokensLeft({ monthlyTokens, tokensUsed }: AccountAllowance): number {
  return monthlyTokens === undefined ? Infinity : monthlyTokens - tokensUsed;
}
