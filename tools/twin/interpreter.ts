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

/**
 * The lines that a program prints, without what the console adds; `espruino` is the interpreter's path.
 * Rejects where the interpreter itself crashes.
 */
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
  let stopped = false;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      stopped = true;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(stop, ms);
    child.on("error", reject);
    child.stdout.on("data", (bytes: Buffer) => {
      rest += bytes.toString("latin1");
      const whole = rest.split("\n");
      rest = whole.pop()!;
      const said = whole.map(plain);
      lines.push(...said);
      if (until && said.some(until)) stop();
    });
    child.on("close", (_code, signal) => {
      clearTimeout(timer);
      rmSync(folder, { recursive: true, force: true });
      const all = [...lines, plain(rest)].filter((line) => line !== "");
      if (signal === null || stopped) return resolve(all);
      reject(new Error(`the interpreter died of ${signal}; it had said:\n${all.slice(-20).join("\n")}`));
    });
  });
}

/** A line less the cursor's movements and the prompt. */
export function plain(line: string): string {
  return line.replace(/\x1b\[\d*[A-Z]|[\r\x08\xff]/g, "").replace(/^>+/, "");
}
