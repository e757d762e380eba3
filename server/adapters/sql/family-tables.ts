/** Every table that holds something of a family: which rows are whose, what an export tells of them, and how a deletion makes them gone. SAFETY S5 */
import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import { EXPORT_PAGE_ROWS } from "../../bounds.ts";
import type { ExportSection } from "../../ports.ts";
import type { Tables } from "./schema.ts";

type Rows = (id: string) => RawBuilder<boolean>;

export interface FamilyTable {
  /** Which rows are of a family, by its account. */
  ofAccount: Rows;
  /** Which are of one child; undefined where a row is of nobody alone. */
  ofChild?: Rows;
  /** the columns that an export tells; or the section that opens what is sealed; or why it tells nothing */
  tells: readonly string[] | { section: string } | { nothing: string };
  /** `cascade`: with the account or the child it hangs on; `delete`: by itself; or why it stays */
  goes: "cascade" | "delete" | { stays: string };
}

const is =
  (column: string): Rows =>
  (id) =>
    sql<boolean>`${sql.ref(column)} = ${id}`;
const ofFamily =
  (column: string): Rows =>
  (id) =>
    sql<boolean>`${sql.ref(column)} in (select id from accounts where id = ${id} or guardian_of = ${id})`;
const ofItsChildren: Rows = (id) =>
  sql<boolean>`child_id in (select id from children where account_id = ${id})`;
const through =
  (column: string, table: string, rows: Rows): Rows =>
  (id) =>
    sql<boolean>`${sql.ref(column)} in (select id from ${sql.table(table)} where ${rows(id)})`;
const none: Rows = () => sql<boolean>`false`;

const childsOwn = { ofAccount: ofItsChildren, ofChild: is("child_id"), goes: "cascade" as const };

