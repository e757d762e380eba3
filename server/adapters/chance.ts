/** Chance from the operating system: every secret and nonce begins here. */
import { randomFillSync } from "node:crypto";
import type { Chance } from "../ports.ts";

export const systemChance: Chance = { bytes: (length) => randomFillSync(new Uint8Array(length)) };
