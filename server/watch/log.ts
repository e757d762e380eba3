/** The log: one JSON line each on stdout, with secrets and words struck out. MISSION D05, SAFETY S8 */
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
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
 * Opens the log. `destination` is stdout where not given.
 *
 *     const log = openLog(clock, "info");
 *     log.info({ toy, session }, "claim accepted");
 */
export function openLog(clock: Clock, level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }), log: (fields: Fields) => struckOut(fields) },
    serializers: { error: describe },
  };
  return new PinoLog(destination ? pino(options, destination) : pino(options));
}

/** Small, for each toy on the line has one: a child of pino's own would be 1 KB. */
class PinoLog implements Log {
  readonly #logger: Logger;
  readonly #bound: object;

  constructor(logger: Logger, bound: object = {}) {
    this.#logger = logger;
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
  }
  error(fields: object, message: string): void {
    this.#logger.error({ ...this.#bound, ...fields }, message);
  }
  child(fields: object): Log {
    return new PinoLog(this.#logger, { ...this.#bound, ...fields });
  }
}
