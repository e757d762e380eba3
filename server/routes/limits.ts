/** What a family may use and has used, and the cap it set itself; its tier is set by whoever runs the cell. MISSION A23, B04 */
import { z } from "zod";
import { MAX_MONTHLY_TOKENS } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import { monthOf, tokensLeft } from "../limiter/month.ts";
import { tiers } from "../limiter/tiers.ts";
import { TIERS } from "../ports.ts";
import type { AccountAllowance, Allowances, Clock } from "../ports.ts";
import { parentOf } from "./account.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

export interface LimitRoutePorts {
  allowances: Allowances;
  clock: Clock;
}

const monthlyTokens = z.int().min(0).max(MAX_MONTHLY_TOKENS).nullable();
const limitsAnswer = z.object({
  tier: z.enum(TIERS),
  requests_a_minute: z.int(),
  requests_an_hour: z.int(),
  requests_a_day: z.int(),
  tokens_a_reply: z.int(),
  at_once: z.int(),
  /** the family's own cap; null where it set none */
  monthly_tokens: monthlyTokens,
  tokens_this_month: z.int(),
  cap_reached: z.boolean(),
});

function tellLimits(allowance: AccountAllowance): z.infer<typeof limitsAnswer> {
  const { perMinute, perHour, perDay, tokens, concurrent } = tiers[allowance.tier];
  return {
    tier: allowance.tier,
    requests_a_minute: perMinute,
    requests_an_hour: perHour,
    requests_a_day: perDay,
    tokens_a_reply: tokens,
    at_once: concurrent,
    monthly_tokens: allowance.monthlyTokens ?? null,
    tokens_this_month: allowance.tokensUsed,
    cap_reached: tokensLeft(allowance) <= 0,
  };
}

export function limitRoutes(app: App, { allowances, clock }: LimitRoutePorts): void {
  async function allowanceOf(accountId: string): Promise<AccountAllowance> {
    const allowance = await orUnavailable(allowances.of(accountId, monthOf(clock.now())));
    if (!allowance) throw new Refusal("NOT_FOUND");
    return allowance;
  }

  app.route({
    method: "GET",
    url: "/api/v1/me/limits",
    config: { auth: "parent", may: "family.read", limit: "address" },
    schema: { response: { 200: limitsAnswer } },
    handler: async (request) => tellLimits(await allowanceOf(parentOf(request).accountId)),
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/me/limits",
    config: { auth: "parent", may: "family.change", limit: "address" },
    schema: { body: z.strictObject({ monthly_tokens: monthlyTokens }), response: { 200: limitsAnswer } },
    async handler(request) {
      const { accountId } = parentOf(request);
      const tokens = request.body.monthly_tokens ?? undefined;
      const entry = {
        at: clock.now(),
        action: "limits_changed",
        outcome: "success" as const,
        actor: accountId,
        resource: accountId,
        address: request.clientAddress,
        reason: "monthly_tokens",
      };
      if (!(await orUnavailable(allowances.setMonthlyTokens(accountId, tokens, entry))))
        throw new Refusal("NOT_FOUND");
      return tellLimits(await allowanceOf(accountId));
    },
  });

  app.route({
    method: "PUT",
    url: "/api/v1/admin/accounts/:account_id/tier",
    config: { auth: "developer", may: "cell.entitle", limit: "admin" },
    schema: {
      params: z.strictObject({ account_id: z.string().max(64) }),
      body: z.strictObject({ tier: z.enum(TIERS) }),
      response: { 200: z.object({ account_id: z.string(), tier: z.enum(TIERS) }) },
    },
    async handler(request) {
      const { account_id: accountId } = request.params;
      const { tier } = request.body;
      const entry = {
        at: clock.now(),
        action: "tier_changed",
        outcome: "success" as const,
        actor: actorOf(request),
        resource: accountId,
        address: request.clientAddress,
        reason: tier,
      };
      if (!(await orUnavailable(allowances.setTier(accountId, tier, entry)))) throw new Refusal("NOT_FOUND");
      return { account_id: accountId, tier };
    },
  });
}
