/** Asks a cell as it is: whatever it answers is told, and nothing is mended. */
import { Fault } from "../fault.ts";

export interface Asked {
  status: number;
  headers: Headers;
  bytes: Buffer;
  /** of JSON; empty where it is none */
  body: Record<string, unknown>;
}

export interface Asker {
  url: string;
  /** a path, or a whole address */
  get(path: string, headers?: Record<string, string>): Promise<Asked>;
  post(path: string, body: object): Promise<Asked>;
}

const ANSWER_MS = 15_000;
const MAX_BYTES = 1_048_576;

export function openAsker(url: string, key: string | undefined): Asker {
  const keyed: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  async function ask(path: string, init: RequestInit): Promise<Asked> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const own = path.startsWith("/");
    try {
      const answer = await fetch(own ? url + path : path, { ...init, signal, redirect: "error" });
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (bytes.length > MAX_BYTES) throw new Error("too large");
      return { status: answer.status, headers: answer.headers, bytes, body: jsonOf(bytes) };
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
      throw new Fault(`${own ? url : path} gave no answer (${cause})`);
    }
  }
  return {
    url,
    // the key goes to the cell alone
    get: (path, headers = {}) =>
      ask(path, { headers: { ...(path.startsWith("/") ? keyed : {}), ...headers } }),
    post: (path, body) =>
      ask(path, {
        method: "POST",
        headers: { ...keyed, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
  };
}

function jsonOf(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
