/** The toy on a real Espruino: its Linux build, booted from a flash image, with an ESP32's parts made of files. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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
import { ASLEEP, MICROPHONE_FILE, SERIAL, SHIM, SPEAKER_FILE } from "./shim.ts";
import { provisioned, serialOf } from "./toy.ts";
import type { FirmwareToy, Workshop } from "./toy.ts";

/** In ASCII: a character of a toy's string is a byte. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

/** times that a question is put, 5 s each */
const ASKS = 8;

export function interpreterToy(firmware: Firmware, toy: ToyFile, workshop: Workshop = {}): FirmwareToy {
  const folder = mkdtempSync(join(tmpdir(), "toy-"));
  const path = (name: string): string => join(folder, name);
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let starts = 0;
  let heardBytes = 0;
  let asked = 0;
  const { image, pages } = provisioned(firmware, toy, { ...workshop, before: SHIM });
  writeFileSync(path("espruino.flash"), Buffer.concat([image, pages]));
  const flash = (): Flash => {
    const all = new Uint8Array(readFileSync(path("espruino.flash")));
    return openFlash(all.subarray(0, -PAGES_BYTES), all.subarray(-PAGES_BYTES));
  };
  writeFileSync(path(MICROPHONE_FILE), new Uint8Array(1).fill(128));

  const start = (): void => {
    starts++;
    const own = spawn(ESPRUINO!, [], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
    child = own;
    let rest = "";
    own.stdout.on("data", (bytes: Buffer) => {
      rest += bytes.toString("latin1");
      const whole = rest.split("\n");
      rest = whole.pop()!;
      for (const line of whole.map(plain)) {
        if (line.startsWith(SERIAL)) serial.said(JSON.parse(line.slice(SERIAL.length)) as string);
        else if (line !== "") lines.push(line);
      }
    });
    // a chip that starts again is a process that does
    own.on("close", () => {
      if (child !== own) return;
      child = undefined;
      if (!lines.at(-1)?.startsWith(ASLEEP)) start();
    });
    own.stdin.on("error", () => {});
  };
  const off = (): void => {
    const own = child;
    child = undefined;
    own?.kill("SIGKILL");
  };
  const tell = (line: string): void => void child?.stdin?.write(`${line}\n`);
  const serial = serialOf((text) => tell(`$serial(${JSON.stringify(text)})`));
  const ask = async (what: string): Promise<string> => {
    const mark = `#answer${++asked} `;
    let answer: string | undefined;
    const answered = (): boolean => (answer = lines.find((line) => line.startsWith(mark))) !== undefined;
    // again, where it started anew meanwhile and never heard it
    for (let tries = 0; answer === undefined && tries < ASKS; tries++) {
      tell(`print("${mark}"+(${what}))`);
      await until("an answer", answered, 5_000).catch(() => undefined);
    }
    if (answer === undefined) throw new Error(`no answer to ${what}`);
    return answer.slice(mark.length);
  };

  return {
    boot: start,
    press: (down) => tell(`$press(${down})`),
    wifi: (up, ssid) => tell(`${ssid === undefined ? "" : `$air.ssid=${quoted(ssid)};`}$wifi(${up})`),
    powerCut: off,
    say: (samples) => writeFileSync(path(MICROPHONE_FILE), samples),
    heard() {
      if (!existsSync(path(SPEAKER_FILE)) || statSync(path(SPEAKER_FILE)).size === heardBytes)
        return new Uint8Array(0);
      const all = new Uint8Array(readFileSync(path(SPEAKER_FILE)));
      const fresh = all.subarray(heardBytes);
      heardBytes = all.length;
      return fresh;
    },
    lines,
    line: serial.line,
    starts: () => starts,
    record: (name) => readRecord(flash(), name),
    program: (place) => programIn(readFile(flash(), `bear.${place}`)!),
    ask,
    close() {
      off();
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
