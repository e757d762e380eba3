/** Runs a program on a real Espruino: its Linux build, in a folder of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RunOptions {
  /** ms it may take at most */
  ms?: number;
  /** stops once a line says so */
  until?: (line: string) => boolean;
}

/** The lines that a program prints, without what the console adds; `espruino` is the interpreter's path. */
export function runOn(
  espruino: string,
  source: string,
  { ms = 5_000, until }: RunOptions = {},
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "espruino-"));
  writeFileSync(join(folder, "program.js"), Buffer.from(source, "latin1"));
  const child = spawn(espruino, ["program.js"], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
  const lines: string[] = [];
  let rest = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("error", reject);
    child.stdout.on("data", (bytes: Buffer) => {
      rest += bytes.toString("latin1");
      const whole = rest.split("\n");
      rest = whole.pop()!;
      const said = whole.map(plain);
      lines.push(...said);
      if (until && said.some(until)) child.kill("SIGKILL");
    });
    child.on("close", () => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      resolve([...lines, plain(rest)].filter((line) => line !== ""));
    });
  });
}

/** A line less the cursor's movements and the prompt. */
export function plain(line: string): string {
  return line.replace(/\x1b\[\d*[A-Z]|[\r\x08\xff]/g, "").replace(/^>+/, "");
}
