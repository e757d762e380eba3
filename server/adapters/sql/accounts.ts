/** Accounts in SQL: registrations, people, and the ends of both. */
import type { Kysely, Selectable, Transaction } from "kysely";
import type { Account, Accounts, AuditEntry, Language, Reader } from "../../ports.ts";
import { endSessions } from "./account-sessions.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

type Db = Kysely<Tables>;

export function sqlAccounts({ db }: { db: Db }): Accounts {
  const people = () =>
    db
      .selectFrom("accounts")
      .selectAll()
      .where("deleted_at", "is", null)
      .where("email", "is not", null)
      .$narrowType<Person>();

  return {
    async find(id) {
      return accountOf(await people().where("id", "=", id).executeTakeFirst());
    },

    async findByEmail(email) {
      return accountOf(await people().where("email", "=", email).executeTakeFirst());
    },

    async addRegistration({ tokenHash, email, name, passwordHash, language, expiresAt }, now) {
      await db.deleteFrom("registrations").where("expires_at", "<", now).execute();
      await db
        .insertInto("registrations")
        .values({
          ...{ token_hash: tokenHash, email, name, password_hash: passwordHash },
          ...{ language, expires_at: expiresAt },
        })
        .execute();
    },

    async findRegistration(tokenHash, now) {
      const row = await db
        .selectFrom("registrations")
        .selectAll()
        .where("token_hash", "=", tokenHash)
        .where("expires_at", ">", now)
        .executeTakeFirst();
      return (
        row && {
          tokenHash: row.token_hash,
          email: row.email,
          name: row.name,
          passwordHash: row.password_hash,
          language: row.language,
          expiresAt: row.expires_at,
        }
      );
    },

    async open({ id, email, name, passwordHash, guardianOf, language, createdAt }, entry) {
      return db.transaction().execute(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("accounts")
          .values({
            id,
            email,
            name,
            password_hash: passwordHash,
            guardian_of: guardianOf ?? null,
            language,
            created_at: createdAt,
          })
          .onConflict((taken) => taken.column("email").doNothing())
          .executeTakeFirstOrThrow();
        await tx.deleteFrom("registrations").where("email", "=", email).execute();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async rename(id, name) {
      await db.updateTable("accounts").set({ name }).where("id", "=", id).execute();
    },

    async setLanguage(id, language) {
      await db.transaction().execute(async (tx) => {
        await tx.updateTable("accounts").set({ language }).where("id", "=", id).execute();
        // the receipt comes when the account is gone
        await tx
          .updateTable("deletions")
          .set({ language })
          .where("account_id", "=", id)
          .where("email", "is not", null)
          .execute();
      });
    },

    async reportMail(id) {
      const row = await people().where("id", "=", id).executeTakeFirst();
      return row?.report_mail ?? false;
    },

    async setReportMail(id, wanted) {
      await db.updateTable("accounts").set({ report_mail: wanted }).where("id", "=", id).execute();
    },

    async addReset({ tokenHash, accountId, expiresAt }) {
      await db
        .insertInto("password_resets")
        .values({ token_hash: tokenHash, account_id: accountId, expires_at: expiresAt })
        .execute();
    },

    async findReset(tokenHash, now) {
      const row = await db
        .selectFrom("password_resets")
        .innerJoin("accounts", "accounts.id", "account_id")
        .select("account_id")
        .where("token_hash", "=", tokenHash)
        .where("expires_at", ">", now)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      return row && { accountId: row.account_id };
    },

    async setPassword(id, passwordHash, entry) {
      return db.transaction().execute((tx) => setPassword(tx, id, passwordHash, entry));
    },

    async resetPassword(tokenHash, passwordHash, entry) {
      return db.transaction().execute(async (tx) => {
        // whoever deletes the row has the right to use it: of two at once one
        const reset = await tx
          .deleteFrom("password_resets")
          .where("token_hash", "=", tokenHash)
          .where("expires_at", ">", entry.at)
          .returning("account_id")
          .executeTakeFirst();
        if (!reset) return undefined;
        const accountId = reset.account_id;
        return { accountId, ended: await setPassword(tx, accountId, passwordHash, entry) };
      });
    },

    async close(id, entry) {
      return db.transaction().execute(async (tx) => {
        const account = await tx
          .selectFrom("accounts")
          .select(["email", "language"])
          .where("id", "=", id)
          .where("deleted_at", "is", null)
          .forUpdate()
          .executeTakeFirst();
        if (!account) return undefined;
        const family = await tx
          .selectFrom("accounts")
          .select(["id", "email", "language"])
          .where("guardian_of", "=", id)
          .execute();
        const toys = await tx.selectFrom("toys").select("device_id").where("owner_id", "=", id).execute();
        const ended = await endSessions(tx, [id, ...family.map((guardian) => guardian.id)], entry.at);
        for (const table of ["passkeys", "password_resets"] as const)
          await tx.deleteFrom(table).where("account_id", "=", id).execute();
        await tx
          .updateTable("accounts")
          .set({ deleted_at: entry.at, email: null, name: null, password_hash: null })
          .where("id", "=", id)
          .execute();
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return {
          owner: readerOf(account),
          guardians: family.flatMap((guardian) => readerOf(guardian) ?? []),
          ended,
          toys: toys.map((toy) => toy.device_id),
        };
      });
    },
  };
}

/** Of a row that may have no address, or no longer; undefined then. Without a language it is of before there was one: English. */
export function readerOf(
  row: { email: string | null; language: Language | null } | undefined,
): Reader | undefined {
  const { email = null, language = null } = row ?? {};
  return email === null ? undefined : { email, language: language ?? "en" };
}

async function setPassword(
  tx: Transaction<Tables>,
  id: string,
  passwordHash: string,
  entry: AuditEntry,
): Promise<string[]> {
  const { numUpdatedRows } = await tx
    .updateTable("accounts")
    .set({ password_hash: passwordHash })
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) return [];
  await tx.deleteFrom("password_resets").where("account_id", "=", id).execute();
  await tx.insertInto("audit").values(auditRow(entry)).execute();
  return endSessions(tx, [id], entry.at);
}

type Person = { email: string; name: string; password_hash: string };

function accountOf(row: (Omit<Selectable<Tables["accounts"]>, keyof Person> & Person) | undefined) {
  return (
    row &&
    ({
      id: row.id,
      email: row.email,
      name: row.name,
      passwordHash: row.password_hash,
      guardianOf: row.guardian_of ?? undefined,
      language: row.language,
      createdAt: row.created_at,
    } satisfies Account)
  );
}
