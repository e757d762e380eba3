/** Files into the toy's Storage, over its console: written in pieces, a lost one again, and believed only when the digests of what lies there come back right. */
import { Fault } from "../fault.ts";
import { says, TRIES } from "./console.ts";
import type { Console } from "./console.ts";
import { digestAt, digestOf, parcel, PIECE_BYTES } from "./parcel.ts";
import type { Parcel } from "./parcel.ts";

export interface StoredFile {
  /** at most 28 characters */
  name: string;
  bytes: Uint8Array;
}

export const MAX_NAME_CHARS = 28;
/** of one digest: a longer text may not fit the toy's stack */
const BLOCK_BYTES = 2_048;
/** ms to forget all files */
const TIDY_MS = 60_000;

/** of flash that was erased */
const EMPTY = 0xff;
const STORAGE = `require("Storage")`;

export async function listFiles(toy: Console): Promise<string[]> {
  return (await toy.insist(`${STORAGE}.list()`)) as string[];
}

export async function eraseFile(toy: Console, name: string): Promise<void> {
  await toy.insist(`(${STORAGE}.erase(${JSON.stringify(name)}),0)`);
}

export async function eraseAllFiles(toy: Console): Promise<void> {
  await toy.insist(`(${STORAGE}.eraseAll(),0)`, TIDY_MS);
}

/** Throws a Fault where the toy's empty Storage has no room for so many bytes. */
export async function refuseSmall(toy: Console, bytes: number): Promise<void> {
  const free = (await toy.insist(`${STORAGE}.getFree()`)) as number;
  if (free < bytes) throw new Fault(`the toy has ${free} bytes of room, and ${bytes} are needed`);
}

/** Writes it and reads its digests back; `told` hears how many bytes lie there so far. Throws a Fault where they differ. */
export async function putFile(
  toy: Console,
  { name, bytes }: StoredFile,
  told: (done: number) => void = () => {},
): Promise<void> {
  if (name.length > MAX_NAME_CHARS || bytes.length === 0) throw new Error(`not a file for Storage: ${name}`);
  await eraseFile(toy, name);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    // what lies there by itself is not sent; the first piece makes the file
    const sent = piece.every((byte) => byte === EMPTY) ? piece.subarray(0, at === 0 ? 1 : 0) : piece;
    if (sent.length > 0) await putPiece(toy, { name, at, size: bytes.length, piece: sent });
    told(Math.min(at + PIECE_BYTES, bytes.length));
  }
  const wrong = await firstWrong(toy, { name, bytes });
  if (wrong !== undefined) throw differs(name, wrong);
}

const differs = (name: string, at: number): Fault =>
  new Fault(`${name} is not what was written, from byte ${at} on: use a shorter cable, and flash again`);

/** Not blindly again: Storage refuses what is written twice, and moves a file whose beginning is. */
async function putPiece(toy: Console, sent: Parcel): Promise<void> {
  const { name, at, piece } = sent;
  const statement = parcel(sent, `${STORAGE}.write(f,d,a,n)`);
  let why = "it came broken";
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      if ((await toy.evaluate(statement)) === true) return;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      why = error.message;
      const lies = (): Promise<unknown> => digestIn(toy, sent);
      if (await says(digestOf(piece), lies)) return;
      const isFree = (await says(null, lies)) || (await says(digestOf(piece.map(() => EMPTY)), lies));
      if (!isFree) throw differs(name, at);
    }
  }
  throw new Fault(
    `the toy did not take ${name} at byte ${at}, ${TRIES} times (LINE_LOST; at last: ${why}): use a shorter cable or another port, and flash again`,
  );
}

/** Of what lies there; null where there is no such file. */
async function digestIn(toy: Console, { name, at, piece }: Omit<Parcel, "size">): Promise<unknown> {
  const read = `${STORAGE}.read(${JSON.stringify(name)},${at},${piece.length})`;
  return toy.insist(`(function(r){return r?${digestAt("r")}:null})(${read})`);
}

/** Where what lies in the toy begins to differ; undefined where it is the same. No secret comes back: digests do. */
export async function firstWrong(toy: Console, { name, bytes }: StoredFile): Promise<number | undefined> {
  const length = (): Promise<unknown> => toy.insist(`(${STORAGE}.read(${JSON.stringify(name)})||"").length`);
  if (!(await says(bytes.length, length))) return 0;
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    if (!(await says(digestOf(block), () => digestIn(toy, { name, at, piece: block })))) return at;
  }
  return undefined;
}
