/** Kept conversations in SQL: whether a turn may be kept is asked under the child's row, which a revocation holds as well. */
import { sql } from "kysely";
import type { ExpressionBuilder, Kysely, Selectable, Transaction } from "kysely";
import { MAX_CONVERSATION_TURNS, MEMORY_MS } from "../../bounds.ts";
import type { KeptConversation, KeptConversations } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

type Db = Kysely<Tables> | Transaction<Tables>;

/** All words of a child. For whoever else takes them back. */
export async function purgeConversations(db: Db, childId: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("conversations")
    .where("child_id", "=", childId)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** The child keeps what it says, and its parent consents to both: SAFETY S1, S2 */
const keeps = ({ and, exists, selectFrom, ref }: ExpressionBuilder<Tables, "children">) => {
  const granted = (recipient: string) =>
    exists(
      selectFrom("consents")
        .select("recipient")
        .whereRef("consents.child_id", "=", ref("children.id"))
        .where("recipient", "=", recipient)
        .where("state", "=", "granted"),
    );
  const gone = selectFrom("accounts")
    .select("accounts.id")
    .whereRef("accounts.id", "=", ref("children.account_id"))
    .where("deleted_at", "is", null);
  return and([ref("keeps_transcripts"), granted("voice"), granted("transcripts"), exists(gone)]);
};

const keeperOf = (db: Db, childId: string) =>
  db
    .selectFrom("children")
    .select((one) => ["account_id", keeps(one).as("keeps")])
    .where("id", "=", childId);

/**
 * As it is under the child's row: asked in a statement of its own, since one that waits for the row sees the consents as
 * they were before it waited.
 */
async function lockedKeeperOf(tx: Transaction<Tables>, childId: string) {
  await tx.selectFrom("children").select("id").where("id", "=", childId).forUpdate().execute();
  return keeperOf(tx, childId).executeTakeFirst();
}

/** A child's newest conversation with a toy, where a turn that begins then still belongs to it. MISSION A06 */
export const openConversation = (db: Db, childId: string, deviceId: string, at: number) =>
  db
    .selectFrom("conversations")
    .select("id")
    .where("child_id", "=", childId)
    .where("device_id", "=", deviceId)
    .where("last_at", ">", at - MEMORY_MS)
    .where("turns", "<", MAX_CONVERSATION_TURNS)
    .orderBy("last_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();

export function sqlConversations({ db }: { db: Kysely<Tables> }): KeptConversations {
  const own = (accountId: string) =>
    db.selectFrom("conversations").selectAll().where("account_id", "=", accountId);

  return {
    async keeperOf(childId) {
      const row = await keeperOf(db, childId).executeTakeFirst();
      return row && { accountId: row.account_id, keeps: Boolean(row.keeps) };
    },

    async keep(turn, newId) {
      return db.transaction().execute(async (tx) => {
        const keeper = await lockedKeeperOf(tx, turn.childId);
        if (!keeper?.keeps || keeper.account_id !== turn.accountId) return undefined;
        const { deviceId, childId, accountId, at, messages } = turn;
        const lastAt = Math.max(at, ...messages.map((message) => message.at));
        const open = await openConversation(tx, childId, deviceId, at);
        const id = open?.id ?? newId;
        if (!open)
          await tx
            .insertInto("conversations")
            .values({
              id,
              child_id: childId,
              account_id: accountId,
              device_id: deviceId,
              started_at: at,
              last_at: lastAt,
            })
            .execute();
        const added = await tx
          .insertInto("messages")
          .values(
            messages.map(({ role, sealedText, at, action, reason }) => ({
              ...{ conversation_id: id, turn_id: turn.turnId, role, at, action, reason },
              sealed_text: sealedText,
            })),
          )
          .onConflict((there) => there.doNothing())
          .returning("role")
          .execute();
        if (added.length === 0) return id;
        const flagged = messages.some(({ action, reason }) => action !== "allow" && reason !== "unchecked");
        await tx
          .updateTable("conversations")
          .set({
            turns: sql<number>`turns + 1`,
            last_at: sql<number>`greatest(last_at, ${lastAt})`,
            flagged: sql<boolean>`flagged or ${flagged}`,
          })
          .where("id", "=", id)
          .execute();
        return id;
      });
    },

    async list(accountId, { childId, after, most }) {
      let rows = own(accountId);
      if (childId !== undefined) rows = rows.where("child_id", "=", childId);
      if (after) rows = rows.where(sql<boolean>`(last_at, id) < (${after.lastAt}, ${after.conversationId})`);
      const found = await rows.orderBy("last_at", "desc").orderBy("id", "desc").limit(most).execute();
      return found.map(conversationOf);
    },

    async find(accountId, conversationId) {
      const row = await own(accountId).where("id", "=", conversationId).executeTakeFirst();
      return row && conversationOf(row);
    },

    async messages(conversationId) {
      const rows = await db
        .selectFrom("messages")
        .selectAll()
        .where("conversation_id", "=", conversationId)
        .orderBy("at")
        .orderBy("turn_id")
        .orderBy("role", "desc") // the child before the bear
        .execute();
      return rows.map(({ turn_id: turnId, role, sealed_text: sealedText, at, action, reason }) => ({
        ...{ turnId, role, sealedText, at, action, reason },
      }));
    },

    async remove(accountId, conversationId, entry) {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .deleteFrom("conversations")
          .where("account_id", "=", accountId)
          .where("id", "=", conversationId)
          .returning("device_id")
          .executeTakeFirst();
        if (row) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return row?.device_id;
      });
    },

    purge: (childId) => db.transaction().execute((tx) => purgeConversations(tx, childId)),
  };
}

function conversationOf(row: Selectable<Tables["conversations"]>): KeptConversation {
  return {
    conversationId: row.id,
    childId: row.child_id,
    deviceId: row.device_id,
    startedAt: row.started_at,
    lastAt: row.last_at,
    turns: row.turns,
    flagged: row.flagged,
  };
}
