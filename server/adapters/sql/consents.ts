/** Consent in SQL: how it stands, a record of every change that only grows, and the requests that wait for their proof. */
import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import { CONSENT_TRIES } from "../../bounds.ts";
import { RECIPIENTS } from "../../ports.ts";
import type {
  ConsentEvent,
  ConsentMethodName,
  ConsentRequest,
  Consents,
  NextConsent,
  Recipient,
  ToyGrants,
} from "../../ports.ts";
import { auditRow } from "./audit.ts";
import { purgeConversations } from "./conversations.ts";
import type { Tables } from "./schema.ts";

type Tx = Transaction<Tables>;

/** Of a recipient's part of the notice. */
interface WhatWasRead {
  notice_version: string;
  notice_language: string | null;
  notice_digest: string | null;
}

interface Change {
  event: ConsentEvent;
  /** recipient → what was read of it; undefined keeps what is there */
  recipients: ReadonlyMap<Recipient, WhatWasRead | undefined>;
  method: string | undefined;
  evidence: string | null;
  at: number;
}

/** `next` decides what becomes of a consent; here it is done. */
export function sqlConsents({ db, next }: { db: Kysely<Tables>; next: NextConsent }): Consents {
  /** Moves each recipient on, under the child's row; answers with those that moved. */
  async function move(tx: Tx, childId: string, change: Change): Promise<Recipient[]> {
    const held = await tx.selectFrom("consents").selectAll().where("child_id", "=", childId).execute();
    const moved: Recipient[] = [];
    for (const [recipient, read] of change.recipients) {
      const former = held.find((row) => row.recipient === recipient);
      const state = next(former?.state ?? "none", change.event);
      if (state === undefined || state === "none") continue;
      const row = {
        child_id: childId,
        recipient,
        state,
        method: change.method ?? former?.method ?? "",
        ...readOf(read ?? former),
        evidence: change.evidence ?? former?.evidence ?? null,
      };
      await tx
        .insertInto("consents")
        .values({ ...row, changed_at: change.at })
        .onConflict((there) =>
          there.columns(["child_id", "recipient"]).doUpdateSet({ ...row, changed_at: change.at }),
        )
        .execute();
      await tx
        .insertInto("consent_records")
        .values({ ...row, evidence: change.evidence, at: change.at })
        .execute();
      moved.push(recipient);
    }
    return moved;
  }

  /** false where the child is no more. */
  async function lockChild(tx: Tx, childId: string): Promise<boolean> {
    const row = await tx
      .selectFrom("children")
      .select("id")
      .where("id", "=", childId)
      .forUpdate()
      .executeTakeFirst();
    return row !== undefined;
  }

  return {
    async of(childId) {
      const rows = await db.selectFrom("consents").selectAll().where("child_id", "=", childId).execute();
      return rows.filter(isKnown).map((row) => ({
        recipient: row.recipient,
        state: row.state,
        method: row.method,
        noticeVersion: row.notice_version,
        noticeLanguage: row.notice_language ?? undefined,
        noticeDigest: row.notice_digest ?? undefined,
        changedAt: row.changed_at,
      }));
    },

    async ask(request, at) {
      await db.transaction().execute(async (tx) => {
        if (!(await lockChild(tx, request.childId))) return;
        await tx
          .deleteFrom("consent_requests")
          .where("child_id", "=", request.childId)
          .where("expires_at", "<=", at)
          .execute();
        await tx.insertInto("consent_requests").values(requestRow(request)).execute();
        await move(tx, request.childId, {
          event: "asked",
          recipients: readIn(request),
          method: request.method,
          evidence: null,
          at,
        });
      });
    },

    async tryCode(requestId, accountId, now) {
      const row = await db
        .updateTable("consent_requests")
        .set((one) => ({ tries: one("tries", "+", 1) }))
        .where("request_id", "=", requestId)
        .where("account_id", "=", accountId)
        .where("expires_at", ">", now)
        .where("tries", "<", CONSENT_TRIES)
        .returningAll()
        .executeTakeFirst();
      return row && requestOf(row);
    },

    async prove(requestId, method, evidence, at, entryOf) {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .deleteFrom("consent_requests")
          .where("request_id", "=", requestId)
          .where("method", "=", method)
          .where("expires_at", ">", at)
          .returningAll()
          .executeTakeFirst();
        if (!row) return undefined;
        const request = requestOf(row);
        await lockChild(tx, request.childId);
        const recipients = readIn(request);
        await move(tx, request.childId, { event: "proven", recipients, method, evidence, at });
        await tx
          .insertInto("audit")
          .values(auditRow(entryOf(request)))
          .execute();
        return request;
      });
    },

    async revoke(childId, recipients, entry) {
      return db.transaction().execute(async (tx) => {
        if (!(await lockChild(tx, childId))) return [];
        // who says no has not asked any more either: a proof that comes later proves nothing
        await tx.deleteFrom("consent_requests").where("child_id", "=", childId).execute();
        const revoked = await move(tx, childId, {
          event: "revoked",
          recipients: new Map(recipients.map((recipient) => [recipient, undefined])),
          method: undefined,
          evidence: null,
          at: entry.at,
        });
        // SAFETY S1: in the same stroke, and under the child's row: no turn is written down after it
        if (recipients.some((recipient) => recipient === "voice" || recipient === "transcripts"))
          await purgeConversations(tx, childId);
        if (revoked.length > 0) await tx.insertInto("audit").values(auditRow(entry)).execute();
        return revoked;
      });
    },

    async grants(deviceIds) {
      const rows = await db
        .selectFrom("toys")
        .leftJoin("consents", "consents.child_id", "toys.child_id")
        .leftJoin("accounts", "accounts.id", "toys.owner_id")
        .leftJoin("children", "children.id", "toys.child_id")
        .select([
          "accounts.deleted_at",
          "children.keeps_transcripts",
          isLeaving.as("leaving"),
          "toys.device_id",
          "toys.child_id",
          "toys.owner_id",
          "toys.mic_wished_off",
          "children.sealed_profile",
          "consents.recipient",
          "consents.state",
          "consents.notice_version",
        ])
        .where(sql<boolean>`device_id = any(${deviceIds}::text[])`)
        .where("toys.child_id", "is not", null)
        .execute();
      const found = new Map<string, ToyGrants>();
      for (const row of rows) {
        const grants = found.get(row.device_id) ?? {
          childId: row.child_id!,
          granted: new Map<Recipient, string>(),
          keepsTranscripts: row.keeps_transcripts === true,
          revoked: false,
          micOff: row.mic_wished_off,
          accountId: row.owner_id ?? "",
          sealedProfile: row.sealed_profile ?? undefined,
        };
        found.set(row.device_id, grants);
        // who leaves has taken their consent along, before the job that deletes it runs
        if (row.deleted_at !== null || row.leaving) continue;
        if (row.state === "granted" && isKnown(row)) grants.granted.set(row.recipient, row.notice_version!);
        if (row.state === "revoked" && row.recipient === "voice") grants.revoked = true;
      }
      return found;
    },
  };
}

