/** The port of `--port`, or the only one there is; and how far a long work has come, as a line. */
import type { Option } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";

/** Loaded when it is needed: the serial port's driver slows the start of every other command. */
async function findPorts(): Promise<string[]> {
  return (await import("./line.ts")).findPorts();
}

export const portOption: Option = {
  flags: "--port <path>",
  about: "the board's serial port, such as /dev/ttyUSB0; the only one there is without it",
};

/** Throws a Fault where none was named and there is not just one. */
export async function portOf(given: string | undefined, find = findPorts): Promise<string> {
  if (given !== undefined) return given;
  const ports = await find();
  if (ports.length === 1) return ports[0]!;
  throw ports.length === 0
    ? new Fault("no board is plugged in: plug one in with a cable that carries data, or name its --port")
    : new Fault(`there are ${ports.length} ports: name one with --port (${ports.join(", ")})`, EXIT.USAGE);
}

const BAR_CHARS = 24;

/** `part` is 0–1. */
export function progressBar(part: number): string {
  const full = Math.round(part * BAR_CHARS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CHARS - full)} ${Math.floor(part * 100)} %`;
}
