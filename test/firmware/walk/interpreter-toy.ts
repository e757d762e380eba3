/** The toy on a real Espruino: its Linux build, booted from a flash image, with an ESP32's parts made of files. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Firmware } from "../../../tools/firmware/build.ts";
import { programIn } from "../../../tools/firmware/places.ts";
import { openFlash, PAGES_BYTES, readFile } from "../../../tools/twin/flash.ts";
import type { Flash } from "../../../tools/twin/flash.ts";
import { readRecord } from "../../../tools/twin/records.ts";
import type { ToyFile } from "../../../tools/toy-file.ts";
import { ESPRUINO, plain } from "../../support/interpreter.ts";
import { until } from "../../support/wait.ts";
import {
  ASLEEP,
  CHANGES_FILE,
  CUT,
  CUT_FILE,
  MICROPHONE_FILE,
  SERIAL,
  SHIM,
  SPEAKER_FILE,
  TOLD_FILE,
} from "./shim.ts";
import { provisioned, serialOf } from "./toy.ts";
import type { FirmwareToy, Workshop } from "./toy.ts";

/** In ASCII: a character of a toy's string is a byte. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

/** ms in which a question is answered: the toy may start meanwhile, or write its flash */
const ANSWER_MS = 40_000;
/** what the Linux build prints before it ends where a chip starts again */
const REBOOTS = "Not implemented";

export interface InterpreterToy extends FirmwareToy {
  /** From its next start on its flash's changes are counted, and in that of this number the power fails, `left` of it done. */
  cutAt(change: number, left: number): void;
  /** of its flash, since `cutAt` */
  changes(): number;
  isOn(): boolean;
  /** Has it run these statements, and waits for nothing. */
  tell(statements: string): void;
}

/** Whether it waits, runs or is gone, as its system has it. */
function stateOf(child: ChildProcess | undefined): string {
  if (child === undefined) return "the toy is off";
  const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
  return `the interpreter lives: ${/^State:\s*(.*)$/m.exec(status)?.[1]}`;
}

export function interpreterToy(firmware: Firmware, toy: ToyFile, workshop: Workshop = {}): InterpreterToy {
  const folder = mkdtempSync(join(tmpdir(), "toy-"));
  const path = (name: string): string => join(folder, name);
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  /** why there is no interpreter any more, though nobody switched it off */
  let death: string | undefined;
  let starts = 0;
  let heardBytes = 0;
  let asked = 0;
  /** to this start */
  let told = 0;
  const { image, pages } = provisioned(firmware, toy, { ...workshop, before: SHIM });
  writeFileSync(path("espruino.flash"), Buffer.concat([image, pages]));
  const flash = (): Flash => {
    const all = new Uint8Array(readFileSync(path("espruino.flash")));
    return openFlash(all.subarray(0, -PAGES_BYTES), all.subarray(-PAGES_BYTES));
  };
  writeFileSync(path(MICROPHONE_FILE), new Uint8Array(1).fill(128));

  const off = (): void => {
    const own = child;
    child = undefined;
    own?.kill("SIGKILL");
  };
  const start = (): void => {
    starts++;
    while (told > 0) rmSync(path(TOLD_FILE + --told), { force: true });
    const own = spawn(ESPRUINO!, [], { cwd: folder, stdio: "pipe" });
    child = own;
    let rest = "";
    let errors = "";
    /** the line that says so, where it ends because its program wants that */
    let why = "";
    own.stdout.on("data", (bytes: Buffer) => {
      rest += bytes.toString("latin1");
      const whole = rest.split("\n");
      rest = whole.pop()!;
      for (const line of whole.map(plain)) {
        if (line.startsWith(ASLEEP) || line.startsWith(REBOOTS)) why = line;
        if (line.startsWith(CUT)) off();
        else if (line.startsWith(SERIAL)) serial.said(JSON.parse(line.slice(SERIAL.length)) as string);
        else if (line !== "") lines.push(line);
      }
    });
    own.stderr.on("data", (bytes: Buffer) => (errors = (errors + bytes.toString("latin1")).slice(-1_000)));
    own.on("close", (code, signal) => {
      if (child !== own) return;
      child = undefined;
      // a chip that starts again is a process that does
      if (code === 1 && why.startsWith(REBOOTS)) start();
      else if (code !== 0 || !why.startsWith(ASLEEP))
        death = `the interpreter died: exit code ${code}, signal ${signal}\n${errors}`;
    });
  };
  const alive = (): void => {
    if (death !== undefined) throw new Error(`${death}\nit had said:\n${lines.slice(-20).join("\n")}`);
  };
  /** By a name that is there only once the file is whole. */
  const tell = (statement: string): void => {
    alive();
    writeFileSync(path("telling"), statement, "latin1");
    renameSync(path("telling"), path(TOLD_FILE + told++));
  };
  const serial = serialOf((text) => tell(`$serial(${JSON.stringify(text)})`));
  const ask = async (what: string): Promise<string> => {
    const mark = `#answer${++asked} `;
    let answer: string | undefined;
    let askedOf = 0;
    const isAnswered = (): boolean => {
      alive();
      // again, where it started anew meanwhile and never heard it
      if (askedOf !== starts) tell(`print("${mark}"+(${what}))`);
      askedOf = starts;
      return (answer = lines.find((line) => line.startsWith(mark))) !== undefined;
    };
    await until(`an answer to ${what}`, isAnswered, ANSWER_MS).catch((error: Error) => {
      throw new Error(`${error.message}; ${stateOf(child)}\n${lines.slice(-20).join("\n")}`);
    });
    return answer!.slice(mark.length);
  };

  return {
    boot: start,
    press: (down) => tell(`$press(${down})`),
    wifi: (up, ssid) => tell(`${ssid === undefined ? "" : `$air.ssid=${quoted(ssid)};`}$wifi(${up})`),
    powerCut: off,
    say: (samples) => writeFileSync(path(MICROPHONE_FILE), samples),
    heard() {
      alive();
      if (!existsSync(path(SPEAKER_FILE)) || statSync(path(SPEAKER_FILE)).size === heardBytes)
        return new Uint8Array(0);
      const all = new Uint8Array(readFileSync(path(SPEAKER_FILE)));
      const fresh = all.subarray(heardBytes);
      heardBytes = all.length;
      return fresh;
    },
    get lines() {
      alive();
      return lines;
    },
    line: serial.line,
    starts() {
      alive();
      return starts;
    },
    record: (name) => readRecord(flash(), name),
    program: (place) => programIn(readFile(flash(), `bear.${place}`)!),
    ask,
    cutAt(at, left) {
      rmSync(path(CHANGES_FILE), { force: true });
      writeFileSync(path(CUT_FILE), JSON.stringify({ at, left }));
    },
    changes: () => (existsSync(path(CHANGES_FILE)) ? statSync(path(CHANGES_FILE)).size : 0),
    isOn() {
      alive();
      return child !== undefined;
    },
    tell,
    close() {
      off();
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
