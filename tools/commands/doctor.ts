/** `bear doctor`: whether a cell does all that a toy needs, or what a board on the table can do. */
import { readConfig } from "@bearlink/server/config";
import { cellUrl, developerKey } from "../cell.ts";
import { command } from "../command.ts";
import type { Run } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import { makeToy } from "../new-toy.ts";

interface Options {
  url?: string;
  origin?: string;
  port?: string;
  server?: string;
}

interface Result {
  name: string;
  ok: boolean;
  detail: string;
}

export const doctor = command<Options>({
  name: "doctor",
  about: "examine a cell as a toy would (--url), or measure a board (--port; not tried on hardware)",
  options: [
    { flags: "--url <url>", about: "the cell; that of these settings without it. Its key is BEARLINK_KEY" },
    {
      flags: "--origin <url>",
      about: "a page's origin that it should let in; the first of CORS_ORIGINS without it",
    },
    { flags: "--port <path>", about: "a board's serial port: measure it, and print a table of the figures" },
    { flags: "--server <url>", about: "with --port: whom the board asks; its own server without it" },
  ],
  example: "bear doctor --url https://bears.example.org; bear doctor --port /dev/ttyUSB0",
  async run(run, options) {
    if (options.port !== undefined && options.url !== undefined)
      throw new Fault("--url examines a cell, --port a board: one at a time", EXIT.USAGE);
    await (options.port === undefined
      ? examineCell(run, options)
      : measure(run, options.port, options.server));
  },
});

async function examineCell({ env, terminal }: Run, { url, origin }: Options): Promise<void> {
  const { serverChecks } = await import("../doctor/checks.ts");
  const { openAsker } = await import("../doctor/asker.ts");
  const config = readConfig(env);
  const address = cellUrl(url === undefined ? env : { ...env, BEARLINK_URL: url }, config);
  const asker = openAsker(address, developerKey(env, config));
  const patient = { ...asker, makeToy: () => makeToy(env), origin: origin ?? config.CORS_ORIGINS[0] };
  const results: Result[] = [];
  for (const { name, run } of serverChecks(patient)) {
    const result = await run().then(
      (detail) => ({ name, ok: true, detail }),
      (error: Error) => ({ name, ok: false, detail: error.message }),
    );
    results.push(result);
    terminal.say(`${result.ok ? "✓" : "✗"} ${name}: ${result.detail}`);
  }
  const passed = results.filter(({ ok }) => ok).length;
  terminal.answer(
    { url: address, passed, of: results.length, checks: results },
    `${passed}/${results.length}`,
  );
  if (passed < results.length)
    throw new Fault(
      `${address} is not well: ${results
        .filter(({ ok }) => !ok)
        .map(({ name }) => name)
        .join(", ")}`,
    );
}

async function measure({ terminal }: Run, port: string, server: string | undefined): Promise<void> {
  const { openLine } = await import("../flash/line.ts");
  const { openConsole } = await import("../flash/console.ts");
  const { measureBoard, tableOf } = await import("../doctor/board.ts");
  const line = await openLine(port);
  try {
    const toy = await openConsole(line);
    const measures = await measureBoard(toy, { ...(server !== undefined && { server }) });
    terminal.answer({ port, measures }, tableOf(measures));
  } finally {
    await line.close();
  }
}
