/** What accounts may and have used, in SQL: tiers, caps and the tokens of each month. */
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { AccountAllowance, Allowances, Tier } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

export function sqlAllowances({ db }: { db: Kysely<Tables> }): Allowances {
  const account = (month: string) =>
    db
      .selectFrom("accounts")
      .leftJoin("token_use", (use) =>
        use.onRef("token_use.account_id", "=", "accounts.id").on("token_use.month", "=", month),
      )
      .select(["accounts.tier", "accounts.monthly_tokens", "token_use.tokens"]);

  return {
    async of(accountId, month) {
      const row = await account(month).where("accounts.id", "=", accountId).executeTakeFirst();
      return row && allowanceOf(row);
    },

    async ofToy(deviceId, month) {
      const row = await account(month)
        .innerJoin("toys", "toys.owner_id", "accounts.id")
        .select(["toys.owner_id", "toys.child_id"])
        .where("toys.device_id", "=", deviceId)
        .where("toys.child_id", "is not", null)
        .executeTakeFirst();
      return row && { accountId: row.owner_id!, childId: row.child_id!, ...allowanceOf(row) };
    },

    async setTier(accountId, tier, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("accounts")
          .set({ tier })
          .where("id", "=", accountId)
          .where("deleted_at", "is", null)
          // a guardian has the family's
          .where("guardian_of", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numUpdatedRows === 1n;
      });
    },

    async setMonthlyTokens(accountId, tokens, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("accounts")
          .set({ monthly_tokens: tokens ?? null })
          .where("id", "=", accountId)
          .where("deleted_at", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numUpdatedRows === 1n;
      });
    },

    async spend(accountId, month, tokens) {
      await db
        .insertInto("token_use")
        .values({ account_id: accountId, month, tokens })
        .onConflict((there) =>
          there
            .columns(["account_id", "month"])
            .doUpdateSet({ tokens: sql<number>`token_use.tokens + excluded.tokens` }),
        )
        .execute();
    },

    async tellOnce(accountId, month, at) {
      // a cap of 0 is reached before anything was used
      const row = await db
        .insertInto("token_use")
        .values({ account_id: accountId, month, tokens: 0, told_at: at })
        .onConflict((there) =>
          there
            .columns(["account_id", "month"])
            .doUpdateSet({ told_at: at })
            .where("token_use.told_at", "is", null),
        )
        .returning("month")
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

function allowanceOf(row: {
  tier: Tier;
  monthly_tokens: number | null;
  tokens: number | null;
}): AccountAllowance {
  return { tier: row.tier, monthlyTokens: row.monthly_tokens ?? undefined, tokensUsed: row.tokens ?? 0 };
}
