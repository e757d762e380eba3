/** The mails in English: its keys are those of every language. */
import { account } from "./account.ts";
import { alerts } from "./alerts.ts";
import { care } from "./care.ts";
import { consent } from "./consent.ts";
import { guardians } from "./guardians.ts";

export const en = { account, alerts, care, consent, guardians };
