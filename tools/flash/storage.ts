/** Files into the toy's Storage, over its console: written in pieces, and believed only when the digests of what lies there come back right. */
import { createHash } from "node:crypto";
import { Fault } from "../fault.ts";
import type { Console } from "./console.ts";

export interface StoredFile {
  /** at most 28 characters */
  name: string;
  bytes: Uint8Array;
}

export const MAX_NAME_CHARS = 28;
/** of one statement, before base64: what the toy's input buffer holds with room to spare */
const PIECE_BYTES = 1_320;
/** of one digest: a longer text may not fit the toy's stack */
const BLOCK_BYTES = 2_048;
/** ms for one piece */
const WRITE_MS = 30_000;
/** ms to forget all files */
const TIDY_MS = 60_000;

/** of flash that was erased */
const EMPTY = 0xff;
const STORAGE = `require("Storage")`;

export async function listFiles(toy: Console): Promise<string[]> {
  return (await toy.evaluate(`${STORAGE}.list()`)) as string[];
}

export const eraseFile = (toy: Console, name: string): Promise<void> =>
  toy.run(`${STORAGE}.erase(${JSON.stringify(name)})`, WRITE_MS);

export const eraseAllFiles = (toy: Console): Promise<void> => toy.run(`${STORAGE}.eraseAll()`, TIDY_MS);

/** Throws a Fault where the toy's empty Storage has no room for so many bytes. */
export async function refuseSmall(toy: Console, bytes: number): Promise<void> {
  const free = (await toy.evaluate(`${STORAGE}.getFree()`)) as number;
  if (free < bytes) throw new Fault(`the toy has ${free} bytes of room, and ${bytes} are needed`);
}

/** Writes it and reads its digests back; `told` hears how many bytes lie there so far. Throws a Fault where they differ. */
export async function putFile(
  toy: Console,
  { name, bytes }: StoredFile,
  told: (done: number) => void = () => {},
): Promise<void> {
  if (name.length > MAX_NAME_CHARS || bytes.length === 0) throw new Error(`not a file for Storage: ${name}`);
  const file = JSON.stringify(name);
  await toy.run(`${STORAGE}.erase(${file})`, WRITE_MS);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    // what lies there by itself is not sent; the first piece makes the file
    const sent = piece.every((byte) => byte === EMPTY) ? piece.subarray(0, at === 0 ? 1 : 0) : piece;
    const written = `${STORAGE}.write(${file},atob("${Buffer.from(sent).toString("base64")}"),${at},${bytes.length})`;
    if (sent.length > 0 && (await toy.evaluate(written, WRITE_MS)) !== true)
      throw new Fault(`the toy did not keep ${name}: flash it again`);
    told(Math.min(at + PIECE_BYTES, bytes.length));
  }
  const wrong = await firstWrong(toy, { name, bytes });
  if (wrong !== undefined)
    throw new Fault(
      `${name} is not what was written, from byte ${wrong} on: use a shorter cable, and flash again`,
    );
}

/** Where what lies in the toy begins to differ; undefined where it is the same. No secret comes back: digests do. */
export async function firstWrong(toy: Console, { name, bytes }: StoredFile): Promise<number | undefined> {
  const file = JSON.stringify(name);
  const length = await toy.evaluate(`(${STORAGE}.read(${file})||"").length`);
  if (length !== bytes.length) return 0;
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    const read = `${STORAGE}.read(${file},${at},${block.length})`;
    const digest = await toy.evaluate(`btoa(E.toString(require("crypto").SHA256(${read})))`);
    if (digest !== createHash("sha256").update(block).digest("base64")) return at;
  }
  return undefined;
}
