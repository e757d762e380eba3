/** Guardians in SQL: an invitation becomes an account in one transaction, and an account that is removed takes its sessions along. */
import type { Kysely } from "kysely";
import type { GuardianInvitation, Guardians } from "../../ports.ts";
import { readerOf } from "./accounts.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

export function sqlGuardians({ db }: { db: Kysely<Tables> }): Guardians {
  return {
    async invite({ id, tokenHash, accountId, email, name, invitedAt, expiresAt }, most, entry) {
      return db.transaction().execute(async (tx) => {
        // two that are invited at once must see each other
        await tx.selectFrom("accounts").select("id").where("id", "=", accountId).forUpdate().execute();
        await tx
          .deleteFrom("invitations")
          .where("account_id", "=", accountId)
          .where((is) => is.or([is("email", "=", email), is("expires_at", "<=", invitedAt)]))
          .execute();
        const invited = await tx
          .selectFrom("invitations")
          .select("id")
          .where("account_id", "=", accountId)
          .execute();
        const active = await tx
          .selectFrom("accounts")
          .select("id")
          .where("guardian_of", "=", accountId)
          .execute();
        if (invited.length + active.length >= most) return false;
        await tx
          .insertInto("invitations")
          .values({
            id,
            token_hash: tokenHash,
            account_id: accountId,
            email,
            name,
            invited_at: invitedAt,
            expires_at: expiresAt,
          })
          .execute();
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async find(tokenHash, now) {
      const row = await db
        .selectFrom("invitations")
        .innerJoin("accounts", "accounts.id", "invitations.account_id")
        .selectAll("invitations")
        .where("token_hash", "=", tokenHash)
        .where("expires_at", ">", now)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      return (
        row &&
        ({
          id: row.id,
          tokenHash: row.token_hash,
          accountId: row.account_id,
          email: row.email,
          name: row.name,
          invitedAt: row.invited_at,
          expiresAt: row.expires_at,
        } satisfies GuardianInvitation)
      );
    },

    async accept(tokenHash, account, entry) {
      return db.transaction().execute(async (tx) => {
        // whoever deletes the row has the right to use it: of two at once one
        const { numDeletedRows } = await tx
          .deleteFrom("invitations")
          .where("token_hash", "=", tokenHash)
          .where("expires_at", ">", entry.at)
          .executeTakeFirstOrThrow();
        if (numDeletedRows !== 1n) return false;
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("accounts")
          .values({
            id: account.id,
            email: account.email,
            name: account.name,
            password_hash: account.passwordHash,
            guardian_of: account.guardianOf ?? null,
            language: account.language,
            created_at: account.createdAt,
          })
          .onConflict((taken) => taken.column("email").doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.deleteFrom("registrations").where("email", "=", account.email).execute();
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async list(accountId, now) {
      const active = await db
        .selectFrom("accounts")
        .selectAll()
        .where("guardian_of", "=", accountId)
        .where("deleted_at", "is", null)
        .orderBy("created_at")
        .execute();
      const invited = await db
        .selectFrom("invitations")
        .selectAll()
        .where("account_id", "=", accountId)
        .where("expires_at", ">", now)
        .orderBy("invited_at")
        .execute();
      return [
        ...active.map(({ id, name, email, created_at }) => ({
          ...{ id, name: name ?? "", email: email ?? "", since: created_at },
          state: "active" as const,
        })),
        ...invited.map(({ id, name, email, invited_at }) => ({
          ...{ id, name, email, since: invited_at },
          state: "invited" as const,
        })),
      ];
    },

    async remove(accountId, id, entry) {
      return db.transaction().execute(async (tx) => {
        const invited = await tx
          .deleteFrom("invitations")
          .where("id", "=", id)
          .where("account_id", "=", accountId)
          .returning("id")
          .executeTakeFirst();
        const sessions = await tx
          .selectFrom("account_sessions")
          .select("id")
          .where("account_id", "=", id)
          .where("ended_at", "is", null)
          .execute();
        const active = invited
          ? undefined
          : await tx
              .deleteFrom("accounts")
              .where("id", "=", id)
              .where("guardian_of", "=", accountId)
              .returning(["email", "language"])
              .executeTakeFirst();
        if (!invited && !active) return undefined;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        if (invited) return { ended: [], guardian: undefined };
        const ended = sessions.map((session) => session.id);
        return { ended, guardian: readerOf(active) };
      });
    },
  };
}
