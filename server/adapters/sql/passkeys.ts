/** Passkeys in SQL. */
import type { Kysely, Selectable } from "kysely";
import { MAX_PASSKEYS } from "../../bounds.ts";
import type { Passkey, Passkeys } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

export function sqlPasskeys({ db }: { db: Kysely<Tables> }): Passkeys {
  return {
    async find(id) {
      const row = await db.selectFrom("passkeys").selectAll().where("id", "=", id).executeTakeFirst();
      return row && passkeyOf(row);
    },

    async list(accountId) {
      const rows = await db
        .selectFrom("passkeys")
        .selectAll()
        .where("account_id", "=", accountId)
        .orderBy("created_at")
        .execute();
      return rows.map(passkeyOf);
    },

    async add(passkey, entry) {
      return db.transaction().execute(async (tx) => {
        // the account's row, so that two who add at once are counted one after the other
        await tx
          .selectFrom("accounts")
          .select("id")
          .where("id", "=", passkey.accountId)
          .forUpdate()
          .execute();
        const { count } = await tx
          .selectFrom("passkeys")
          .select((row) => row.fn.countAll<number>().as("count"))
          .where("account_id", "=", passkey.accountId)
          .executeTakeFirstOrThrow();
        if (count >= MAX_PASSKEYS) return false;
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("passkeys")
          .values({
            id: passkey.id,
            account_id: passkey.accountId,
            public_key: passkey.publicKey,
            counter: passkey.counter,
            transports: passkey.transports.join(" "),
            name: passkey.name,
            created_at: passkey.createdAt,
          })
          .onConflict((taken) => taken.column("id").doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async used(id, counter, now) {
      const { numUpdatedRows } = await db
        .updateTable("passkeys")
        .set({ counter, used_at: now })
        .where("id", "=", id)
        // WebAuthn §6.1.1: keys that are kept in several places do not count, and say 0
        .where((row) =>
          row.or([row("counter", "<", counter), row.and([row("counter", "=", 0), row.val(counter === 0)])]),
        )
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async remove(accountId, id, entry) {
      return db.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("passkeys")
          .where("id", "=", id)
          .where("account_id", "=", accountId)
          .executeTakeFirstOrThrow();
        if (numDeletedRows === 1n) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return numDeletedRows === 1n;
      });
    },
  };
}

function passkeyOf(row: Selectable<Tables["passkeys"]>): Passkey {
  return {
    id: row.id,
    accountId: row.account_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: row.transports.split(" ").filter(Boolean),
    name: row.name,
    createdAt: row.created_at,
    usedAt: row.used_at ?? undefined,
  };
}
