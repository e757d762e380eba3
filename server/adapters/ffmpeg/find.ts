/** Where ffmpeg is, if it is there and answers. */
import { execFile } from "node:child_process";
import { programsNamed } from "../programs/named.ts";

/** ms in which `ffmpeg -version` must answer */
const VERSION_MS = 5_000;

/**
 * The path of a working ffmpeg, undefined where there is none. A path that was configured is the only one tried.
 *
 *     const path = await findFfmpeg(config.FFMPEG_PATH);
 */
export async function findFfmpeg(configured?: string, searchPath?: string): Promise<string | undefined> {
  const candidates = configured ? [configured] : programsNamed("ffmpeg", searchPath);
  for (const path of candidates) if (await answers(path)) return path;
  return undefined;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(path, ["-version"], { timeout: VERSION_MS, killSignal: "SIGKILL" }, (error, stdout) =>
      resolve(!error && stdout.startsWith("ffmpeg version")),
    );
  });
}
