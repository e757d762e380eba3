/** A toy's flash is filled over its console, each file and record read back by its digest; what a former toy left is never mixed with it. */
import { setTimeout as wait } from "node:timers/promises";
import { LOADER_FILE, PAGES_ADDRESS, TOY_RECORD, USE_RECORD } from "../../firmware/record.ts";
import { SECRET_RECORD } from "@bearlink/sdk/toy";
import { Fault } from "../fault.ts";
import { openConsole, PATIENCE } from "./console.ts";
import type { Console, Patience } from "./console.ts";
import type { SerialLine } from "./line.ts";
import { eraseRecords, hasRecord, putRecord, readRecord } from "./pages.ts";
import { eraseAllFiles, eraseFile, listFiles, putFile, refuseSmall } from "./storage.ts";
import type { StoredFile } from "./storage.ts";

/** bytes of a file's header, at most with what aligns it */
const HEADER_BYTES = 36;
/** ms until a board that was told to start anew has begun to */
const RESTART_MS = 400;
/** PROTOCOL.md §11: who has one of these has keys, and no use for the first secret */
const KEY_RECORDS = ["prk0", "prk1"];

export interface Board {
  version: string;
  board: string;
}

/** What runs there. Throws a Fault where it is no Espruino for this chip. */
export async function greet(toy: Console, boards: RegExp = /^ESP32/): Promise<Board> {
  const { VERSION, BOARD } = (await toy.insist(
    "{VERSION:process.env.VERSION,BOARD:process.env.BOARD}",
  )) as Record<string, string>;
  if (!boards.test(BOARD ?? ""))
    throw new Fault(
      `this is Espruino for ${BOARD}, and the bear needs a classic ESP32: is it the right port?`,
    );
  return { version: VERSION ?? "", board: BOARD! };
}

/** Starts the board anew and greets it again. */
export async function restart(line: SerialLine, toy: Console, patience: Patience): Promise<Console> {
  await toy.insist("(setTimeout(function(){E.reboot()},100),0)");
  await wait(RESTART_MS);
  toy.leave();
  return openConsole(line, patience);
}

export interface FlashOptions {
  /** forgets all that was kept first: another toy's records too */
  erase: boolean;
  patience?: Patience;
  boards?: RegExp;
  /** where the records' pages lie, where not as on an ESP32 */
  pages?: number;
  /** which file, and bytes of all files so far */
  told?: (name: string, done: number, total: number) => void;
}

/** What a toy is given. */
export interface Load {
  deviceId: string;
  /** of Storage, in their order */
  files: readonly StoredFile[];
  records: readonly StoredFile[];
}

/** Leaves the board running its new program; the answer is what runs it. Throws a Fault, and the toy does not start half made. */
export async function flashToy(
  line: SerialLine,
  { deviceId, files, records }: Load,
  { erase, patience = PATIENCE, boards, pages = PAGES_ADDRESS, told = () => {} }: FlashOptions,
): Promise<Board> {
  let toy = await openConsole(line, patience);
  const board = await greet(toy, boards);
  if (!erase) await refuseAnother(toy, deviceId, pages);
  if ((await listFiles(toy)).includes(LOADER_FILE)) {
    // what runs, runs from the flash that is about to be written
    await eraseFile(toy, LOADER_FILE);
    toy = await restart(line, toy, patience);
  }
  // the places of the programs are the first of Storage; what the toy keeps itself lies elsewhere
  await eraseAllFiles(toy);
  await eraseRecords(toy, erase ? undefined : [`${USE_RECORD}0`, `${USE_RECORD}1`], pages);
  let hasKeys = false;
  for (const name of KEY_RECORDS) hasKeys ||= await hasRecord(toy, name, pages);
  for (const record of records)
    if (record.name !== SECRET_RECORD || !hasKeys) await putRecord(toy, record, pages);

  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  await refuseSmall(toy, total + files.length * HEADER_BYTES);
  let before = 0;
  for (const file of files) {
    await putFile(toy, file, (done) => told(file.name, before + done, total));
    before += file.bytes.length;
  }
  await toy.run("setTimeout(function(){E.reboot()},100)");
  toy.leave();
  return board;
}

/** Two toys' records in one flash would be one toy with another's keys. */
async function refuseAnother(toy: Console, deviceId: string, pages: number): Promise<void> {
  const text = await readRecord(toy, TOY_RECORD, pages);
  if (text === undefined) return;
  let id: unknown;
  try {
    ({ id } = JSON.parse(text) as { id?: unknown });
  } catch {
    // no toy's record
  }
  if (id !== deviceId)
    throw new Fault(
      `this board is ${String(id).slice(0, 40)}: to make it ${deviceId}, flash it with --erase`,
    );
}
