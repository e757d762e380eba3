/** A running cell, as a command reaches it: its address and the developer key, found where `bear start` left them. */
import { existsSync, readFileSync } from "node:fs";
import { readConfig } from "@bearlink/server/config";
import type { Config } from "@bearlink/server/config";
import { developerKeyPath, reachable } from "@bearlink/server/addresses";
import { EXIT, Fault, refused } from "./fault.ts";

type Env = Record<string, string | undefined>;

export interface CellApi {
  /** `http://host:port` */
  url: string;
  /** Rejects with a Fault that names the route's refusal. */
  get(path: string): Promise<Record<string, unknown>>;
  post(path: string, body: object): Promise<Record<string, unknown>>;
  patch(path: string, body: object): Promise<Record<string, unknown>>;
  delete(path: string): Promise<void>;
}

/** ms for an answer */
const ANSWER_MS = 15_000;
/** ms to say whether anybody is there */
const PROBE_MS = 2_000;

/** The address of the cell that these settings start, or that BEARLINK_URL names. */
export function cellUrl(env: Env, config: Config = readConfig(env)): string {
  const given = env.BEARLINK_URL;
  if (!given) return `http://${reachable(config.HOST)}:${config.PORT}`;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
    throw new Fault("BEARLINK_URL is not an address such as http://127.0.0.1:8000", EXIT.USAGE);
  return new URL(given).origin;
}

/** The developer key of the environment, or of the file a cell of this folder made. */
export function developerKey(env: Env, config: Config = readConfig(env)): string | undefined {
  if (env.BEARLINK_KEY) return env.BEARLINK_KEY;
  const path = developerKeyPath(config);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/** Whether a cell answers there. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(PROBE_MS), redirect: "error" });
    const { status } = (await answer.json()) as { status?: unknown };
    return status === "healthy";
  } catch {
    return false;
  }
}

/**
 * The cell at work, or undefined where none is and the command may work alone.
 * Throws a Fault where BEARLINK_URL names one that does not answer.
 */
export async function runningCell(env: Env): Promise<CellApi | undefined> {
  const config = readConfig(env);
  const url = cellUrl(env, config);
  if (await answers(url)) return openCellApi(url, developerKey(env, config));
  if (env.BEARLINK_URL) throw new Fault(`no cell answers at ${url}: start it, or mend BEARLINK_URL`);
  return undefined;
}

/** The routes of the cell at `url`, which a toy's file may name: the developer key goes only to the cell it is of. */
export function cellAt(url: string, env: Env): CellApi {
  return openCellApi(url, url === cellUrl(env) ? developerKey(env) : undefined);
}

/** The routes of a cell, asked with its developer key. */
export function openCellApi(url: string, key: string | undefined): CellApi {
  async function ask(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    const headers = {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(init.body !== undefined && { "content-type": "application/json" }),
    };
    let answer: Response;
    let body: unknown;
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      answer = await fetch(url + path, { ...init, headers, signal, redirect: "error" });
      body = answer.status === 204 ? {} : await answer.json();
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
      throw new Fault(`the cell at ${url} gave no answer (${cause}): is it running?`, EXIT.FAILED, true);
    }
    if (answer.ok) return body as Record<string, unknown>;
    const { code = `status ${answer.status}`, message = "" } =
      (body as { error?: { code?: string; message?: string } }).error ?? {};
    throw refused(code, message, `the cell at ${url} `);
  }
  return {
    url,
    get: (path) => ask(path, { method: "GET" }),
    post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }),
    patch: (path, body) => ask(path, { method: "PATCH", body: JSON.stringify(body) }),
    delete: async (path) => void (await ask(path, { method: "DELETE" })),
  };
}
