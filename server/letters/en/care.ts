/** The mails about a family's data: what is ready, what will go, what is gone, and how the week was. None names a child. */
import type { Receipt } from "../../ports.ts";
import { day } from "../words.ts";
import type { Words } from "../words.ts";

export const care = {
  exported: (link: string): Words => ({
    subject: "Bearlink: your family's data is ready",
    text: `Everything Bearlink keeps of your family was put together, as you asked. It waits for you in the app, for a week:

${link}

If it was not you who asked, change your password and end all sessions at once.
`,
  }),

  /** `dueAt`: epoch ms */
  deletionAsked: (link: string, what: Receipt["what"], dueAt: number): Words => ({
    subject: {
      account: "Bearlink: your account will be deleted",
      child: "Bearlink: a child's data will be deleted",
    }[what],
    text: `${what === "account" ? "Your account, with all it holds," : "All that is kept of a child of your family"} will be deleted on ${day(dueAt, "en")}, as you asked. The bear hears nobody there from now on.

Until then you can take it back in the app, or hand yourself a copy of everything:

${link}

If it was not you who asked, take it back now, change your password and end all sessions.
`,
  }),

  /** `stores`: of tables, by their names */
  receipt: ({ id, what, done_at, stores, digest }: Receipt): Words => ({
    subject: {
      account: "Bearlink: your account was deleted",
      child: "Bearlink: a child's data was deleted",
    }[what],
    text: `It is done: ${what === "account" ? "your account, and all it held, was deleted. What copies of it may be left in backups can no longer be read." : "what was kept of the child was deleted."}

Receipt ${id}, ${done_at}
How many entries went, from which table:

${stores.map(({ store, rows }) => `${store}: ${rows}`).join("\n")}

SHA-256 ${digest}
`,
  }),

  /** `week`: its Monday, as 2026-11-23 */
  weekly: (link: string, week: string): Words => ({
    subject: "Bearlink: the week in numbers",
    text: `How often the bear was talked with in the week of ${day(week, "en")} is told in the app, in numbers and without a word of what was said:

${link}

If you would rather not get this mail, say so in the app, under your account.
`,
  }),
};
