/** Runs a program on a real Espruino, its Linux build, where the environment variable ESPRUINO names one. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ESPRUINO = process.env.ESPRUINO;

export interface RunOptions {
  /** ms it may take at most */
  ms?: number;
  /** stops once a line says so */
  until?: (line: string) => boolean;
}

/** The lines that a program prints, without what the console adds. */
export function runOnInterpreter(source: string, { ms = 5_000, until }: RunOptions = {}): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "espruino-"));
  writeFileSync(join(folder, "program.js"), Buffer.from(source, "latin1"));
  const child = spawn(ESPRUINO!, ["program.js"], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
  const lines: string[] = [];
  let rest = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("error", reject);
    child.stdout.on("data", (bytes: Buffer) => {
      rest += plain(bytes.toString("latin1"));
      const whole = rest.split("\n");
      rest = whole.pop()!;
      lines.push(...whole);
      if (until && whole.some(until)) child.kill("SIGKILL");
    });
    child.on("close", () => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      resolve([...lines, rest].filter((line) => line !== ""));
    });
  });
}

/** Less the cursor's movements and the prompt. */
export function plain(text: string): string {
  return text.replace(/\x1b\[\d*[A-Z]|\r|\xff/g, "").replace(/^>/gm, "");
}
