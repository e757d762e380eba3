/** Who writes the log: a cell, on stdout; or a command, whose stdout holds its answer alone. */
import { systemClock } from "../adapters/clock.ts";
import type { Config } from "../config.ts";
import type { Log } from "../ports.ts";
import { openLog, standardOutput } from "../watch/log.ts";

export function openCellLog({ LOG_LEVEL }: Pick<Config, "LOG_LEVEL">): Log {
  return openLog(systemClock, LOG_LEVEL, standardOutput());
}

/** What is worth an error, on stderr. */
export const quietLog = openLog(systemClock, "error", process.stderr);