/** A toy's family, or its child, is to be deleted. */
const isLeaving = sql<boolean>`exists (
  select 1 from deletions where deletions.account_id = toys.owner_id
    and deletions.state in ('scheduled', 'running')
    and (deletions.what = 'account' or deletions.child_id = toys.child_id))`;

const isKnown = <R extends { recipient: string | null }>(row: R): row is R & { recipient: Recipient } =>
  (RECIPIENTS as readonly (string | null)[]).includes(row.recipient);

const readOf = (read: WhatWasRead | undefined): WhatWasRead => ({
  notice_version: read?.notice_version ?? "",
  notice_language: read?.notice_language ?? null,
  notice_digest: read?.notice_digest ?? null,
});

/** What a request's parent read of each recipient. */
function readIn({ versions, language, digests }: ConsentRequest): Map<Recipient, WhatWasRead> {
  const entries = Object.entries(versions) as [Recipient, string][];
  return new Map(
    entries.map(([recipient, version]) => [
      recipient,
      {
        notice_version: version,
        notice_language: language ?? null,
        notice_digest: digests[recipient] ?? null,
      },
    ]),
  );
}

function requestRow(request: ConsentRequest) {
  return {
    request_id: request.requestId,
    child_id: request.childId,
    account_id: request.accountId,
    method: request.method,
    versions: JSON.stringify(request.versions),
    notice_language: request.language ?? null,
    digests: JSON.stringify(request.digests),
    code_hash: request.codeHash ?? null,
    expires_at: request.expiresAt,
  };
}

function requestOf(row: Selectable<Tables["consent_requests"]>): ConsentRequest {
  return {
    requestId: row.request_id,
    childId: row.child_id,
    accountId: row.account_id,
    method: row.method as ConsentMethodName,
    versions: JSON.parse(row.versions) as ConsentRequest["versions"],
    language: row.notice_language ?? undefined,
    digests: JSON.parse(row.digests ?? "{}") as ConsentRequest["digests"],
    codeHash: row.code_hash ?? undefined,
    expiresAt: row.expires_at,
  };
}
