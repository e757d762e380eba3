/** How consent moves: none, asked for, granted once it was proven, revoked; each recipient by itself. SAFETY S1 */
import type { NextConsent } from "../../ports.ts";

const TABLE: Record<string, ReturnType<NextConsent>> = {
  "none asked": "pending",
  "pending asked": "pending",
  "revoked asked": "pending",
  // a new notice is asked about while the former consent stands as it was
  "granted asked": undefined,
  "none proven": undefined,
  // who revoked after asking has not consented
  "revoked proven": undefined,
  "pending proven": "granted",
  "granted proven": "granted",
  "pending revoked": "revoked",
  "granted revoked": "revoked",
};

export const nextConsent: NextConsent = (state, event) => TABLE[`${state} ${event}`];
