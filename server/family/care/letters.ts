/** The mails about a family's data: what is ready, what will go, what is gone, and how the week was. None names a child. */
import type { Letter, Receipt } from "../../ports.ts";

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const careLetters = {
  exported: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: your family's data is ready",
    text: `Everything Bearlink keeps of your family was put together, as you asked. It waits for you in the app, for a week:

${link}

If it was not you who asked, change your password and end all sessions at once.
`,
  }),

  deletionAsked: (to: string, link: string, what: "child" | "account", dueAt: number): Letter => ({
    to,
    subject:
      what === "account" ? "Bearlink: your account will be deleted" : "Bearlink: a child will be deleted",
    text: `${what === "account" ? "Your account, with all it holds," : "A child of your family, with all that is kept of it,"} will be deleted on ${dayOf(dueAt)}, as you asked. The bear hears nobody there from now on.

Until then you can take it back in the app, or hand yourself a copy of everything:

${link}

If it was not you who asked, take it back now, change your password and end all sessions.
`,
  }),

  receipt: (to: string, { id, what, done_at, stores, digest }: Receipt): Letter => ({
    to,
    subject: what === "account" ? "Bearlink: your account was deleted" : "Bearlink: a child was deleted",
    text: `It is done: ${what === "account" ? "your account, and all it held, was deleted. What copies of it may be left in backups can no longer be read." : "what was kept of the child was deleted."}

Receipt ${id}, ${done_at}

${stores.map(({ store, rows }) => `${store}: ${rows}`).join("\n")}

SHA-256 ${digest}
`,
  }),

  weekly: (to: string, link: string, week: string): Letter => ({
    to,
    subject: "Bearlink: the week in numbers",
    text: `How often the bear was talked with in the week of ${week} is told in the app, in numbers and without a word of what was said:

${link}

If you would rather not get this mail, say so in the app, under your account.
`,
  }),

  familyClosed: (to: string): Letter => ({
    to,
    subject: "Bearlink: the family you read along with has left",
    text: `The Bearlink account that you were a guardian of was deleted, and your own sign-in with it.
`,
  }),

  invited: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: you are invited as a guardian",
    text: `A parent who uses Bearlink, the server of a talking toy, invites you to read along: you would see what the parent sees, and change nothing.

To accept, open this link and choose a password:

${link}

It holds for a week. If you do not know who this is from, do nothing.
`,
  }),

  invitedAlready: (to: string): Letter => ({
    to,
    subject: "Bearlink: you were invited as a guardian",
    text: `A parent invited you to read along with their family on Bearlink. You have an account of your own with this address already, and one address can have one: tell them another of yours, or do nothing.
`,
  }),

  removed: (to: string): Letter => ({
    to,
    subject: "Bearlink: you are no longer a guardian",
    text: `The parent whose family you read along with has ended it. Your sign-in was deleted.
`,
  }),
};
