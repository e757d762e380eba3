/** The mails that a parent gets. Nothing in them was written by whoever asked for one: a name could be an advertisement. */
import { RESET_LINK_MS, VERIFY_LINK_MS } from "../../bounds.ts";
import type { Letter } from "../../ports.ts";

const MINUTE_MS = 60_000;
const minutes = (ms: number): string =>
  ms < 120 * MINUTE_MS ? `${ms / MINUTE_MS} minutes` : `${ms / (60 * MINUTE_MS)} hours`;

export const letters = {
  verify: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: please confirm your address",
    text: `Someone, you we hope, wants to open a Bearlink account with this address.

To confirm, open this link and enter the password you chose:

${link}

It holds for ${minutes(VERIFY_LINK_MS)}. If it was not you, do nothing: without the password nothing is opened.
`,
  }),

  alreadyThere: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: you have an account already",
    text: `Someone, you perhaps, tried to open a Bearlink account with this address. There is one already: yours.

To sign in, or to choose a new password, go to:

${link}

If it was not you, do nothing: nothing has changed, and nobody was told that you have an account.
`,
  }),

  reset: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: choose a new password",
    text: `To choose a new password for your Bearlink account, open:

${link}

It holds for ${minutes(RESET_LINK_MS)} and works once. All your sessions will end. If it was not you, do nothing.
`,
  }),

  passwordChanged: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: your password was changed",
    text: `The password of your Bearlink account was changed, and every former session has ended.

If this was not you, choose a new one at once:

${link}
`,
  }),

  passkeyAdded: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: a passkey was added",
    text: `A passkey was added to your Bearlink account: whoever holds it can sign in.

If this was not you, remove the passkey, change your password and end all sessions at once:

${link}
`,
  }),

  tokenReused: (to: string, link: string): Letter => ({
    to,
    subject: "Bearlink: a session was ended",
    text: `One of your Bearlink sessions was used from two places at once, as a stolen one would be. It has ended.

If this was not you, change your password and end all sessions at once:

${link}
`,
  }),

  supportVisit: (to: string, link: string, by: string, reason: string, visitMs: number): Letter => ({
    to,
    subject: "Bearlink: support is looking at your account",
    text: `${by}, of your Bearlink server's support, may read your family's settings for ${minutes(visitMs)}.
The reason given: ${reason}

You see the visit among your sessions, and can end it there:

${link}
`,
  }),

  closed: (to: string): Letter => ({
    to,
    subject: "Bearlink: your account was deleted",
    text: `Your Bearlink account is closed: nobody can sign in, and your toys hear nobody any more.
What it held is being deleted.
`,
  }),
};
