/** The two mails of consent by mail: a code to type in, and afterwards what was granted and how to take it back. Neither names a child. 16 CFR 312.5(b)(2)(vi) */
import type { Words } from "../words.ts";

export const consent = {
  code: (code: string): Words => ({
    subject: "Bearlink: your consent for the talking bear",
    text: `Somebody who is signed in to your account asked to let the bear hear a child.

If that was you, and you have read the notice in the app, type in this code there: ${code}

It holds for one day. If it was not you, do nothing, and change your password.
`,
  }),

  granted: (): Words => ({
    subject: "Bearlink: you consented to the bear hearing a child",
    text: `This confirms it: the consent that you read in the app was given from your account.

You can take it back in the app at any time, for each recipient by itself: the bear stops listening within seconds.

If it was not you, take it back now, and change your password.
`,
  }),
};
