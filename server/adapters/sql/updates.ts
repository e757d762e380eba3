/** Bundles and attempts in SQL. */
import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { MAX_BUNDLES } from "../../bounds.ts";
import type { Bundle, Tally, Updates } from "../../ports/updates.ts";
import { auditRow } from "./audit.ts";
import type { Tables } from "./schema.ts";

type Row = Omit<Selectable<Tables["bundles"]>, "bytes">;

const COLUMNS = [
  "board",
  "version",
  "min_version",
  "size",
  "sha256",
  "signature",
  "percent",
  "paused",
  "published_at",
] as const;

export function sqlUpdates({ db }: { db: Kysely<Tables> }): Updates {
  return {
    async add(bundle, bytes, entry) {
      const { minVersion: min_version, publishedAt: published_at, ...same } = bundle;
      return db.transaction().execute(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("bundles")
          .values({ ...same, min_version, published_at, bytes })
          .onConflict((taken) => taken.columns(["board", "version"]).doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await tx.insertInto("audit").values(auditRow(entry)).execute();
        return true;
      });
    },

    async list() {
      const rows = await db
        .selectFrom("bundles")
        .select(COLUMNS)
        .orderBy("published_at", "desc")
        .orderBy("version", "desc")
        .limit(MAX_BUNDLES)
        .execute();
      return rows.map(bundleOf);
    },

    async change(board, version, stage, entryOf) {
      return db.transaction().execute(async (tx) => {
        // setting nothing is no SQL
        const row = await tx
          .updateTable("bundles")
          .set({
            percent: stage.percent ?? sql<number>`percent`,
            paused: stage.paused ?? sql<boolean>`paused`,
          })
          .where("board", "=", board)
          .where("version", "=", version)
          .returning(COLUMNS)
          .executeTakeFirst();
        if (!row) return undefined;
        const changed = bundleOf(row);
        await tx
          .insertInto("audit")
          .values(auditRow(entryOf(changed)))
          .execute();
        return changed;
      });
    },

    async bytes(board, version) {
      const row = await db
        .selectFrom("bundles")
        .select("bytes")
        .where("board", "=", board)
        .where("version", "=", version)
        .executeTakeFirst();
      return row?.bytes;
    },

    async attempt(deviceId) {
      const row = await db
        .selectFrom("update_attempts")
        .selectAll()
        .where("device_id", "=", deviceId)
        .executeTakeFirst();
      if (!row) return undefined;
      const { version, tries, state, at } = row;
      return { deviceId, version, tries, state, at };
    },

    async keepAttempt({ deviceId, version, tries, state, at }, entry) {
      const kept = { version, tries, state, at };
      return db.transaction().execute(async (tx) => {
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("update_attempts")
          .values({ device_id: deviceId, ...kept })
          .onConflict((there) => {
            const update = there.column("device_id").doUpdateSet(kept);
            if (!entry) return update;
            // two cells see the same end of it: one of them writes it down
            return update.where(
              sql<boolean>`(update_attempts.version, update_attempts.state) != (${version}, ${state})`,
            );
          })
          .executeTakeFirstOrThrow();
        const took = numInsertedOrUpdatedRows === 1n;
        if (entry && took) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return took;
      });
    },

    async tallies() {
      const rows = await db
        .selectFrom("update_attempts")
        .select(["version", "state", sql<number>`count(*)`.as("toys")])
        .groupBy(["version", "state"])
        .execute();
      const tallies = new Map<string, Tally>();
      for (const { version, state, toys } of rows) {
        const tally = tallies.get(version) ?? { offered: 0, ok: 0, failed: 0, refused: 0 };
        tally[state] = Number(toys);
        tallies.set(version, tally);
      }
      return tallies;
    },
  };
}

function bundleOf({ min_version: minVersion, published_at: publishedAt, ...row }: Row): Bundle {
  return { ...row, minVersion, publishedAt };
}
