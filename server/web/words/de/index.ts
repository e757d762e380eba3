/** Die Wörter der App auf Deutsch. */
import { common } from "./common.ts";
import { door } from "./door.ts";
import { family } from "./family.ts";
import { living } from "./living.ts";
import { pairing } from "./pairing.ts";
import { account } from "./account.ts";
import type { Words } from "../en/index.ts";

export const de: Words = { ...common, ...door, ...family, ...living, ...pairing, ...account };
