/** Pseudo-terminals that socat makes, with something behind them. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { until } from "../../support/wait.ts";

export const socatMissing: string | false =
  spawnSync("socat", ["-V"]).error === undefined ? false : "socat is not installed";
/** A real interpreter, where the environment names one: its tests are not there without it. */
export const espruino = socatMissing ? undefined : process.env.ESPRUINO;

export interface Pty {
  path: string;
  /** of its own, and the working folder of what runs behind it */
  folder: string;
  close(): void;
}

/** `behind`: an address of socat, such as `TCP:127.0.0.1:4000`. */
export async function openPty(behind: string): Promise<Pty> {
  const folder = mkdtempSync(join(tmpdir(), "bearlink-tty-"));
  const path = join(folder, "tty");
  // a group of its own: what runs behind it ends with it
  const socat = spawn("socat", [`PTY,link=${path},rawer,wait-slave`, behind], {
    cwd: folder,
    stdio: "ignore",
    detached: true,
  });
  const close = (): void => {
    try {
      process.kill(-socat.pid!, "SIGKILL");
    } catch {
      // it had ended
    }
    rmSync(folder, { recursive: true, force: true });
  };
  // a test that fails does not come to close it
  onTestFinished(close);
  await until("socat made its terminal", () => existsSync(path));
  return { path, folder, close };
}
