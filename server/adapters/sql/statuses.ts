/** How toys fare, in SQL: what a cell has seen of many toys is written in one statement, and a cell that fell silent is believed no more. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { CELL_LEASE_MS } from "../../bounds.ts";
import type { StatusChange, ToyFamily, ToyStatus, ToyStatuses } from "../../ports.ts";
import { openConversation } from "./conversations.ts";
import type { Tables } from "./schema.ts";

type StatusRow = Pick<
  Selectable<Tables["toys"]>,
  | "device_id"
  | "child_id"
  | "owner_id"
  | "cell_id"
  | "pairing_until"
  | "battery_mv"
  | "rssi"
  | "volume"
  | "last_talk_at"
> & { seen_at: number | null };

export function sqlStatuses({ db }: { db: Kysely<Tables> }): ToyStatuses {
  const withCells = () =>
    db
      .selectFrom("toys")
      .leftJoin("cells", "cells.cell_id", "toys.cell_id")
      .select(["device_id", "child_id", "owner_id", "toys.cell_id", "pairing_until"])
      .select(["battery_mv", "rssi", "volume", "last_talk_at", "seen_at"]);

  async function family(deviceId: string): Promise<ToyFamily | undefined> {
    const row = await withCells()
      .innerJoin("children", "children.id", "toys.child_id")
      .select("keeps_transcripts")
      .where("device_id", "=", deviceId)
      .executeTakeFirst();
    const [status] = row ? statusOf(row) : [];
    return row && status && { status, keepsTranscripts: row.keeps_transcripts };
  }

  return {
    async keep(cellId, changes, now) {
      const { rows } = await sql<StatusRow>`
        update toys set
          cell_id = case
            when c.online then ${cellId}
            when not c.online and cell_id = ${cellId} then null
            else cell_id end,
          battery_mv = coalesce(c.battery_mv, toys.battery_mv),
          rssi = coalesce(c.rssi, toys.rssi),
          last_talk_at = greatest(c.talked_at, toys.last_talk_at)
        from jsonb_to_recordset(${JSON.stringify([...changes].map(rowOf))}::jsonb)
          as c(device_id text, online boolean, battery_mv int4, rssi int4, talked_at int8)
        where toys.device_id = c.device_id
        returning toys.device_id, child_id, owner_id, cell_id, pairing_until, toys.battery_mv, toys.rssi,
          volume, last_talk_at, ${now}::int8 as seen_at`.execute(db);
      return rows.flatMap(statusOf);
    },

    async list(accountId) {
      const rows = await withCells().where("owner_id", "=", accountId).orderBy("device_id").execute();
      return rows.flatMap(statusOf);
    },

    family,

    async turnFamily(deviceId, at) {
      const found = await family(deviceId);
      if (!found) return undefined;
      const { status, keepsTranscripts } = found;
      const open = keepsTranscripts && (await openConversation(db, status.childId, deviceId, at));
      return { ...found, conversationId: open ? open.id : undefined };
    },

    async beat(cellId, now) {
      await db
        .insertInto("cells")
        .values({ cell_id: cellId, seen_at: now })
        .onConflict((there) => there.column("cell_id").doUpdateSet({ seen_at: now }))
        .execute();
      await db
        .deleteFrom("cells")
        .where("seen_at", "<", now - 2 * CELL_LEASE_MS)
        .execute();
    },

    async gone(cellId) {
      await db.deleteFrom("cells").where("cell_id", "=", cellId).execute();
      await db.updateTable("toys").set({ cell_id: null }).where("cell_id", "=", cellId).execute();
    },

    async newlyLow(deviceIds) {
      const rows = await db
        .selectFrom("toys")
        .select(["device_id", "owner_id", "child_id"])
        .where(sql<boolean>`device_id = any(${deviceIds}::text[])`)
        .where("battery_low", "=", false)
        .where("owner_id", "is not", null)
        .where("child_id", "is not", null)
        .execute();
      return rows.map((row) => ({
        deviceId: row.device_id,
        accountId: row.owner_id!,
        childId: row.child_id!,
      }));
    },

    async setLow(deviceIds) {
      await db
        .updateTable("toys")
        .set({ battery_low: true })
        .where(sql<boolean>`device_id = any(${deviceIds}::text[])`)
        .execute();
    },

    async setCharged(deviceIds) {
      await db
        .updateTable("toys")
        .set({ battery_low: false })
        .where(sql<boolean>`device_id = any(${deviceIds}::text[])`)
        .where("battery_low", "=", true)
        .execute();
    },
  };
}

function rowOf([deviceId, change]: [string, StatusChange]) {
  return {
    device_id: deviceId,
    online: change.online,
    battery_mv: change.batteryMv,
    rssi: change.rssi,
    talked_at: change.talkedAt,
  };
}

export function statusOf(row: StatusRow): ToyStatus[] {
  if (row.owner_id === null || row.child_id === null) return [];
  return [
    {
      deviceId: row.device_id,
      childId: row.child_id,
      accountId: row.owner_id,
      onlineUntil: row.cell_id === null || row.seen_at === null ? 0 : row.seen_at + CELL_LEASE_MS,
      pairingUntil: row.pairing_until,
      batteryMv: row.battery_mv ?? undefined,
      rssi: row.rssi ?? undefined,
      volume: row.volume ?? undefined,
      lastTalkAt: row.last_talk_at ?? undefined,
    },
  ];
}
