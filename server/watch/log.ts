/** The log: one JSON line each on stdout, with secrets and words struck out. MISSION D05, SAFETY S8 */
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import type { Clock, Log } from "../ports.ts";

/** No line should hold these; where one does, the value is struck out. */
const STRUCK = [
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
];

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

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
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describe },
    redact: { paths: STRUCK.flatMap((field) => [field, `*.${field}`]), censor: "[struck out]" },
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
