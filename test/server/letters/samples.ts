/** Each mail with what fills its gaps, and how to see that one is written in German. */
import type { Letters } from "../../../server/letters/letters.ts";
import type { Receipt } from "../../../server/ports.ts";

type Room = Exclude<keyof Letters, "alerts">;
type Gaps<Mails> = { [Name in keyof Mails]: Mails[Name] extends (...gaps: infer G) => object ? G : never };

const LINK = "https://bears.example.org/reset#5ec2e7";
const receipt = (what: Receipt["what"]): Receipt => ({
  ...{ id: "receipt-1", what, done_at: "2026-11-29T10:00:00.000Z", digest: "ab".repeat(32) },
  stores: [
    { store: "children", rows: 41 },
    { store: "toys", rows: 42 },
  ],
});

/** A mail that is added to the catalogue is added here, or types fail. */
export const gaps: { [R in Room]: { [Name in keyof Letters[R]]: Gaps<Letters[R]>[Name][] } } = {
  account: {
    verify: [[LINK]],
    alreadyThere: [[LINK]],
    reset: [[LINK]],
    passwordChanged: [[LINK]],
    passkeyAdded: [[LINK]],
    tokenReused: [[LINK]],
    supportVisit: [
      [LINK, "Grace", "ticket 7: no sound", 60_000],
      [LINK, "Grace", "ticket 7: no sound", 15 * 60_000],
    ],
    closed: [[]],
  },
  care: {
    exported: [[LINK]],
    deletionAsked: [
      [LINK, "child", Date.UTC(2026, 11, 29, 23, 59)],
      [LINK, "account", Date.UTC(2026, 11, 29)],
    ],
    receipt: [[receipt("child")], [receipt("account")]],
    weekly: [[LINK, "2026-11-23"]],
  },
  consent: { code: [["01234567"]], granted: [[]] },
  guardians: { invited: [[LINK]], invitedAlready: [[]], removed: [[]], familyClosed: [[]] },
};

/** Words that no German sentence has; of those that both languages know ("was", "die") none. */
const ENGLISH = /\b(the|your?|you|and|of|with|is|not|this|will|be|been|it|hours|minutes)\b/i;

/** What in a text is English, without links and names of tables; undefined where nothing is. */
export const englishIn = (text: string): string | undefined =>
  ENGLISH.exec(text.replace(/http\S+|ticket 7: no sound/g, ""))?.[0];
