/** Secrets that people carry: the keys in mails' links, and refresh tokens. What is kept of one is its hash. */
import { fromHex, lp, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import type { Chance } from "../../ports.ts";

const SECRET_BYTES = 32;
const ID_BYTES = 16;
/** as a schema has it */
export const SECRET_FORM = /^[0-9a-f]{64}$/;

export function newSecret(chance: Chance): string {
  return toHex(chance.bytes(SECRET_BYTES));
}

export function newId(chance: Chance): string {
  return toHex(chance.bytes(ID_BYTES));
}

export function secretHash(hash: Hash, secret: string): Uint8Array {
  return hash.sha256(utf8(secret));
}

/** The next refresh token, legible to whoever has the one before: each is random, as long as the mask, and masks one alone. */
export function sealNext(hash: Hash, former: string, next: string): Uint8Array {
  return masked(hash, former, fromHex(next, SECRET_BYTES)!);
}

export function openNext(hash: Hash, former: string, sealed: Uint8Array): string {
  return toHex(masked(hash, former, sealed));
}

function masked(hash: Hash, secret: string, bytes: Uint8Array): Uint8Array {
  const mask = hash.sha256(lp([utf8("next-refresh-token"), utf8(secret)]));
  return bytes.map((byte, at) => byte ^ mask[at]!);
}

/** After `#`, which browsers send to nobody: no log and no other site sees the secret. */
export function linkOf(publicUrl: string, page: "verify" | "reset", secret: string): string {
  return new URL(`/${page}#${secret}`, publicUrl).href;
}

/** A page of the app's own router. */
export function inviteLink(publicUrl: string, secret: string): string {
  return new URL(`/#/invite/${secret}`, publicUrl).href;
}
