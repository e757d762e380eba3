/** `bear monitor`: what a toy says over its serial line, and a way to answer. */
import { createInterface } from "node:readline";
import { command } from "../command.ts";
import { logReader } from "../flash/log.ts";
import { portOf, portOption } from "../flash/ports.ts";

export const monitor = command<{ port?: string; reset?: boolean }>({
  name: "monitor",
  about: "show what a toy says over its serial line, in words, until Ctrl-C (not tried on hardware)",
  options: [portOption, { flags: "--reset", about: "start the board anew first" }],
  example: "bear monitor --port /dev/ttyUSB0",
  async run({ terminal, signal }, { port: given, reset }) {
    const port = await portOf(given);
    const { openLine } = await import("../flash/line.ts");
    const line = await openLine(port);
    terminal.say(`Listening at ${port}; Ctrl-C ends it. What you type goes to the toy's console.`);
    line.listen(
      logReader((said) => {
        const at = new Date();
        const time = at.toISOString().slice(11, 23);
        const meaning = said.meaning === undefined ? "" : `   ${said.meaning}`;
        terminal.answer({ at: at.toISOString(), ...said }, `${time}  ${said.text}${meaning}`);
      }),
    );
    const typed = process.stdin.isTTY ? createInterface({ input: process.stdin }) : undefined;
    typed?.on("line", (text) => void line.write(Buffer.from(`${text}\n`)).catch(() => undefined));
    // readline takes Ctrl-C for itself where it reads a terminal
    typed?.on("SIGINT", () => process.emit("SIGINT"));
    try {
      if (reset) await (await import("../flash/reset.ts")).startBoard(line);
      const ended = AbortSignal.any([signal, line.gone]);
      if (!ended.aborted) await new Promise((resolve) => (ended.onabort = resolve));
      if (line.gone.aborted) throw line.gone.reason;
    } finally {
      typed?.close();
      await line.close();
    }
  },
});
