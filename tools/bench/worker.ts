/** Processes of their own, so that what is measured is not disturbed by who measures: asked over IPC, gone with who started them. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sumOf } from "./numbers.ts";

/** What a process has used since it started, in all its threads. */
export interface Usage {
  cpuMs: number;
  /** of its children, ffmpeg; 0 where the system does not tell */
  childrenMs: number;
  /** bytes */
  rss: number;
  /** bytes that JavaScript holds, buffers included */
  held: number;
}

export interface Worker {
  /** Asks it by name; rejects with what it threw, or where it ended. */
  ask<T = void>(question: string, about?: unknown): Promise<T>;
  usage(): Promise<Usage>;
  /** What it uses once all that is unused was collected; it needs --expose-gc. */
  collectedUsage(): Promise<Usage>;
  /** Asks it to `stop`, and waits until it is gone. */
  stop(): Promise<void>;
}

interface Asked {
  id: number;
  question: string;
  about: unknown;
}

interface Answered {
  id: number;
  value?: unknown;
  fault?: string;
}

/** ms it may take to stop before it is killed */
const STOP_MS = 40_000;
/** ms of one clock tick of /proc; 100 a second on every Linux there is */
const TICK_MS = 10;
/** What lets Node read TypeScript, wherever it was started from. */
export const LOADER = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

const running = new Set<ChildProcess>();

/** Ends all of them at once: whoever waits for one is told that it ended. */
export function endWorkers(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Starts `room`, a module that calls `answerParent`; its stdout is nobody's, its stderr ours. */
export async function startWorker(room: string, nodeFlags: string[] = []): Promise<Worker> {
  const child = fork(fileURLToPath(new URL(room, import.meta.url)), {
    execArgv: ["--import", LOADER, ...nodeFlags],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  child.on("message", ({ id, value, fault }: Answered) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (fault === undefined) asker?.resolve(value);
    else asker?.reject(new Error(fault));
  });
  running.add(child);
  child.on("exit", (code, signal) => {
    running.delete(child);
    for (const { reject } of waiting.values()) reject(new Error(`${room} ended with ${signal ?? code}`));
    waiting.clear();
  });
  const worker: Worker = {
    ask: <T>(question: string, about?: unknown) =>
      new Promise<T>((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${room} is gone`));
        waiting.set(++asked, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id: asked, question, about } satisfies Asked);
      }),
    usage: () => worker.ask<Usage>("usage"),
    collectedUsage: () => worker.ask<Usage>("collectedUsage"),
    stop: () => stop(child, worker),
  };
  await worker.ask("usage"); // it is there
  return worker;
}

async function stop(child: ChildProcess, worker: Worker): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await worker.ask("stop").catch(() => undefined);
  if (child.connected) child.disconnect();
  await gone;
  clearTimeout(timer);
}

/** What a worker does when asked; `stop` is the last it is asked. */
export function answerParent(answers: Record<string, (about: never) => unknown>): void {
  const all: typeof answers = { stop: () => undefined, usage, collectedUsage, ...answers };
  async function answer({ id, question, about }: Asked): Promise<void> {
    try {
      reply({ id, value: await all[question]!(about as never) });
    } catch (error) {
      reply({ id, fault: `${question}: ${(error as Error).message}` });
    }
  }
  const reply = (answered: Answered): void => void (process.connected && process.send!(answered));
  process.on("message", (asked: Asked) => void answer(asked));
  process.on("disconnect", () => process.exit());
  // Ctrl-C reaches every process of the terminal; this one ends when its parent has let it go
  process.on("SIGINT", () => undefined);
}

function collectedUsage(): Usage {
  for (let times = 0; times < 2; times++) globalThis.gc!(); // what finalizers free goes the second time
  return usage();
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuMs: (user + system) / 1000, childrenMs: childrenMs(), rss, held: heapUsed + external };
}

/** Where they stand in /proc/PID/stat behind the name; proc(5). */
const FIELDS = { parent: 1, user: 11, system: 12, childrenUser: 13, childrenSystem: 14 };

/** Of all that this process started, and what those started: ended ones, and those that live. */
function childrenMs(): number {
  try {
    const { childrenUser, childrenSystem } = statOf("self");
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const all = pids.flatMap((pid) => {
      try {
        return [{ pid: Number(pid), ...statOf(pid) }];
      } catch {
        return []; // it ended meanwhile
      }
    });
    const ticksBelow = (parent: number): number =>
      sumOf(
        all
          .filter((one) => one.parent === parent)
          .map((one) => one.user + one.system + one.childrenUser + one.childrenSystem + ticksBelow(one.pid)),
      );
    return (childrenUser + childrenSystem + ticksBelow(process.pid)) * TICK_MS;
  } catch {
    return 0;
  }
}

function statOf(pid: string): Record<keyof typeof FIELDS, number> {
  // the name may hold anything, a bracket too
  const values = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  const named = Object.entries(FIELDS).map(([name, at]) => [name, Number(values[at])]);
  return Object.fromEntries(named) as Record<keyof typeof FIELDS, number>;
}
