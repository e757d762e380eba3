/** Whose a toy is, in SQL: a change of owner is one conditional update with its audit row, and ends the toy's session in the same stroke. */
import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { AuditEntry, OwnToy, Ownership, RekeyStep } from "../../ports.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";
import { statusOf } from "./statuses.ts";

type Tx = Transaction<Tables>;

export function sqlOwnership({ db }: { db: Kysely<Tables> }): Ownership {
  const own = (accountId: string) =>
    db
      .selectFrom("toys")
      .leftJoin("cells", "cells.cell_id", "toys.cell_id")
      .selectAll("toys")
      .select("seen_at")
      .where("owner_id", "=", accountId)
      .orderBy("device_id");

  /** Hands the toy over, to nobody too, where `fits` holds and its key is still the one that was read. */
  async function handOver(
    deviceId: string,
    fits: (toy: Selectable<Tables["toys"]>) => boolean,
    to: { accountId: string; childId: string } | undefined,
    rekey: RekeyStep,
    entriesOf: (formerId: string) => readonly AuditEntry[],
  ): Promise<"done" | "none" | "changed"> {
    return db.transaction().execute(async (tx) => {
      const toy = await tx
        .selectFrom("toys")
        .selectAll()
        .where("device_id", "=", deviceId)
        .forUpdate()
        .executeTakeFirst();
      if (!toy || !fits(toy)) return "none";
      if (Buffer.compare(toy.sealed_prk, rekey.sealedPrk) !== 0) return "changed";
      await tx
        .updateTable("toys")
        .set({
          owner_id: to?.accountId ?? null,
          child_id: to?.childId ?? null,
          session_id: null,
          pairing_until: 0,
          transfer_code_hash: null,
          transfer_until: 0,
          // never two steps ahead: one that was offered already stands. PROTOCOL.md §11
          sealed_next_prk: toy.sealed_next_prk ?? rekey.sealedNextPrk,
          reset_at: null,
          // what one family set is nothing to the next
          ...{ sealed_name: null, volume: null, mic_wished_off: false, last_talk_at: null },
        })
        .where("device_id", "=", deviceId)
        .execute();
      for (const entry of entriesOf(toy.owner_id!)) await note(tx, entry);
      return "done";
    });
  }

  return {
    list: async (accountId) => (await own(accountId).execute()).map(ownToy),

    async find(accountId, deviceId) {
      const row = await own(accountId).where("device_id", "=", deviceId).executeTakeFirst();
      return row && ownToy(row);
    },

    unpair: (deviceId, accountId, rekey, entry) =>
      handOver(
        deviceId,
        (toy) => toy.owner_id === accountId,
        undefined,
        rekey,
        () => [entry],
      ),

    async offerTransfer(deviceId, accountId, { hash, until }, entry) {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("toys")
          .set({ transfer_code_hash: hash, transfer_until: until })
          .where("device_id", "=", deviceId)
          .where("owner_id", "=", accountId)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await note(tx, entry);
        return numUpdatedRows === 1n;
      });
    },

    transfer: (deviceId, codeHash, to, rekey, at, entriesOf) =>
      handOver(
        deviceId,
        (toy) =>
          toy.owner_id !== null &&
          toy.owner_id !== to.accountId &&
          toy.transfer_until > at &&
          toy.transfer_code_hash !== null &&
          Buffer.compare(toy.transfer_code_hash, codeHash) === 0,
        to,
        rekey,
        entriesOf,
      ),

    async noteReset(deviceId, entry, quietMs) {
      return db.transaction().execute(async (tx) => {
        // what it forgot it is owed again, however often it forgets
        await tx.updateTable("toys").set({ volume_told: null }).where("device_id", "=", deviceId).execute();
        const { numUpdatedRows } = await tx
          .updateTable("toys")
          .set({ reset_at: entry.at })
          .where("device_id", "=", deviceId)
          .where((toy) => toy.or([toy("reset_at", "is", null), toy("reset_at", "<=", entry.at - quietMs)]))
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) await note(tx, entry);
        return numUpdatedRows === 1n;
      });
    },

    async takeRekey(deviceId, sessionId) {
      const { numUpdatedRows } = await db
        .updateTable("toys")
        .set({ rekey_session: sessionId })
        .where("device_id", "=", deviceId)
        .where("session_id", "=", sessionId)
        .where("sealed_next_prk", "is not", null)
        .where(sql<boolean>`rekey_session is distinct from ${sessionId}`)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async wish(deviceId, accountId, { sealedName, volume, micWishedOff }) {
      const { numUpdatedRows } = await db
        .updateTable("toys")
        .set({ device_id: deviceId }) // nothing is a wish too
        .$if(sealedName !== undefined, (update) => update.set({ sealed_name: sealedName! }))
        .$if(volume !== undefined, (update) => update.set({ volume: volume! }))
        .$if(micWishedOff !== undefined, (update) => update.set({ mic_wished_off: micWishedOff! }))
        .where("device_id", "=", deviceId)
        .where("owner_id", "=", accountId)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async restore(deviceId, accountId, entry) {
      return db.transaction().execute(async (tx) => {
        const toy = await tx
          .selectFrom("toys")
          .select("quarantined")
          .where("device_id", "=", deviceId)
          .where("owner_id", "=", accountId)
          .forUpdate()
          .executeTakeFirst();
        if (!toy?.quarantined) return toy !== undefined;
        await tx.updateTable("toys").set({ quarantined: false }).where("device_id", "=", deviceId).execute();
        await note(tx, entry);
        return true;
      });
    },

    async dues(deviceId) {
      const row = await db
        .selectFrom("toys")
        .select(["mic_off", "mic_wished_off", "volume", "volume_told"])
        .where("device_id", "=", deviceId)
        .executeTakeFirst();
      return (
        row && {
          micOff: row.mic_off,
          micWishedOff: row.mic_wished_off,
          volume: row.volume ?? undefined,
          volumeTold: row.volume_told ?? undefined,
        }
      );
    },

    async setVolumeTold(deviceId, volume) {
      await db.updateTable("toys").set({ volume_told: volume }).where("device_id", "=", deviceId).execute();
    },

    async setMicOff(deviceId, off) {
      await db.updateTable("toys").set({ mic_off: off }).where("device_id", "=", deviceId).execute();
    },
  };
}

async function note(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.insertInto("audit").values(auditRow(entry)).execute();
}

function ownToy(row: Selectable<Tables["toys"]> & { seen_at: number | null }): OwnToy {
  return {
    deviceId: row.device_id,
    childId: row.child_id!,
    firmwareVersion: row.firmware_version ?? undefined,
    claimedAt: row.claimed_at,
    disabled: row.disabled,
    quarantined: row.quarantined,
    micOff: row.mic_off,
    micWishedOff: row.mic_wished_off,
    sealedName: row.sealed_name ?? undefined,
    resetAt: row.reset_at ?? undefined,
    status: statusOf(row)[0]!,
  };
}
