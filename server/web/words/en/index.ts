/** The app's words in English: the catalogue whose shape every other language must have. */
import { common } from "./common.ts";
import { door } from "./door.ts";
import { family } from "./family.ts";
import { living } from "./living.ts";
import { pairing } from "./pairing.ts";
import { account } from "./account.ts";

export const en = { ...common, ...door, ...family, ...living, ...pairing, ...account };

/** What every language must have. */
export type Words = typeof en;
