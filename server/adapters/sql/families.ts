/** The family of development and demonstration, in SQL. */
import type { Kysely } from "kysely";
import { RECIPIENTS } from "../../ports.ts";
import type { Clock, Families } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

const DEMO = { accountId: "demo-account", childId: "demo-child" };

export function sqlFamilies({ db, clock }: { db: Kysely<Tables>; clock: Clock }): Families {
  return {
    async demoFamily() {
      const now = clock.now();
      const consent = {
        child_id: DEMO.childId,
        state: "granted" as const,
        method: "demo",
        notice_version: "demo",
        changed_at: now,
      };
      await db.transaction().execute(async (tx) => {
        // what is there stays as it is: a consent that was revoked is not granted again
        await tx
          .insertInto("accounts")
          .values({ id: DEMO.accountId, created_at: now })
          .onConflict((there) => there.doNothing())
          .execute();
        await tx
          .insertInto("children")
          .values({ id: DEMO.childId, account_id: DEMO.accountId, created_at: now })
          .onConflict((there) => there.doNothing())
          .execute();
        await tx
          .insertInto("consents")
          .values(RECIPIENTS.map((recipient) => ({ ...consent, recipient })))
          .onConflict((there) => there.doNothing())
          .execute();
      });
      return { ...DEMO };
    },

    async pair(deviceId, accountId, childId, by = { actor: accountId }) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("toys")
          .set({ owner_id: accountId, child_id: childId })
          .where("device_id", "=", deviceId)
          .where("owner_id", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows !== 1n) return false;
        const entry = {
          at: clock.now(),
          action: "toy_paired",
          outcome: "success" as const,
          ...{ ...by, accountId, resource: deviceId },
        };
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },
  };
}
