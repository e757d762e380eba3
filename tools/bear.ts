/** The commands of `bear`, made into one command line. */
import type { Writable } from "node:stream";
import { Command, CommanderError } from "commander";
import type { CommandSpec, Option, Run } from "./command.ts";
import { commands } from "./commands/index.ts";
import { EXIT, faultOf } from "./fault.ts";
import type { Exit } from "./fault.ts";
import { openTerminal } from "./terminal.ts";

const EXIT_CODES =
  "Exit codes: 0 done · 1 failed · 2 wrong options or configuration · 3 the database's schema is not this version's · 4 it could not be told";

/** Where a command line is run. */
export interface Machine {
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
  env: Run["env"];
}

/** Runs one command line; the answer is the exit code. Nothing is thrown. */
export async function bear(argv: string[], { stdout, stderr, env }: Machine = process): Promise<Exit> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(EXIT.FAILED); // asked twice
    stopping.abort(new Error("stopped"));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);

  const json = argv.includes("--json");
  const terminal = openTerminal({ stdout, stderr }, json);
  const run: Run = { env, terminal, signal: stopping.signal };
  const program = programOf(commands, run, { stdout, stderr });
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE;
    const fault = faultOf(error);
    terminal.note(`bear: ${fault.message}`);
    return fault.exit;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function programOf(
  specs: readonly CommandSpec[],
  run: Run,
  { stdout, stderr }: Pick<Machine, "stdout" | "stderr">,
): Command {
  // its commands inherit all that is set here but the texts, so it is set before they are made
  const program = new Command("bear")
    .description("Bearlink: the open, self-hosted stack for a talking teddy bear")
    .addHelpText("after", `\n${EXIT_CODES}`)
    .exitOverride() // commander does not end the process
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(`bear: ${oneLine(text)} (--help tells more)\n`),
    });
  for (const spec of specs) {
    const [first, second] = spec.name.split(" ") as [string, string | undefined];
    const parent = second === undefined ? program : groupOf(program, first);
    addCommand(parent, spec, second ?? first, run);
  }
  return program;
}

/** `migrate`, of `migrate up`. */
function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(`see: bear ${name} --help`);
}

function addCommand(parent: Command, spec: CommandSpec, name: string, run: Run): void {
  const command = parent.command(name).description(spec.about);
  for (const option of spec.options ?? []) addOption(command, option);
  command.option("--json", "one JSON value on stdout, for programs");
  if (spec.example) command.addHelpText("after", `\nExample:\n  ${spec.example}`);
  command.action((options: Record<string, unknown>) => spec.run(run, options));
}

function addOption(command: Command, { flags, about, required, read, default: value }: Option): void {
  const option = command.createOption(flags, about);
  if (value !== undefined) option.default(value);
  if (read) option.argParser(read);
  option.makeOptionMandatory(required === true);
  command.addOption(option);
}

/** Of "error: …", and perhaps a second line with what was meant. */
function oneLine(text: string): string {
  return text
    .replace(/^error: /, "")
    .trimEnd()
    .replaceAll("\n", " ");
}
