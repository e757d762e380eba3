/** The log: one JSON line each on stdout, with secrets and words struck out. MISSION D05, SAFETY S8 */
import { destination, pino } from "pino";
import type { Logger } from "pino";
import { LOG_BYTES, LOG_FLUSH_MS } from "../bounds.ts";
import type { Clock, Log } from "../ports.ts";

/** No line should hold these; where one does, the value is struck out. */
const STRUCK = new Set([
  "authorization",
  "child",
  "device_secret",
  "hmac_hex",
  "key",
  "nickname",
  "pairing_code",
  "password",
  "prk",
  "proof_hex",
  "reply",
  "secret",
  "sk",
  "text",
  "token",
  "transcript",
  "words",
]);
const CENSOR = "[struck out]";
/** objects within objects that are looked through */
const DEPTH = 3;

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

type Fields = Record<string, unknown>;

export interface LogDestination {
  /** One line, with its end. */
  write(line: string): void;
  /** Lets go of what it has gathered, where it gathers. */
  flush?(): void;
}

/** The fields without what no line should hold; the same object where there is nothing of it. */
function struckOut(fields: Fields, depth = DEPTH): Fields {
  let out = fields;
  for (const [name, value] of Object.entries(fields)) {
    const told = STRUCK.has(name) ? CENSOR : isPlain(value) ? below(value, depth) : value;
    if (told === value) continue;
    if (out === fields) out = (Array.isArray(fields) ? [...fields] : { ...fields }) as Fields;
    out[name] = told;
  }
  return out;
}

/** What is deeper than anyone looks is struck out as a whole. */
function below(value: Fields, depth: number): unknown {
  return depth > 0 ? struckOut(value, depth - 1) : CENSOR;
}

function isPlain(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && !(value instanceof Error) && !ArrayBuffer.isView(value)
  );
}

/** What a thrown value tells: `error` fields are written so, and its cause after it. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return {
    name,
    message,
    ...(typeof code === "string" && { code }),
    stack,
    ...(cause !== undefined && { cause: describe(cause) }),
  };
}

/**
 * Stdout: lines leave together, within LOG_FLUSH_MS, at once after a warning, and all of them before the process ends
 * by itself. One write for each line would cost as much as a tenth of a request.
 */
export function standardOutput(): LogDestination {
  return destination({
    ...{ fd: 1, sync: false, minLength: LOG_BYTES, periodicFlush: LOG_FLUSH_MS },
    maxWrite: 2 * LOG_BYTES, // must be more than what leaves together
  });
}

/**
 * Opens the log.
 *
 *     const log = openLog(clock, "info", standardOutput());
 *     log.info({ toy, session }, "claim accepted");
 */
export function openLog(clock: Clock, level: LogLevel, to: LogDestination): Log {
  const options = {
    level,
    base: null,
    timestamp: timeField(clock),
    formatters: { level: (label: string) => ({ level: label }), log: (fields: Fields) => struckOut(fields) },
    serializers: { error: describe },
  };
  return new PinoLog(pino(options, to), to);
}

/** The text of a moment is made once for all lines of it. */
function timeField(clock: Clock): () => string {
  let at: number | undefined;
  let text = "";
  return () => {
    const now = clock.now();
    if (now !== at) text = `,"time":"${new Date((at = now)).toISOString()}"`;
    return text;
  };
}

/** Small, for each toy on the line has one: a child of pino's own would be 1 KB. */
class PinoLog implements Log {
  readonly #logger: Logger;
  readonly #to: LogDestination;
  readonly #bound: object;

  constructor(logger: Logger, to: LogDestination, bound: object = {}) {
    this.#logger = logger;
    this.#to = to;
    this.#bound = bound;
  }
  debug(fields: object, message: string): void {
    this.#logger.debug({ ...this.#bound, ...fields }, message);
  }
  info(fields: object, message: string): void {
    this.#logger.info({ ...this.#bound, ...fields }, message);
  }
  warn(fields: object, message: string): void {
    this.#logger.warn({ ...this.#bound, ...fields }, message);
    this.#to.flush?.();
  }
  error(fields: object, message: string): void {
    this.#logger.error({ ...this.#bound, ...fields }, message);
    this.#to.flush?.();
  }
  child(fields: object): Log {
    return new PinoLog(this.#logger, this.#to, { ...this.#bound, ...fields });
  }
}
