/** Takes a new program into the place that does not run, believes it only whole, and asks the loader to try it. PROTOCOL.md §10 */
import { fromHex, sameBytes } from "@bearlink/sdk/protocol";
import type { Update } from "@bearlink/sdk/toy";
import {
  MAX_PROGRAM_BYTES,
  PAGE_BYTES,
  PLACE_BYTES,
  PROGRAM_FILE,
  PROGRAM_START,
  STORAGE_ADDRESS,
} from "../record.ts";
import { get } from "./get.ts";
import { hash } from "./hash.ts";
import { flash, store } from "./store.ts";
import { keepUse, readUse } from "./use.ts";
import { storage } from "./storage.ts";

const DOWNLOAD_MS = 240_000;
const DIGEST_BYTES = 32;
const MAX_FAILURES = 3;

/** Whether dotted numbers `a` come before `b`. */
function isOlder(a: string, b: string): boolean {
  const left = a.split(".");
  const right = b.split(".");
  for (let i = 0; i < 3; i++) {
    const step = (parseInt(left[i]!, 10) || 0) - (parseInt(right[i]!, 10) || 0);
    if (step !== 0) return step < 0;
  }
  return false;
}

/** The digest that must come, where this update may be taken at all. */
function accept(asked: Update): Uint8Array | undefined {
  const digest = fromHex(asked.sha256, DIGEST_BYTES);
  if (digest === undefined || TRIAL || typeof asked.url !== "string") return undefined;
  if (typeof asked.version !== "string" || isOlder(asked.version, VERSION)) return undefined;
  if (!(asked.size > 0 && asked.size <= MAX_PROGRAM_BYTES)) return undefined;
  const use = readUse(store, hash);
  const sameAgain = sameBytes(use.digest, digest.slice(0, use.digest.length));
  return sameAgain && use.failures >= MAX_FAILURES ? undefined : digest;
}

/** Whether the file is what was announced; only then does a start run it. */
function activate(file: string, size: number, digest: Uint8Array): boolean {
  const text = storage.read(file, PROGRAM_START, size);
  if (text === undefined || !sameBytes(hash.sha256(text as unknown as Uint8Array), digest)) return false;
  const use = readUse(store, hash);
  const again = sameBytes(use.digest, digest.slice(0, use.digest.length));
  keepUse(store, hash, { running: PROGRAM, trial: 1, failures: again ? use.failures : 0, digest });
  return true;
}

/** Erases the pages of the place that does not run; its file stays as it was flashed. */
function makeRoom(): void {
  const from = STORAGE_ADDRESS + PAGE_BYTES + (1 - PROGRAM) * PLACE_BYTES;
  for (let at = 0; at < MAX_PROGRAM_BYTES; at += PAGE_BYTES) flash.erasePage(from + at);
}

export function update(asked: Update, done: (ok: boolean) => void): void {
  const digest = accept(asked);
  if (digest === undefined) return done(false);
  const file = PROGRAM_FILE + (1 - PROGRAM);
  const size = asked.size;
  let at = 0;
  const take = (piece: string): void => {
    if (at + piece.length <= size) storage.write(file, piece, PROGRAM_START + at);
    at += piece.length;
  };
  makeRoom();
  get(asked.url, undefined, DOWNLOAD_MS, take, (status) => {
    let ok = false;
    try {
      ok = status === 200 && at === size && activate(file, size, digest);
    } catch {
      // the store refused: the former program stays
    }
    done(ok);
  });
}

/** A claim held: a program on trial has shown that it can talk, and stays. */
export function settle(): void {
  if (!TRIAL) return;
  const use = readUse(store, hash);
  keepUse(store, hash, { running: PROGRAM, trial: 0, failures: 0, digest: use.digest });
  TRIAL = false;
}
