/** `bear start`: one cell, until it is told to stop. */
import { once } from "node:events";
import { isProduction, readConfig } from "@bearlink/server/config";
import { command } from "../command.ts";
import { buildWeb } from "../web.mjs";
import { Fault } from "../fault.ts";

/** What a person waits for goes to stderr: stdout is the log, whose every line is JSON. MISSION D05 */
export const start = command({
  name: "start",
  about: "run a cell: server, broker and bridge in one process",
  example: "PORT=8080 bear start",
  async run({ env, terminal, signal }) {
    const config = readConfig(env);
    // an operator's build is a step of its own, as migrations are
    if (!isProduction(config)) await buildWeb({ log: (line) => terminal.note(line) });
    terminal.note("Starting Bearlink …");
    const { startCell } = await import("@bearlink/server"); // only now: other commands need no server
    const { openCellLog } = await import("@bearlink/server/log");
    const log = openCellLog(config);
    // a promise that nobody watched has failed by itself: the toys on the line are not to pay for it
    const onRejection = (error: unknown): void =>
      log.error({ error }, "a bug: a rejection that nobody caught");
    process.on("unhandledRejection", onRejection);
    // what no room contained leaves the process in a state that nobody knows: the toys are told to come back, and it ends
    const bug = new AbortController();
    const onException = (error: unknown): void => {
      log.error({ error }, "a bug: an exception that nobody caught; this cell stops");
      if (bug.signal.aborted) process.exit(1);
      bug.abort(error);
      setTimeout(() => process.exit(1), BUG_STOP_MS).unref();
    };
    process.on("uncaughtException", onException);
    const cell = await startCell(config, { log });
    const { speech_in, chat, speech_out, sound } = cell.voices;
    terminal.note(`Bearlink is ready at ${cell.url} (MQTT on port ${cell.mqttPort}). Stop it with Ctrl-C.`);
    terminal.note(`hears: ${speech_in} · thinks: ${chat} · speaks: ${speech_out} · sound: ${sound}`);
    await toldToStop(AbortSignal.any([signal, bug.signal]), env.npm_lifecycle_event !== undefined);
    terminal.note("Stopping: running turns end first …");
    await cell.stop();
    process.off("unhandledRejection", onRejection);
    process.off("uncaughtException", onException);
    if (bug.signal.aborted)
      throw new Fault(`the cell stopped for a bug: ${(bug.signal.reason as Error).message}`);
    terminal.note("Stopped.");
  },
});

/** ms that a cell with a bug has to stop in */
const BUG_STOP_MS = 10_000;
/** ms between two looks for the parent */
const PARENT_MS = 500;

/** By a signal; or, under npm, by the end of npm's shell, which dies of a SIGTERM and hands it on to nobody. */
async function toldToStop(signal: AbortSignal, underNpm: boolean): Promise<void> {
  const alone = new AbortController();
  const parent = process.ppid;
  const look = (): void => {
    if (process.ppid !== parent) alone.abort();
  };
  const timer = underNpm ? setInterval(look, PARENT_MS) : undefined;
  const either = AbortSignal.any([signal, alone.signal]);
  if (!either.aborted) await once(either, "abort");
  clearInterval(timer);
}
