/** The mails to guardians, and to who is asked to be one. */
import type { Words } from "../words.ts";

export const guardians = {
  invited: (link: string): Words => ({
    subject: "Bearlink: you are invited as a guardian",
    text: `A parent who uses Bearlink, the server of a talking toy, invites you to read along: you would see what the parent sees, and change nothing.

To accept, open this link and choose a password:

${link}

It holds for a week. If you do not know who this is from, do nothing.
`,
  }),

  invitedAlready: (): Words => ({
    subject: "Bearlink: you were invited as a guardian",
    text: `A parent invited you to read along with their family on Bearlink. You have an account of your own with this address already, and one address can have one: tell them another of yours, or do nothing.
`,
  }),

  removed: (): Words => ({
    subject: "Bearlink: you are no longer a guardian",
    text: `The parent whose family you read along with has ended it. Your sign-in was deleted.
`,
  }),

  familyClosed: (): Words => ({
    subject: "Bearlink: the family you read along with has left",
    text: `The Bearlink account that you were a guardian of was deleted, and your own sign-in with it.
`,
  }),
};
