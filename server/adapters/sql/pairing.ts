/** Pairing windows in SQL. Each decision is one transaction that holds the toy's row, so that two parents, two cells or a parent and a paw meet there. */
import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import { PAIR_PICKS } from "../../bounds.ts";
import type { AuditEntry, PairingWindow, Pairings } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

/** ms: the toy repeats its EVENT every 2 s until it hears the CUE */
const SAME_PRESS_MS = 10_000;
/** ms that a window is kept after its end, for the app that still asks */
const KEPT_MS = 3_600_000;

type Row = Selectable<Tables["pairing_windows"]>;
type Tx = Transaction<Tables>;

export function sqlPairings({ db }: { db: Kysely<Tables> }): Pairings {
  return {
    async enterMode(deviceId, now, until) {
      await db.transaction().execute(async (tx) => {
        const toy = await lockToy(tx, deviceId);
        if (!toy) return;
        if (toy.pairing_until > now && now - toy.pairing_since < SAME_PRESS_MS) return;
        await tx
          .updateTable("toys")
          .set({ pairing_since: now, pairing_until: until })
          .where("device_id", "=", deviceId)
          .execute();
        await cancelOpen(tx, deviceId);
      });
    },

    async leaveMode(deviceId) {
      await db.transaction().execute(async (tx) => {
        if (!(await lockToy(tx, deviceId))) return;
        await endMode(tx, deviceId);
        await cancelOpen(tx, deviceId);
      });
    },

    async candidate(deviceId) {
      const toy = await db
        .selectFrom("toys")
        .selectAll()
        .where("device_id", "=", deviceId)
        .executeTakeFirst();
      return (
        toy && {
          pairingCodeHash: toy.pairing_code_hash,
          pairingSince: toy.pairing_since,
          pairingUntil: toy.pairing_until,
          owned: toy.owner_id !== null,
          shut: toy.disabled || toy.quarantined,
        }
      );
    },

    async open(window, now) {
      return db.transaction().execute(async (tx) => {
        const { deviceId } = window;
        const toy = await lockToy(tx, deviceId);
        if (!toy || toy.owner_id !== null || toy.disabled || toy.quarantined || toy.pairing_until <= now)
          return { outcome: "refused" };
        if ((await cancelOpen(tx, deviceId, now)) > 0) {
          await endMode(tx, deviceId);
          return { outcome: "twice" };
        }
        const expiresAt = Math.min(window.expiresAt, toy.pairing_until);
        await tx
          .insertInto("pairing_windows")
          .values({
            window_id: window.windowId,
            device_id: deviceId,
            account_id: window.accountId,
            child_id: window.childId,
            choices: window.choices.join(" "),
            words: window.words.join(" "),
            expires_at: expiresAt,
          })
          .execute();
        await tx
          .deleteFrom("pairing_windows")
          .where("expires_at", "<", now - KEPT_MS)
          .execute();
        return { outcome: "opened", expiresAt };
      });
    },

    async find(windowId) {
      const row = await db
        .selectFrom("pairing_windows")
        .selectAll()
        .where("window_id", "=", windowId)
        .executeTakeFirst();
      return row && windowOf(row);
    },

    async pick(windowId, { accountId, address }, words, now) {
      return db.transaction().execute(async (tx) => {
        const former = await lockWindow(tx, windowId);
        if (former?.account_id !== accountId) return undefined;
        if (!isOpen(former, now) || former.picked) return windowOf(former);
        const picked = former.words === words.join(" ");
        const tries = former.tries + 1;
        const lost = !picked && tries >= PAIR_PICKS;
        const row = await change(tx, windowId, {
          picked,
          tries,
          ...(picked && { picked_address: address }),
          ...(lost && { state: "cancelled" as const, words: "" }),
        });
        if (lost) await endMode(tx, row.device_id);
        return windowOf(await settle(tx, row, now));
      });
    },

    async press(windowId, now) {
      return db.transaction().execute(async (tx) => {
        const former = await lockWindow(tx, windowId);
        if (!former || !isOpen(former, now) || former.pressed) return former && windowOf(former);
        return windowOf(await settle(tx, await change(tx, windowId, { pressed: true }), now));
      });
    },

    async cancel(windowId) {
      await db
        .updateTable("pairing_windows")
        .set({ state: "cancelled", words: "" })
        .where("window_id", "=", windowId)
        .where("state", "=", "open")
        .execute();
    },
  };
}

async function lockToy(tx: Tx, deviceId: string): Promise<Selectable<Tables["toys"]> | undefined> {
  return tx.selectFrom("toys").selectAll().where("device_id", "=", deviceId).forUpdate().executeTakeFirst();
}

/** The toy before its window, everywhere: in one order nobody waits in a circle. */
async function lockWindow(tx: Tx, windowId: string): Promise<Row | undefined> {
  await tx
    .selectFrom("toys")
    .select("device_id")
    .where("device_id", "=", (one) =>
      one.selectFrom("pairing_windows").select("device_id").where("window_id", "=", windowId),
    )
    .forUpdate()
    .execute();
  return tx
    .selectFrom("pairing_windows")
    .selectAll()
    .where("window_id", "=", windowId)
    .forUpdate()
    .executeTakeFirst();
}

const isOpen = (row: Row, now: number): boolean => row.state === "open" && row.expires_at > now;

async function change(tx: Tx, windowId: string, set: Partial<Row>): Promise<Row> {
  return tx
    .updateTable("pairing_windows")
    .set(set)
    .where("window_id", "=", windowId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Owner = words picked and paw pressed: the one conditional update, with its audit row. §8.5 */
async function settle(tx: Tx, row: Row, now: number): Promise<Row> {
  if (row.state !== "open" || !row.picked || !row.pressed) return row;
  const { numUpdatedRows } = await tx
    .updateTable("toys")
    .set({ owner_id: row.account_id, child_id: row.child_id, pairing_until: 0 })
    .where("device_id", "=", row.device_id)
    .where("owner_id", "is", null)
    .where("disabled", "=", false)
    .where("quarantined", "=", false)
    .executeTakeFirstOrThrow();
  const paired = numUpdatedRows === 1n;
  const entry: AuditEntry = {
    at: now,
    action: "toy_paired",
    outcome: "success",
    actor: row.account_id,
    resource: row.device_id,
    ...(row.picked_address !== null && { address: row.picked_address }),
  };
  if (paired) await tx.insertInto("audit").values(auditRow(entry)).execute();
  return change(tx, row.window_id, {
    state: paired ? "paired" : "cancelled",
    words: "",
    picked_address: null,
  });
}

async function endMode(tx: Tx, deviceId: string): Promise<void> {
  await tx.updateTable("toys").set({ pairing_until: 0 }).where("device_id", "=", deviceId).execute();
}

/** How many there were that had not run out. */
async function cancelOpen(tx: Tx, deviceId: string, now = 0): Promise<number> {
  const rows = await tx
    .updateTable("pairing_windows")
    .set({ state: "cancelled", words: "" })
    .where("device_id", "=", deviceId)
    .where("state", "=", "open")
    .where(sql<boolean>`expires_at > ${now}`)
    .returning("window_id")
    .execute();
  return rows.length;
}

const wordsOf = (text: string): string[] => (text === "" ? [] : text.split(" "));

function windowOf(row: Row): PairingWindow {
  return {
    windowId: row.window_id,
    deviceId: row.device_id,
    accountId: row.account_id,
    childId: row.child_id,
    choices: wordsOf(row.choices),
    words: wordsOf(row.words),
    state: row.state,
    picked: row.picked,
    pressed: row.pressed,
    tries: row.tries,
    expiresAt: row.expires_at,
  };
}
