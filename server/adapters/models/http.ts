/** One request to a model service: its key in one header, one deadline, a bound on the answer, its faults named. */
import type { Dispatcher } from "undici";
import { MAX_MODEL_JSON_BYTES, MAX_MODEL_REQUESTS, MODEL_MS } from "../../bounds.ts";
import { ModelError } from "../../errors.ts";
import type { Clock, ModelFault, ModelKey } from "../../ports.ts";
import { faultOfConnection, faultOfStatus, faultTold, retryAfterS } from "./faults.ts";
import type { ConnectionPool } from "./pool.ts";

export interface Content {
  type: string;
  bytes: Buffer;
}

export function json(value: unknown): Content {
  return { type: "application/json", bytes: Buffer.from(JSON.stringify(value)) };
}

/** An answer with a status of 2xx, not yet read. Ends in `finish` or `drop`; either is harmless when repeated. */
export interface Answer {
  /** the media type with its parameters, in lower case; "" where none was given */
  type: string;
  pieces(): AsyncGenerator<Uint8Array>;
  /** The whole, decoded; throws `garbage` where it is not JSON. */
  json(): Promise<unknown>;
  /** The key was refused after something of it was handed on: whoever brought it is told. */
  refused(fault: ModelFault): void;
  /** No more is wanted, all was well: what is left is short and is read away, so that the connection serves again. */
  finish(): void;
  /** No more is wanted: the connection is ended where anything is left. */
  drop(): void;
}

type Asked<T> = [
  path: string,
  content: Content,
  maxBytes: number,
  signal: AbortSignal,
  read: (answer: Answer) => Promise<T>,
];

export interface ModelService {
  /** scheme, host and port */
  origin: string;
  /**
   * What `read` makes of the answer. Throws a ModelError, or the signal's own reason. `path` begins with "/"; at most
   * `maxBytes` of the answer are read. Where `read` throws `auth`, it is called again with what the next key is answered.
   */
  post<T>(...asked: Asked<T>): Promise<T>;
  warm(): void;
}

/** A service whose key may be another's. */
export interface KeyedService extends ModelService {
  /** The same service, asked with what `keys` gives at each request, and with its own key where that is none; it is told the request's id. */
  askedWith(keys: (() => Promise<ModelKey>) | undefined, requestId?: string): ModelService;
}

/** bytes of an answer's end that are read for the sake of its connection */
const MAX_REST_BYTES = 16_384;

/** A service at `url`, such as "https://openrouter.ai/api/v1"; an undefined key sends none. */
export function openService(
  { url, key }: { url: string; key: string | undefined },
  pool: ConnectionPool,
  clock: Clock,
): KeyedService {
  const base = new URL(url);
  const basePath = base.pathname.replace(/\/+$/, "");
  let running = 0;

  async function attempt(
    path: string,
    content: Content,
    signal: AbortSignal,
    { key, requestId }: { key: string | undefined; requestId: string | undefined },
  ): Promise<Dispatcher.ResponseData> {
    const response = await pool.dispatcher.request({
      method: "POST",
      path: basePath + path + base.search,
      headers: {
        "content-type": content.type,
        ...(key && { authorization: `Bearer ${key}` }),
        ...(requestId !== undefined && { "x-request-id": requestId }),
      },
      body: content.bytes,
      signal,
    });
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw await refusal(response, clock.now());
  }

  async function postWith<T>(
    { keys, requestId }: { keys?: (() => Promise<ModelKey>) | undefined; requestId?: string | undefined },
    ...[path, content, maxBytes, signal, read]: Asked<T>
  ): Promise<T> {
    if (running >= MAX_MODEL_REQUESTS) throw new ModelError("limited");
    running++;
    const end = endOf(signal, clock, () => void running--);

    const once = (key: string | undefined): Promise<Dispatcher.ResponseData> =>
      attempt(path, content, end.signal, { key, requestId }).catch((error: unknown) => {
        throw explain(error, end.signal, false);
      });
    const twice = (key: string | undefined): Promise<Dispatcher.ResponseData> =>
      once(key).catch((fault: unknown) => {
        // nothing was handed on and nothing is changed by asking twice; a service that said when to come back is left alone
        const worthIt =
          fault instanceof ModelError && fault.fault === "away" && fault.retryAfterS === undefined;
        if (!worthIt || end.signal.aborted) throw fault;
        return once(key);
      });

    try {
      const given = await keys?.();
      return await withKeys(given, async (held) => {
        const response = await twice(held);
        const answer = answerOf(response, maxBytes, end, given);
        try {
          const made = await read(answer);
          whenClosed(response.body, end.release);
          return made;
        } catch (fault) {
          answer.drop();
          throw fault;
        }
      });
    } catch (fault) {
      end.release();
      throw fault;
    }
  }

  /** The first of its keys that is not refused; told where none is left. */
  async function withKeys<T>(
    given: ModelKey | undefined,
    once: (held: string | undefined) => Promise<T>,
  ): Promise<T> {
    const [first = key, ...more] = given?.values ?? [];
    try {
      return await once(first).catch((error: unknown) => {
        const next = error instanceof ModelError && error.fault === "auth" ? more[0] : undefined;
        if (next === undefined) throw error;
        return once(next);
      });
    } catch (error) {
      if (error instanceof ModelError) given?.refused(error.fault);
      throw error;
    }
  }

  const service: KeyedService["askedWith"] = (keys, requestId) => ({
    origin: base.origin,
    warm() {
      pool.warm();
      // the record that keeps it is asked now, while the child speaks
      void keys?.().catch(() => undefined);
    },
    post: (...asked) => postWith({ keys, requestId }, ...asked),
  });
  return { ...service(undefined), askedWith: service };
}

