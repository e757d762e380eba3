/** Why a command did not do what it was asked, as one line with the cure, and the exit code that says which kind it is. */
import { ConfigError } from "@bearlink/server/config";
import { Refusal, StartError } from "@bearlink/server/errors";

/** The exit codes of `bear`; README.md lists them. */
export const EXIT = {
  DONE: 0,
  /** it was tried, and failed */
  FAILED: 1,
  /** wrong options, a file that cannot be read, or a configuration with faults */
  USAGE: 2,
  /** the database's schema is not this version's. MISSION C56 */
  SCHEMA: 3,
  /** it could not be told: what it needs to know is away */
  UNKNOWN: 4,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** `message` is one line: what is wrong, then what to do. */
export class Fault extends Error {
  readonly exit: Exit;
  /** whether it may have been done all the same: no answer came, or a store failed on the way */
  readonly unsure: boolean;

  constructor(message: string, exit: Exit = EXIT.FAILED, unsure = false) {
    super(message);
    this.exit = exit;
    this.unsure = unsure;
  }
}

/** What to do about a refusal that a person can mend. */
const CURES: Record<string, string> = {
  UNAUTHORIZED: "set BEARLINK_KEY to the cell's developer key, or run this where its DATA_DIR is",
  NOT_FOUND: "the cell does not know it, or is in production, where routes of development do not exist",
  TOY_EXISTS: "this toy was provisioned before: provision another",
  PAIRING_REFUSED: "the toy is unknown here, or belongs to another family",
  OLDER_VERSION: "raise --version: what toys have is never put back, but --pause takes a version out",
  BAD_SIGNATURE:
    "sign with the key whose public half the cell has: --key <file>, and UPDATE_PUBLIC_KEY there",
  RATE_LIMITED: "wait a minute and try again",
  UNAVAILABLE: "a store of the cell is away: see its /readyz",
};

/** A refusal of the server, whoever brought it. */
export function refused(code: string, message: string, by = ""): Fault {
  const unsure = code === "UNAVAILABLE" || code === "INTERNAL";
  return new Fault(`${by}refused (${code}): ${CURES[code] ?? message}`, EXIT.FAILED, unsure);
}

/** Any thrown value as a Fault; what is no error of ours keeps its name, so that a bug is not taken for a mistake. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof ConfigError) return new Fault(error.message, EXIT.USAGE);
  if (error instanceof Refusal) return refused(error.code, error.message);
  if (error instanceof StartError)
    return new Fault(error.message, error.code === "SCHEMA_BEHIND" ? EXIT.SCHEMA : EXIT.FAILED);
  const { code, path, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") {
    const { port } = error as { port?: number };
    return new Fault(`port ${port} is taken: stop what listens there, or set PORT or MQTT_PORT to another`);
  }
  if (code === "ENOENT" && path !== undefined) return new Fault(`${path} is not there`, EXIT.USAGE);
  if ((code === "EACCES" || code === "EISDIR") && path !== undefined)
    return new Fault(`${path} cannot be opened (${code})`, EXIT.USAGE);
  if (code === "EACCES") return new Fault(`${message}: choose a port above 1023`);
  return new Fault(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
