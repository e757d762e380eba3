/** Toys in SQL: each change that decides something is one conditional statement. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { AcceptedClaim, AuditEntry, Toy, Toys } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import { compiled } from "./compiled.ts";
import type { Tables } from "./schema.ts";

type Accepted = AcceptedClaim & { deviceId: string };
type Told = Accepted &
  Required<Pick<AuditEntry, "action" | "actor">> & {
    entryAt: number;
    outcome: AuditEntry["outcome"];
  } & Record<"resource" | "address" | "reason", string | null>;

const NO_ENTRY = { resource: null, address: null, reason: null };

/** A claim is the one thing that every toy does as often as its Wi-Fi fails. */
function acceptance(db: Kysely<Tables>, usedNextPrk: boolean) {
  const update = ({ deviceId, boot, seq, at, sessionId, firmwareVersion }: Accepted) =>
    db
      .updateTable("toys")
      .set({ boot, seq, claimed_at: at, session_id: sessionId, firmware_version: firmwareVersion })
      .$if(usedNextPrk, (update) =>
        update
          .set({ sealed_prk: sql<Uint8Array>`sealed_next_prk`, sealed_next_prk: null })
          .where("sealed_next_prk", "is not", null),
      )
      .where("device_id", "=", deviceId)
      .where(sql<boolean>`(boot, seq) < (${boot}, ${seq})`);
  return {
    untold: compiled(db, update),
    // one statement, one way to the database: a claim does not wait for its audit row
    told: compiled(db, (told: Told) =>
      db
        .with("accepted", () => update(told).returning("owner_id"))
        .insertInto("audit")
        .columns(["at", "action", "outcome", "actor", "resource", "address", "reason", "account_id"])
        .expression((accepted) =>
          accepted
            .selectFrom("accepted")
            .select([
              sql<number>`${told.entryAt}::int8`.as("at"),
              sql<string>`${told.action}`.as("action"),
              sql<"success">`${told.outcome}`.as("outcome"),
              sql<string>`${told.actor}`.as("actor"),
              sql<string>`${told.resource}::text`.as("resource"),
              sql<string>`${told.address}::text`.as("address"),
              sql<string>`${told.reason}::text`.as("reason"),
              "owner_id as account_id",
            ]),
        ),
    ),
  };
}

export function sqlToys({ db }: { db: Kysely<Tables> }): Toys {
  const accepting = { current: acceptance(db, false), next: acceptance(db, true) };
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
      const { told, untold } = accepting[usedNextPrk ? "next" : "current"];
      const accepted = { deviceId, ...claim };
      const { numAffectedRows } = entry
        ? await told({ ...accepted, ...NO_ENTRY, ...entry, entryAt: entry.at })
        : await untold(accepted);
      return numAffectedRows === 1n;
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
