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

/** requests of each kind that make a process quick */
const WARM_REQUESTS = 5;

/** A service has served before: what is slow in the stand-in's first answers is not the cell's. */
async function warm(url: string): Promise<void> {
  const post = async (path: string, body: FormData | string): Promise<void> => {
    await (await fetch(url + path, { method: "POST", body })).arrayBuffer();
  };
  for (let times = 0; times < WARM_REQUESTS; times++) {
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array(48_044)]), "speech.wav");
    const speech = JSON.stringify({ input: FIRST_CLAUSE });
    await Promise.all([
      post("/audio/transcriptions", form),
      post("/chat/completions", "{}"),
      post("/audio/speech", speech),
    ]);
  }
}

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
  const takeLog = async (): Promise<LoggedRequest[]> => {
    const answer = await fetch(new URL("/log", url), { method: "DELETE" });
    return (await answer.json()) as LoggedRequest[];
  };
  await warm(url);
  await takeLog();
  return {
    url,
    takeLog,
    async stop() {
      const gone = once(child, "exit");
      child.kill();
      await gone;
    },
  };
}
