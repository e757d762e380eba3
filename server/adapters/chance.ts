/** Chance from the operating system: every secret and nonce begins here. */
import { randomBytes } from "node:crypto";
import type { Chance } from "../ports.ts";

export const systemChance: Chance = { bytes: (length) => new Uint8Array(randomBytes(length)) };
