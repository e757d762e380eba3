/** This side of PGlite's thread: statements go there, and rows come back as pg would give them. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { parsers } from "./parsers.ts";

const ROOM = new URL("pglite-thread.mjs", import.meta.url);

export interface PgliteThread {
  /** Rejects with an Error that has Postgres' fields: code, constraint and the like. */
  query(text: string, parameters: unknown[]): Promise<Found>;
  close(): Promise<void>;
}

interface Found {
  rows: Record<string, unknown>[];
  rowCount: number | null;
  command: string;
}

/** as PGlite tells it: columns with their Postgres types */
type Told = Found & { fields: { name: string; dataTypeID: number }[] };

type Answer =
  | { id: number; value: Told }
  | { id: number; fault: { message: string; fields: Record<string, string | undefined> } };

interface Asker {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** A `dataDir` that is there; in memory without one. Rejects where PGlite cannot open it. */
export async function openPgliteThread(dataDir: string | undefined): Promise<PgliteThread> {
  const asText = Object.keys(parsers).map(Number);
  const thread = new Worker(ROOM, { workerData: { dataDir, asText }, execArgv: [], env: {} });
  const askers = new Map<number, Asker>();
  let asked = 0;
  let gone: Error | undefined;

  thread.on("message", (answer: Answer) => {
    const asker = askers.get(answer.id);
    if (!asker) return; // its thread has failed, and everybody was told
    forget(answer.id);
    if ("fault" in answer) asker.reject(Object.assign(new Error(answer.fault.message), answer.fault.fields));
    else asker.resolve(answer.value as never);
  });
  const end = (error: Error): void => {
    gone ??= error;
    for (const { reject } of askers.values()) reject(gone);
    askers.clear();
  };
  thread.on("error", end);
  thread.on("exit", () => end(new Error("the database's thread has ended")));
  thread.unref();

  // a process that has nothing else to do waits for a statement, and not for a database that is idle
  const forget = (id: number): void => {
    askers.delete(id);
    if (askers.size === 0) thread.unref();
  };

  const ask = <T>(question: string, about?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(gone);
      const id = ++asked;
      thread.ref();
      askers.set(id, { resolve, reject });
      try {
        thread.postMessage({ id, question, about });
      } catch (error) {
        forget(id); // a parameter that cannot be sent
        reject(error as Error);
      }
    });

  const stop = async (): Promise<void> => {
    if (gone) return;
    const left = once(thread, "exit");
    thread.ref();
    await thread.terminate();
    await left;
  };

  try {
    await ask("open");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async query(text, parameters) {
      const { rows, fields, ...found } = await ask<Told>("query", { text, parameters });
      for (const { name, dataTypeID } of fields) {
        const parse = parsers[dataTypeID];
        if (!parse) continue;
        for (const row of rows) {
          const value = row[name];
          if (typeof value === "string") row[name] = parse(value);
        }
      }
      return { ...found, rows };
    },
    async close() {
      try {
        await ask("close");
      } finally {
        await stop();
      }
    },
  };
}
