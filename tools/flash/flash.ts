/** A toy's Storage is filled over its console, each file read back by its digests; what a former toy left is never mixed with it. */
import { setTimeout as wait } from "node:timers/promises";
import { LOADER_FILE, PROGRAM_FILE, STORE_PREFIX, TOY_FILE, USE_RECORD } from "../../firmware/record.ts";
import { Fault } from "../fault.ts";
import { openConsole, PATIENCE } from "./console.ts";
import type { Console, Patience } from "./console.ts";
import type { SerialLine } from "./line.ts";
import { SECRET_FILE } from "./record.ts";
import { eraseAllFiles, eraseFile, listFiles, makeRoom, putFile, readFile } from "./storage.ts";
import type { StoredFile } from "./storage.ts";

/** bytes of Storage beside its files: their headers, and what a toy keeps itself */
const ROOM = 16_384;
/** ms until a board that was told to start anew has begun to */
const RESTART_MS = 400;
/** PROTOCOL.md §11: who has one of these has keys, and no use for the first secret */
const KEY_FILES = [`${STORE_PREFIX}prk0`, `${STORE_PREFIX}prk1`];

export interface Board {
  version: string;
  board: string;
}

/** What runs there. Throws a Fault where it is no Espruino for this chip. */
export async function greet(toy: Console, boards: RegExp = /^ESP32/): Promise<Board> {
  const { VERSION, BOARD } = (await toy.evaluate(
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
  await toy.run("setTimeout(function(){E.reboot()},100)");
  await wait(RESTART_MS);
  toy.leave();
  return openConsole(line, patience);
}

export interface FlashOptions {
  /** forgets all that lies in Storage first: another toy's records too */
  erase: boolean;
  patience?: Patience;
  boards?: RegExp;
  /** which file, and bytes of all files so far */
  told?: (name: string, done: number, total: number) => void;
}

/** Leaves the board running its new program; the answer is what runs it. Throws a Fault, and the toy does not start half made. */
export async function flashToy(
  line: SerialLine,
  deviceId: string,
  files: readonly StoredFile[],
  { erase, patience = PATIENCE, boards, told = () => {} }: FlashOptions,
): Promise<Board> {
  let toy = await openConsole(line, patience);
  const board = await greet(toy, boards);
  if (!erase) await refuseAnother(toy, deviceId);
  let there = await listFiles(toy);
  if (there.includes(LOADER_FILE)) {
    // what runs, runs from the flash that is about to be written
    await eraseFile(toy, LOADER_FILE);
    toy = await restart(line, toy, patience);
  }
  if (erase) await eraseAllFiles(toy);
  else
    for (const name of [`${PROGRAM_FILE}1`, `${STORE_PREFIX}${USE_RECORD}0`, `${STORE_PREFIX}${USE_RECORD}1`])
      if (there.includes(name)) await eraseFile(toy, name);
  there = await listFiles(toy);

  const wanted = files.filter(
    ({ name }) => name !== SECRET_FILE || !there.some((one) => KEY_FILES.includes(one)),
  );
  const total = wanted.reduce((sum, { bytes }) => sum + bytes.length, 0);
  await makeRoom(toy, total + ROOM);
  let before = 0;
  for (const file of wanted) {
    await putFile(toy, file, (done) => told(file.name, before + done, total));
    before += file.bytes.length;
  }
  await toy.run("setTimeout(function(){E.reboot()},100)");
  toy.leave();
  return board;
}

/** Two toys' records in one Storage would be one toy with another's keys. */
async function refuseAnother(toy: Console, deviceId: string): Promise<void> {
  const text = await readFile(toy, TOY_FILE);
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
