/** What an account may use and has used: its tier and the tokens of a month. MISSION A23, B04 */
import type { AuditEntry } from "./audit.ts";
import type { LimitLayer, LimitStanding } from "./limits.ts";

/** Belongs to the family's account: set by whoever runs the cell, never by the caller. MISSION B04, B16 */
export const TIERS = ["free", "premium", "pro", "enterprise"] as const;
export type Tier = (typeof TIERS)[number];

export interface AccountAllowance {
  tier: Tier;
  /** tokens of models that the family lets itself use in a (UTC) month; undefined where it set no cap */
  monthlyTokens: number | undefined;
  tokensUsed: number;
}

export interface Allowances {
  /** undefined where there is no such account. `month`: such as "2026-11" */
  of(accountId: string, month: string): Promise<AccountAllowance | undefined>;
  /** Of the family that a toy belongs to, with its child; undefined where it has none. */
  ofToy(
    deviceId: string,
    month: string,
  ): Promise<(AccountAllowance & { accountId: string; childId: string }) | undefined>;
  /** With its audit row; false where there is no such family. */
  setTier(accountId: string, tier: Tier, entry: AuditEntry): Promise<boolean>;
  /** undefined: no cap. With its audit row; false where there is no such account. */
  setMonthlyTokens(accountId: string, tokens: number | undefined, entry: AuditEntry): Promise<boolean>;
  spend(accountId: string, month: string, tokens: number): Promise<void>;
  /** true the first time in a month that its cap was reached */
  tellOnce(accountId: string, month: string, at: number): Promise<boolean>;
}

/**
 * How much may be asked of a route, beside what its address and its principal may in all: nothing counted (`exempt`), nothing
 * more (`address`), little because it can be guessed at (`credentials`), little because it costs (`chat models admin keys`),
 * or what the claim's own steps count (PROTOCOL.md §3.3).
 */
export type LimitClass =
  "exempt" | "address" | "credentials" | "chat" | "models" | "admin" | "keys" | "claim";

/** Whose tier a request is under. */
export interface Payer {
  /** of the family's account, whoever of them asks */
  id: string;
  tier: Tier;
}

export interface RequestAsked {
  address: string;
  /** the route's template */
  endpoint: string;
  limit: LimitClass;
  /** it changes nothing */
  reading: boolean;
  /** undefined where nobody is known */
  payer: Payer | undefined;
  /** of this request alone */
  holder: string;
}

export interface RequestDecision {
  /** who refuses; undefined where it passes */
  layer: LimitLayer | undefined;
  retryAfterS: number;
  standing: LimitStanding;
  tier: Tier | "none";
  /** Gives back the place that the request held. */
  release?(): Promise<void>;
}

/** Rejects where the store is away. */
export interface RequestLimiter {
  request(asked: RequestAsked): Promise<RequestDecision>;
}
