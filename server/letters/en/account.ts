/** The mails about signing in. Nothing in them was written by whoever asked for one: a name could be an advertisement. */
import { RESET_LINK_MS, VERIFY_LINK_MS } from "../../bounds.ts";
import { span } from "../words.ts";
import type { Words } from "../words.ts";

const time = (ms: number): string => span(ms, { minutes: ["minute", "minutes"], hours: ["hour", "hours"] });

export const account = {
  verify: (link: string): Words => ({
    subject: "Bearlink: please confirm your address",
    text: `Someone, you we hope, wants to open a Bearlink account with this address.

To confirm, open this link and enter the password you chose:

${link}

It holds for ${time(VERIFY_LINK_MS)}. If it was not you, do nothing: without the password nothing is opened.
`,
  }),

  alreadyThere: (link: string): Words => ({
    subject: "Bearlink: you have an account already",
    text: `Someone, you perhaps, tried to open a Bearlink account with this address. There is one already: yours.

To sign in, or to choose a new password, go to:

${link}

If it was not you, do nothing: nothing has changed, and nobody was told that you have an account.
`,
  }),

  reset: (link: string): Words => ({
    subject: "Bearlink: choose a new password",
    text: `To choose a new password for your Bearlink account, open:

${link}

It holds for ${time(RESET_LINK_MS)} and works once. All your sessions will end. If it was not you, do nothing.
`,
  }),

  passwordChanged: (link: string): Words => ({
    subject: "Bearlink: your password was changed",
    text: `The password of your Bearlink account was changed, and every former session has ended.

If this was not you, choose a new one at once:

${link}
`,
  }),

  passkeyAdded: (link: string): Words => ({
    subject: "Bearlink: a passkey was added",
    text: `A passkey was added to your Bearlink account: whoever holds it can sign in.

If this was not you, remove the passkey, change your password and end all sessions at once:

${link}
`,
  }),

  tokenReused: (link: string): Words => ({
    subject: "Bearlink: a session was ended",
    text: `One of your Bearlink sessions was used from two places at once, as a stolen one would be. It has ended.

If this was not you, change your password and end all sessions at once:

${link}
`,
  }),

  /** `by` and `reason`: as support gave them. */
  supportVisit: (link: string, by: string, reason: string, visitMs: number): Words => ({
    subject: "Bearlink: support is looking at your account",
    text: `${by}, of your Bearlink server's support, may read your family's settings for ${time(visitMs)}.
The reason given: ${reason}

You see the visit among your sessions, and can end it there:

${link}
`,
  }),

  closed: (): Words => ({
    subject: "Bearlink: your account was deleted",
    text: `Your Bearlink account is closed: nobody can sign in, and your toys hear nobody any more.
What it held is being deleted.
`,
  }),
};
