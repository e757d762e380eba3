/** What a command of `bear` is: a description, and what it does. `bear.ts` makes the command line of these. */
import type { Terminal } from "./terminal.ts";

export interface Option {
  /** as commander reads them: `--toy <file>`, `--count <n>`, `--yes` */
  flags: string;
  about: string;
  /** asked for, or the command is not run */
  required?: boolean;
  /** shown in the help as well */
  default?: string | number | boolean;
  /** Reads the value; throws a Fault where it is not one. */
  read?: (text: string) => unknown;
}

/** What every command is given. */
export interface Run {
  /** the environment: settings are read from it by `readConfig` */
  env: Record<string, string | undefined>;
  terminal: Terminal;
  /** aborted by Ctrl-C and SIGTERM: what lives long stops cleanly then */
  signal: AbortSignal;
}

export interface CommandSpec {
  /** `talk`, or `migrate up` */
  name: string;
  /** one line for the help and README.md's table */
  about: string;
  options?: Option[];
  /** a line that can be pasted */
  example?: string;
  /** `options` by their long names in camelCase, `--json` among them. Throws a Fault where it fails. */
  run(run: Run, options: Record<string, unknown>): Promise<void>;
}

/** Types a command's options at its own door: commander has checked what was required and read each value. */
export function command<Options extends object>(
  spec: Omit<CommandSpec, "run"> & { run(run: Run, options: Options): Promise<void> },
): CommandSpec {
  return { ...spec, run: (run, options) => spec.run(run, options as Options) };
}
