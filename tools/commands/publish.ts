/** `bear publish`: a program goes up for toys to take, all of them or some, and is held back again. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readConfig } from "@bearlink/server/config";
import { runningCell } from "../cell.ts";
import type { CellApi } from "../cell.ts";
import { command } from "../command.ts";
import type { Run } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";

interface Options {
  version?: string;
  board: string;
  bundle?: string;
  minVersion: string;
  percent?: number;
  pause?: boolean;
  resume?: boolean;
  key?: string;
  list?: boolean;
  stage?: boolean;
  dryRun?: boolean;
}

/** As the routes tell it. */
interface Published {
  version: string;
  board: string;
  size: number;
  percent: number;
  paused: boolean;
  toys: Record<string, number>;
}

export const publish = command<Options>({
  name: "publish",
  about: "put a new program up for the toys, in stages, and hold it back again",
  options: [
    { flags: "--version <n.n.n>", about: "firmware/package.json's without it" },
    { flags: "--board <name>", about: "whose toys", default: "esp32-classic" },
    {
      flags: "--bundle <file>",
      about: "a program built before, in the place of a new one of profile production",
    },
    { flags: "--min-version <n.n.n>", about: "toys older than this are left alone", default: "0.0.0" },
    { flags: "--percent <n>", about: "of a hundred toys, how many; all without it", read: readPercent },
    { flags: "--pause", about: "no toy takes it for now" },
    { flags: "--resume", about: "toys take it again" },
    { flags: "--key <file>", about: "the publisher's key, 64 hex; in development the cell's own" },
    { flags: "--stage", about: "change the stage of a --version that is up" },
    { flags: "--list", about: "what is up, and how the toys fare with it" },
    { flags: "--dry-run", about: "build and sign, and put nothing up" },
  ],
  example: "bear publish --version 1.2.0 --percent 10; bear publish --stage --version 1.2.0 --percent 100",
  async run(run, options) {
    if (options.pause && options.resume) throw new Fault("--pause or --resume, not both", EXIT.USAGE);
    if (options.list) return list(run);
    if (options.stage) return stage(run, options);
    await putUp(run, options);
  },
});

async function putUp({ env, terminal }: Run, options: Options): Promise<void> {
  const { chooseFirmware, firmwareVersion } = await import("../flash/firmware.ts");
  const { signUpdate } = await import("@bearlink/server/updates");
  const { board, minVersion: min_version, percent = 100, pause = false } = options;
  const version = options.version ?? firmwareVersion();
  for (const one of [version, min_version])
    if (!/^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(one))
      throw new Fault(`${one} is not a version such as 1.2.0`, EXIT.USAGE);
  const { bundle } = await chooseFirmware({ ...options, profile: "production", version });
  const bytes = Buffer.from(bundle, "latin1");
  const said = { version, board, min_version, sha256: createHash("sha256").update(bytes).digest("hex") };
  const seed = options.key === undefined ? undefined : readFileSync(options.key, "utf8").trim();
  const signature = signUpdate(readConfig(env), { ...said, size: bytes.length }, seed);
  const update = { ...said, signature, percent, paused: pause };
  if (options.dryRun)
    return terminal.answer(
      { ...update, size: bytes.length },
      `${version} for ${board}, ${bytes.length} bytes, is signed; nothing was put up.`,
    );
  const published = (await (
    await theCell(env)
  ).post("/api/v1/updates", {
    ...update,
    bundle: bytes.toString("base64"),
  })) as unknown as Published;
  terminal.answer(published, [
    lineOf(published),
    "Toys on the line are being told; others when they come.",
    `Next: bear publish --list, and bear publish --stage --version ${version} --percent 100`,
  ]);
}

async function stage(
  { env, terminal }: Run,
  { version, board, percent, pause, resume }: Options,
): Promise<void> {
  if (version === undefined) throw new Fault("--stage needs the --version it changes", EXIT.USAGE);
  if (percent === undefined && !pause && !resume)
    throw new Fault("say what changes: --percent, --pause or --resume", EXIT.USAGE);
  const change = {
    ...(percent !== undefined && { percent }),
    ...((pause || resume) && { paused: pause === true }),
  };
  const path = `/api/v1/updates/${encodeURIComponent(board)}/${encodeURIComponent(version)}`;
  const published = (await (await theCell(env)).patch(path, change)) as unknown as Published;
  terminal.answer(published, lineOf(published));
}

async function list({ env, terminal }: Run): Promise<void> {
  const { updates } = (await (await theCell(env)).get("/api/v1/updates")) as unknown as {
    updates: Published[];
  };
  terminal.answer({ updates }, updates.length === 0 ? "Nothing is up." : updates.map(lineOf));
}

async function theCell(env: Run["env"]): Promise<CellApi> {
  const cell = await runningCell(env);
  if (!cell) throw new Fault("no cell runs here: start one with bear start, or name it in BEARLINK_URL");
  return cell;
}

function lineOf({ version, board, size, percent, paused, toys }: Published): string {
  const reach = paused ? "paused" : `for ${percent} % of the toys`;
  const { ok = 0, offered = 0, failed = 0, refused = 0 } = toys;
  return `${version} for ${board}, ${size} bytes, ${reach}: ${ok} have it, ${offered} were told, ${failed + refused} could not take it`;
}

function readPercent(text: string): number {
  const percent = Number(text);
  if (!/^\d{1,3}$/.test(text) || percent > 100)
    throw new Fault("--percent is a whole number from 0 to 100", EXIT.USAGE);
  return percent;
}
