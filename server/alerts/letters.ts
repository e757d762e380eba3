/** The mails that carry an alert: that something happened, and where to read of it. They name no child and no words. */
import type { AlertKind, Letter } from "../ports.ts";

const TEXTS: Partial<Record<AlertKind, readonly [subject: string, text: string]>> = {
  battery_low: [
    "a battery is nearly empty",
    "The battery of one of your toys is nearly empty. Please charge it.",
  ],
  toy_quarantined: [
    "a toy was stopped for safety",
    "Two devices have said that they are the same toy of yours, so it was stopped: it does not listen and does not talk. If you changed nothing yourself, somebody may have copied it. You can let it in again in the app; a toy that was copied should be set up anew.",
  ],
  toy_reset: [
    "a toy was reset",
    "Somebody held the paw of one of your toys for ten seconds: it forgot its Wi-Fi. It is still yours.",
  ],
  safety_care: [
    "please talk with your child",
    "Your child told the toy something that you should know of. The toy answered with kind words and asked your child to go to a grown-up. The toy is no emergency service. If your child is in danger now, call your emergency number.",
  ],
  provider_failing: [
    "a service does not answer",
    "A service that your toy needs does not answer. Until it does, the toy tells stories of its own.",
  ],
  credential_expiring: [
    "a key runs out soon",
    "A key to a service that you gave your toy runs out within a week. After that the toy goes on without it. You can give it a new one in the app.",
  ],
  budget_exhausted: [
    "this month's use is used up",
    "Your family has used what you allowed your toy for this month. Until the next one the toy tells stories of its own. You can change the limit in the app.",
  ],
  suspicious_activity: [
    "something looks odd",
    "Somebody tried too often to sign in to your account, or to use one of your toys, or did so from several places at once. If this was not you, change your password, end all sessions, and look at your toys.",
  ],
  new_sign_in: [
    "a new sign-in",
    "Somebody signed in to your account from a browser or a device that is new here. If this was not you, change your password and end all sessions at once.",
  ],
};

/** undefined where a kind is not mailed. */
export function alertLetter(kind: AlertKind, to: string, link: string): Letter | undefined {
  const known = TEXTS[kind];
  if (!known) return undefined;
  const [subject, text] = known;
  return { to, subject: `Bearlink: ${subject}`, text: `${text}\n\nMore in the app:\n\n${link}\n` };
}

/** For who runs the server. */
export function caseLetter(to: string): Letter {
  return {
    to,
    subject: "Bearlink: a case waits in the safety queue",
    text: "A child disclosed something that must not be shown to its family's account. Please read the safety queue now: GET /api/v1/safety/queue\n",
  };
}
