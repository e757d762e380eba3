/** `bear build-firmware`: the toy's program for one board, and what it weighs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import type { Firmware, Profile } from "../firmware/build.ts";
import { plaintextOption, refusePlaintext } from "../flash/plaintext.ts";

interface Options {
  board?: string;
  profile: Profile;
  server?: string;
  plaintextBehindFrames?: boolean;
  out: string;
}

/** of the report on a terminal */
const LARGEST = 8;

function readProfile(text: string): Profile {
  if (text === "development" || text === "production") return text;
  throw new Fault(`--profile is development or production, and not ${text}`, EXIT.USAGE);
}

async function built(options: Options): Promise<Firmware> {
  // only now: a compiler is slow to load, and no other command needs it
  const { boards, buildFirmware, DEFAULT_BOARD, FirmwareRefused } = await import("../firmware/build.ts");
  const { board = DEFAULT_BOARD } = options;
  if (!boards().includes(board))
    throw new Fault(`no board ${board}: there are ${boards().join(", ")}`, EXIT.USAGE);
  try {
    return await buildFirmware({ ...options, board });
  } catch (error) {
    if (error instanceof FirmwareRefused) throw new Fault(error.message);
    throw error;
  }
}

export const buildFirmwareCommand = command<Options>({
  name: "build-firmware",
  about: "build the toy's program for a board, and say what it weighs",
  options: [
    { flags: "--board <name>", about: "a file of firmware/boards; esp32-classic without it" },
    {
      flags: "--profile <name>",
      about: "development talks on its console, production is shut",
      default: "production",
      read: readProfile,
    },
    {
      flags: "--server <urls>",
      about: "where its toys will find their server: looked at, and told with the build",
    },
    plaintextOption,
    {
      flags: "--out <folder>",
      about: "where program.js, loader.js and setup.js go",
      default: "firmware/dist",
    },
  ],
  example: "bear build-firmware --board esp32-classic --profile production",
  async run({ terminal }, options) {
    const servers = options.server?.split(",").map((one) => one.trim()) ?? [];
    if (options.profile === "production") refusePlaintext(servers, options.plaintextBehindFrames === true);
    const { bundle, loader, setup, report } = await built(options);
    mkdirSync(options.out, { recursive: true });
    for (const [name, text] of Object.entries({ program: bundle, loader, setup }))
      writeFileSync(join(options.out, `${name}.js`), text, "latin1");
    const largest = report.modules.slice(0, LARGEST).map(({ path, bytes }) => `  ${bytes} ${path}`);
    terminal.answer({ ...report, servers, out: options.out }, [
      `Built for ${report.board}, ${report.profile}: ${report.bytes} bytes; beside it a loader of ${report.loaderBytes} and a setup of ${report.setupBytes}.`,
      `Loads as about ${report.variables.flash} variables from flash, ${report.variables.ram} from RAM.`,
      "Largest, before names were shortened:",
      ...largest,
    ]);
  },
});
