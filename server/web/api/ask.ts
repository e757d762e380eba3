/** Asking the server: with the token where one is needed, once more where it has just ended, and with one kind of error. */
import { Refused, refusedOf } from "./refused.ts";
import type { Session } from "./session.ts";

export interface AskPorts {
  fetch: typeof fetch;
  session: Pick<Session, "token" | "renew">;
  /** Something was changed: what was answered before may be old. */
  changed?: () => void;
}

export interface Ask {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  patch<T>(path: string, body: object): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** Without a token: signing up and in. */
  open<T>(path: string, body?: object): Promise<T>;
  /** The bytes of a file that only this account may have. */
  file(path: string): Promise<Blob>;
}

/** ms an answer may take */
const ANSWER_MS = 20_000;

export function createAsk({ fetch, session, changed }: AskPorts): Ask {
  async function send(
    method: string,
    path: string,
    token: string | undefined,
    body?: object,
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    try {
      return await fetch(path, {
        method,
        headers,
        credentials: "same-origin",
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch {
      throw new Refused("OFFLINE");
    }
  }

  async function signed(method: string, path: string, body?: object): Promise<Response> {
    const token = await session.token();
    const answer = await send(method, path, token, body);
    const again = answer.status === 401 && !(await isRefusedSignIn(answer));
    const last = again ? await send(method, path, await session.renew(token), body) : answer;
    if (method !== "GET") changed?.();
    return last;
  }

  async function read<T>(answer: Response): Promise<T> {
    if (!answer.ok) throw await refusedOf(answer);
    if (answer.status === 204) return undefined as T;
    return (await answer.json().catch(() => {
      throw new Refused("UNREADABLE", answer.status);
    })) as T;
  }

  return {
    get: async (path) => read(await signed("GET", path)),
    post: async (path, body) => read(await signed("POST", path, body)),
    patch: async (path, body) => read(await signed("PATCH", path, body)),
    delete: async (path) => read(await signed("DELETE", path)),
    open: async (path, body) => read(await send("POST", path, undefined, body)),
    async file(path) {
      const answer = await signed("GET", path);
      if (!answer.ok) throw await refusedOf(answer);
      return answer.blob();
    },
  };
}

/** A wrong password is 401 as well, and no reason to renew a token. */
async function isRefusedSignIn(answer: Response): Promise<boolean> {
  return (await refusedOf(answer.clone())).code === "SIGN_IN_REFUSED";
}
