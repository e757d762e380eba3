/** The real Espruino that tests run programs on, where the environment variable ESPRUINO names one. */
import { runOn } from "../../tools/twin/interpreter.ts";
import type { RunOptions } from "../../tools/twin/interpreter.ts";

export { plain } from "../../tools/twin/interpreter.ts";

export const ESPRUINO = process.env.ESPRUINO;

export const runOnInterpreter = (source: string, options?: RunOptions): Promise<string[]> =>
  runOn(ESPRUINO!, source, options);
