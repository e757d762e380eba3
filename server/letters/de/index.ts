/** Die E-Mails auf Deutsch. */
import type { en as English } from "../en/index.ts";
import { account } from "./account.ts";
import { alerts } from "./alerts.ts";
import { care } from "./care.ts";
import { consent } from "./consent.ts";
import { guardians } from "./guardians.ts";

export const de: typeof English = { account, alerts, care, consent, guardians };