/** In the order in which a deletion counts and deletes them. A table added to the schema is added here, or a test fails. */
export const familyTables: Record<string, FamilyTable> = {
  jobs: {
    ofAccount: is("about"),
    tells: { nothing: "work that is still to be done, told of by what it is about" },
    goes: "delete",
  },
  deletions: {
    ofAccount: is("account_id"),
    tells: ["id", "what", "state", "requested_at", "due_at", "done_at", "receipt"],
    goes: "delete",
  },
  export_parts: {
    ofAccount: through("export_id", "exports", is("account_id")),
    // a file made before a child left tells of it
    ofChild: through(
      "export_id",
      "exports",
      (id) => sql<boolean>`account_id = (select account_id from children where id = ${id})`,
    ),
    tells: { nothing: "copies of all this" },
    goes: "delete",
  },
  exports: {
    ofAccount: is("account_id"),
    ofChild: (id) => sql<boolean>`account_id = (select account_id from children where id = ${id})`,
    tells: ["id", "state", "requested_at", "ready_at", "expires_at", "size"],
    goes: "delete",
  },
  messages: {
    ofAccount: through("conversation_id", "conversations", is("account_id")),
    ofChild: through("conversation_id", "conversations", is("child_id")),
    tells: { section: "conversations" },
    goes: "cascade",
  },
  conversations: {
    ofAccount: is("account_id"),
    ofChild: is("child_id"),
    tells: { section: "conversations" },
    goes: "cascade",
  },
  usage_days: {
    ...childsOwn,
    tells: ["child_id", "day", "turns", "talked_ms", "conversations", "redirected", "escalated"],
  },
  reports: {
    ...childsOwn,
    tells: [
      "id",
      "child_id",
      "week",
      "turns",
      "minutes",
      "conversations",
      "redirected",
      "escalated",
      "by_day",
    ],
  },
  consents: {
    ...childsOwn,
    tells: [
      ...["child_id", "recipient", "state", "method"],
      ...["notice_version", "notice_language", "notice_digest", "evidence", "changed_at"],
    ],
  },
  consent_records: {
    ...childsOwn,
    tells: [
      ...["child_id", "recipient", "state", "method"],
      ...["notice_version", "notice_language", "notice_digest", "evidence", "at"],
    ],
  },
  consent_requests: {
    ...childsOwn,
    tells: { nothing: "they wait for a proof for a while; what came of them is in consent_records" },
  },
  pairing_windows: { ...childsOwn, tells: { nothing: "they last three minutes" } },
  toys: {
    ofAccount: is("owner_id"),
    ofChild: is("child_id"),
    tells: [
      "device_id",
      "child_id",
      "firmware_version",
      "claimed_at",
      "mic_off",
      "reset_at",
      "last_talk_at",
      "volume",
    ],
    goes: { stays: "a toy is unpaired before, and is then nobody's" },
  },
  update_attempts: {
    ofAccount: none,
    tells: { nothing: "of a toy's program, whoever has it" },
    goes: { stays: "of a toy's program, whoever has it" },
  },
  children: {
    ofAccount: is("account_id"),
    ofChild: is("id"),
    tells: { section: "children" },
    goes: "cascade",
  },
  credentials: {
    ofAccount: is("owner_id"),
    tells: ["id", "provider", "name", "version", "created_at", "rotated_at", "expires_at"],
    goes: "delete",
  },
  alerts: {
    ofAccount: is("account_id"),
    ofChild: is("child_id"),
    tells: ["id", "kind", "severity", "device_id", "child_id", "details", "at", "read"],
    goes: "cascade",
  },
  token_use: { ofAccount: is("account_id"), tells: ["month", "tokens", "told_at"], goes: "cascade" },
  passkeys: {
    ofAccount: ofFamily("account_id"),
    tells: ["account_id", "name", "created_at", "used_at"],
    goes: "cascade",
  },
  password_resets: {
    ofAccount: ofFamily("account_id"),
    tells: { nothing: "the key of a link in a mail" },
    goes: "cascade",
  },
  refresh_tokens: {
    ofAccount: through("session_id", "account_sessions", ofFamily("account_id")),
    tells: { nothing: "keys" },
    goes: "cascade",
  },
  account_sessions: {
    ofAccount: ofFamily("account_id"),
    tells: ["account_id", "role", "signed_in_at", "used_at", "ended_at", "device", "address"],
    goes: "cascade",
  },
  invitations: {
    ofAccount: is("account_id"),
    tells: ["id", "email", "name", "invited_at", "expires_at"],
    goes: "cascade",
  },
  registrations: {
    ofAccount: none,
    tells: { nothing: "of an address that has no account" },
    goes: { stays: "it runs out in a day, and goes where its account opens" },
  },
  accounts: {
    ofAccount: ofFamily("id"),
    tells: [
      ...["id", "email", "name", "guardian_of", "created_at"],
      ...["language", "report_mail", "tier", "monthly_tokens"],
    ],
    goes: "cascade",
  },
  vault_owners: {
    ofAccount: is("owner_id"),
    tells: { nothing: "a key" },
    goes: { stays: "the key in it is erased at the end; that it was, is what keeps copies shut" },
  },
  audit: {
    ofAccount: is("account_id"),
    tells: ["at", "action", "outcome", "actor", "resource", "address", "device", "reason"],
    goes: { stays: "append-only; it names an account by a random id, and a child by a pseudonym" },
  },
};

const isTime = (column: string): boolean => /(^|_)(at|until)$/.test(column);

function told(row: Record<string, unknown>): object {
  const entries = Object.entries(row).map(([column, value]): [string, unknown] => [
    column,
    isTime(column) && typeof value === "number" ? new Date(value).toISOString() : value,
  ]);
  return Object.fromEntries(entries);
}

/** What is told as it stands: a section for each table with columns. */
export function sqlSections({ db }: { db: Kysely<Tables> }): ExportSection[] {
  return Object.entries(familyTables).flatMap(([table, { ofAccount, tells }]) =>
    "length" in tells ? [{ name: table, records: (id) => pages(db, table, tells, ofAccount(id)) }] : [],
  );
}

async function* pages(
  db: Kysely<Tables>,
  table: string,
  columns: readonly string[],
  rows: RawBuilder<boolean>,
): AsyncGenerator<object> {
  const list = sql.join(columns.map((column) => sql.ref(column)));
  for (let from = 0; ; from += EXPORT_PAGE_ROWS) {
    const page = await sql<Record<string, unknown>>`
      select ${list} from ${sql.table(table)} where ${rows}
      order by ${list} limit ${EXPORT_PAGE_ROWS} offset ${from}`.execute(db);
    yield* page.rows.map(told);
    if (page.rows.length < EXPORT_PAGE_ROWS) return;
  }
}
