/** `bear start`: one cell, until it is told to stop. */
import { once } from "node:events";
import { startCell } from "@bearlink/server";
import { readConfig } from "@bearlink/server/config";
import { command } from "../command.ts";

/** The plain line a person waits for; the log beside it is for programs. */
export const start = command({
  name: "start",
  about: "run a cell: server, broker and bridge in one process",
  example: "PORT=8080 bear start",
  async run({ env, terminal, signal }) {
    const config = readConfig(env);
    terminal.note("Starting Bearlink …");
    const cell = await startCell(config);
    const { speech_in, chat, speech_out, sound } = cell.voices;
    terminal.note(`Bearlink is ready at ${cell.url} (MQTT on port ${cell.mqttPort}). Stop it with Ctrl-C.`);
    terminal.note(`hears: ${speech_in} · thinks: ${chat} · speaks: ${speech_out} · sound: ${sound}`);
    if (!signal.aborted) await once(signal, "abort");
    terminal.note("Stopping: running turns end first …");
    await cell.stop();
    terminal.answer({ stopped: true }, "Stopped.");
  },
});
