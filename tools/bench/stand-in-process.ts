/** The stand-in for the models in a process of its own, with its delays and its log. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LoggedRequest } from "./model-time.ts";
import { LOADER } from "./worker.ts";

/** ms */
export interface ModelDelays {
  transcribe: number;
  firstToken: number;
  token: number;
  speech: number;
}

export interface StandInProcess {
  /** for CHAT_URL and its like */
  url: string;
  /** What was asked of it since the last call. */
  takeLog(): Promise<LoggedRequest[]>;
  stop(): Promise<void>;
}

/** What is spoken first of every reply: it ends at the first comma. */
export const FIRST_CLAUSE = "Hello there,";
const REPLY = `${FIRST_CLAUSE} little one! The moon is round.`;

export async function startStandInProcess(delays: ModelDelays): Promise<StandInProcess> {
  const { transcribe, firstToken, token, speech } = delays;
  const flags = { transcribe, "first-token": firstToken, token, speech, reply: REPLY };
  const child = spawn(
    process.execPath,
    [
      ...["--import", LOADER, fileURLToPath(new URL("../stand-in.ts", import.meta.url))],
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  // one that was forgotten does not outlive us
  process.once("exit", () => child.kill());
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    async takeLog() {
      const answer = await fetch(new URL("/log", url), { method: "DELETE" });
      return (await answer.json()) as LoggedRequest[];
    },
    async stop() {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}
