/** The mails that carry an alert: that something happened, and where to read of it. They name no child and no words. */
import type { AlertKind } from "../../ports.ts";

/** A kind that is not here is not mailed. */
const kinds = {
  battery_low: {
    subject: "a battery is nearly empty",
    text: "The battery of one of your toys is nearly empty. Please charge it.",
  },
  toy_quarantined: {
    subject: "a toy was stopped for safety",
    text: "Two devices have said that they are the same toy of yours, so it was stopped: it does not listen and does not talk. If you changed nothing yourself, somebody may have copied it. You can let it in again in the app; a toy that was copied should be set up anew.",
  },
  toy_reset: {
    subject: "a toy was reset",
    text: "Somebody held the paw of one of your toys for ten seconds: it forgot its Wi-Fi. It is still yours.",
  },
  safety_care: {
    subject: "please talk with your child",
    text: "Your child told the toy something that you should know of. The toy answered with kind words and asked your child to go to a grown-up. The toy is no emergency service. If your child is in danger now, call your emergency number.",
  },
  provider_failing: {
    subject: "a service does not answer",
    text: "A service that your toy needs does not answer. Until it does, the toy tells stories of its own.",
  },
  credential_expiring: {
    subject: "a key runs out soon",
    text: "A key to a service that you gave your toy runs out within a week. After that the toy goes on without it. You can give it a new one in the app.",
  },
  budget_exhausted: {
    subject: "this month's use is used up",
    text: "Your family has used what you allowed your toy for this month. Until the next one the toy tells stories of its own. You can change the limit in the app.",
  },
  suspicious_activity: {
    subject: "something looks odd",
    text: "Somebody tried too often to sign in to your account, or to use one of your toys, or did so from several places at once. If this was not you, change your password, end all sessions, and look at your toys.",
  },
  new_sign_in: {
    subject: "a new sign-in",
    text: "Somebody signed in to your account from a browser or a device that is new here. If this was not you, change your password and end all sessions at once.",
  },
};

export const alerts = { more: "More in the app:", kinds: kinds satisfies Partial<Record<AlertKind, object>> };
