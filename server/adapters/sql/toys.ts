/** Toys in SQL: each change that decides something is one conditional statement. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Toy, Toys } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

export function sqlToys({ db }: { db: Kysely<Tables> }): Toys {
  return {
    async find(deviceId) {
      const row = await db
        .selectFrom("toys")
        .selectAll()
        .where("device_id", "=", deviceId)
        .executeTakeFirst();
      return row && toyOf(row);
    },

    async add({ deviceId, sealedPrk, pairingCodeHash }, entry) {
      return db.transaction().execute(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("toys")
          .values({ device_id: deviceId, sealed_prk: sealedPrk, pairing_code_hash: pairingCodeHash })
          .onConflict((taken) => taken.column("device_id").doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        if (entry) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async acceptClaim(deviceId, claim, usedNextPrk, entry) {
      const accepting = db
        .updateTable("toys")
        .set({
          boot: claim.boot,
          seq: claim.seq,
          claimed_at: claim.at,
          session_id: claim.sessionId,
          firmware_version: claim.firmwareVersion,
        })
        .$if(usedNextPrk, (update) =>
          update
            .set({ sealed_prk: sql<Uint8Array>`sealed_next_prk`, sealed_next_prk: null })
            .where("sealed_next_prk", "is not", null),
        )
        .where("device_id", "=", deviceId)
        .where(sql<boolean>`(boot, seq) < (${claim.boot}, ${claim.seq})`);
      if (!entry) return (await accepting.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
      // one statement, one way to the database: a claim does not wait for its audit row
      const row = auditRow(entry);
      const { numInsertedOrUpdatedRows } = await db
        .with("accepted", () => accepting.returning("owner_id"))
        .insertInto("audit")
        .columns(["at", "action", "outcome", "actor", "resource", "address", "reason", "account_id"])
        .expression((accepted) =>
          accepted
            .selectFrom("accepted")
            .select([
              sql<number>`${row.at}::int8`.as("at"),
              sql<string>`${row.action}`.as("action"),
              sql<"success">`${row.outcome}`.as("outcome"),
              sql<string>`${row.actor}`.as("actor"),
              sql<string>`${row.resource}::text`.as("resource"),
              sql<string>`${row.address}::text`.as("address"),
              sql<string>`${row.reason}::text`.as("reason"),
              "owner_id as account_id",
            ]),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },

    async quarantine(deviceId, entry) {
      await db.transaction().execute(async (tx) => {
        await tx
          .updateTable("toys")
          .set({ quarantined: true, session_id: null })
          .where("device_id", "=", deviceId)
          .execute();
        if (entry) await tx.insertInto("audit").values(auditRow(entry)).execute();
      });
    },

    async endSession(deviceId) {
      await db.updateTable("toys").set({ session_id: null }).where("device_id", "=", deviceId).execute();
    },

    async currentSessions(deviceIds) {
      const rows = await db
        .selectFrom("toys")
        .select(["device_id", "session_id"])
        .where(sql<boolean>`device_id = any(${deviceIds}::text[])`)
        .where("session_id", "is not", null)
        // a claim may have been accepted in the moment its toy was switched off
        .where("disabled", "=", false)
        .where("quarantined", "=", false)
        .$narrowType<{ session_id: string }>()
        .execute();
      return new Map(rows.map((row) => [row.device_id, row.session_id]));
    },

    async nextCommandId(deviceId) {
      const { last_command_id } = await db
        .updateTable("toys")
        .set((row) => ({ last_command_id: row("last_command_id", "+", 1) }))
        .where("device_id", "=", deviceId)
        .returning("last_command_id")
        .executeTakeFirstOrThrow();
      return last_command_id;
    },
  };
}

function toyOf(row: Selectable<Tables["toys"]>): Toy {
  return {
    deviceId: row.device_id,
    sealedPrk: row.sealed_prk,
    sealedNextPrk: row.sealed_next_prk ?? undefined,
    pairingCodeHash: row.pairing_code_hash,
    disabled: row.disabled,
    quarantined: row.quarantined,
    boot: row.boot,
    seq: row.seq,
    claimedAt: row.claimed_at,
    sessionId: row.session_id ?? undefined,
    firmwareVersion: row.firmware_version ?? undefined,
    ownerId: row.owner_id ?? undefined,
    childId: row.child_id ?? undefined,
  };
}