interface End {
  /** aborted by the caller, or at the deadline */
  signal: AbortSignal;
  /** What the caller does with its signal from now on is of no matter; the deadline stays. */
  letGo(): void;
  release(): void;
}

function endOf(outer: AbortSignal, clock: Clock, released: () => void): End {
  const own = new AbortController();
  const forward = (): void => own.abort(outer.reason);
  if (outer.aborted) forward();
  outer.addEventListener("abort", forward);
  const cancel = clock.after(MODEL_MS, () => own.abort(new ModelError("timeout")));
  const letGo = (): void => outer.removeEventListener("abort", forward);
  let done = false;
  return {
    signal: own.signal,
    letGo,
    release() {
      if (done) return;
      done = true;
      letGo();
      cancel();
      released();
    },
  };
}

/** Calls it when the body is wholly read, or ended. */
function whenClosed(body: Dispatcher.ResponseData["body"], done: () => void): void {
  if (body.closed) done();
  else body.once("close", done);
}

function answerOf(
  { headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  end: End,
  given: ModelKey | undefined,
): Answer {
  let finished = false;
  body.on("error", () => undefined); // told to whoever reads

  async function* pieces(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > maxBytes) throw new ModelError("garbage");
        yield piece;
      }
    } catch (error) {
      throw explain(error, end.signal, true);
    }
  }

  return {
    type: String(headers["content-type"] ?? "").toLowerCase(),
    pieces,
    json: async () => parse(await whole(pieces())),
    refused: (fault) => given?.refused(fault),
    finish() {
      finished = true;
      end.letGo();
      body.dump({ limit: MAX_REST_BYTES }).catch(() => undefined);
    },
    drop() {
      if (!finished) body.destroy();
    },
  };
}

async function refusal(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  nowMs: number,
): Promise<ModelError> {
  const wait = headers["retry-after"];
  const fault = new ModelError(
    faultOfStatus(statusCode),
    retryAfterS(Array.isArray(wait) ? wait[0] : wait, nowMs),
  );
  body.on("error", () => undefined);
  try {
    // 429 is also how an account without money is told, and no waiting helps that
    if (statusCode !== 429) return fault;
    const told = faultTold(parse(await whole(body, MAX_MODEL_JSON_BYTES)), "limited");
    return told?.fault === "budget" ? told : fault;
  } catch {
    return fault;
  } finally {
    body.destroy();
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>, maxBytes = Infinity): Promise<Buffer> {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > maxBytes) throw new ModelError("garbage");
    all.push(piece);
  }
  return Buffer.concat(all);
}

export function parse(text: Buffer | string): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    throw new ModelError("garbage");
  }
}

/** What to throw: the reason of whoever stopped it, or the fault. */
function explain(error: unknown, signal: AbortSignal, answered: boolean): unknown {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    return reason instanceof DOMException && reason.name === "TimeoutError"
      ? new ModelError("timeout")
      : reason;
  }
  return error instanceof ModelError ? error : new ModelError(faultOfConnection(error, answered));
}
