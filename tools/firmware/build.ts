/** Builds the toy's program for one board: one minified file that runs from flash, its loader, and a report of what it weighs. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import type { CommonOptions, Plugin } from "esbuild";
import { dropLogs, inlineConstants, shortenUndefined } from "./constants.ts";
import { fold } from "./fold.ts";
import { callByName } from "./host.ts";
import { describe, findingsIn } from "./gate.ts";
import type { Finding } from "./gate.ts";
import { hot, lean } from "./hot.ts";
import { reservedNames } from "./names.ts";
import { readOutside } from "./outside.ts";
import type { Outside } from "./outside.ts";
import { reportOf } from "./report.ts";
import { mark, RUN, shelve } from "./shelve.ts";
import { shortenWords } from "./words.ts";
import type { FirmwareReport } from "./report.ts";

export type Profile = "development" | "production";

export interface FirmwareOptions {
  /** a file of firmware/boards, without `.ts` */
  board?: string;
  profile: Profile;
  /** undefined: that of firmware/package.json */
  version?: string;
}

export interface Firmware {
  /** goes into its place in Storage, `bear.0` */
  bundle: string;
  /** goes into Storage as `.boot0` */
  loader: string;
  /** goes into Storage as `setup` */
  setup: string;
  report: FirmwareReport;
}

/** What a toy cannot take, by file and line, each with its cure. */
export class FirmwareRefused extends Error {
  readonly findings: Finding[];

  constructor(findings: Finding[]) {
    super(findings.map(describe).join("\n"));
    this.findings = findings;
  }
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FIRMWARE = join(ROOT, "firmware");
const MAIN = "firmware/main.ts";
/** a toy's three programs: what leaves one of them is known to all */
const TOY = [MAIN, "firmware/loader.ts", "firmware/setup.ts"];
export const DEFAULT_BOARD = "esp32-classic";

/** DESIGN.md, "Firmware": what Espruino parses beyond ES5. */
const SYNTAX_KEPT =
  "class class-field class-static-field arrow const-and-let template-literal for-of object-extensions object-accessors nullish-coalescing optional-catch-binding";
const SUPPORTED = Object.fromEntries(SYNTAX_KEPT.split(" ").map((name) => [name, true]));

const common: CommonOptions = {
  platform: "neutral",
  target: "es5",
  charset: "ascii",
  legalComments: "none",
  logLevel: "silent",
  supported: SUPPORTED,
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};

export function boards(): string[] {
  return readdirSync(join(FIRMWARE, "boards"))
    .map((file) => basename(file, ".ts"))
    .filter((name) => name !== "board");
}

/** Puts the chosen board, and what Espruino does natively, in the place of their stand-ins. */
function places(board: string): Plugin {
  return {
    name: "places",
    setup(to) {
      to.onResolve({ filter: /\/board\.ts$/ }, () => ({ path: join(FIRMWARE, "boards", `${board}.ts`) }));
      to.onResolve({ filter: /^\.\/native\.ts$/ }, ({ importer }) =>
        importer.includes("/sdk/protocol/") ? { path: join(FIRMWARE, "host/native.ts") } : undefined,
      );
    },
  };
}

function versionOf(): string {
  return (JSON.parse(readFileSync(join(FIRMWARE, "package.json"), "utf8")) as { version: string }).version;
}

/** One file of statements, its names still long; and what each room adds to it. Refuses what a toy cannot take. */
async function bundleOf(
  entry: string,
  { board = DEFAULT_BOARD, profile, version = versionOf() }: FirmwareOptions,
): Promise<{ code: string; modules: Record<string, number> }> {
  if (!boards().includes(board)) throw new Error(`no board ${board}: there are ${boards().join(", ")}`);
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: [join(ROOT, entry)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    outdir: "out",
    format: "esm",
    treeShaking: true,
    define: { PRODUCTION: String(profile === "production"), VERSION: JSON.stringify(version) },
    plugins: [places(board)],
  });
  const findings = Object.keys(metafile.inputs)
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }))
    .flatMap(findingsIn);
  if (findings.length > 0) throw new FirmwareRefused(findings);
  const [output] = Object.values(metafile.outputs);
  const modules = Object.fromEntries(
    Object.entries(output!.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]),
  );
  return { code: outputFiles[0]!.text, modules };
}

/** What leaves a program by name, and so keeps it. */
function outsideOf(entry: string): Outside {
  return readOutside(ROOT, TOY.includes(entry) ? TOY : [entry]);
}

async function minify(code: string, { fields }: Outside): Promise<string> {
  const { code: small } = await transform(code, {
    ...common,
    minify: true,
    treeShaking: true,
    format: "esm",
    mangleProps: /./,
    reserveProps: reservedNames(join(FIRMWARE, "espruino.d.ts"), fields),
  });
  return small.trim().replaceAll("espruino(", "require(").replaceAll("espruinoEval(", "eval(");
}

/** The loader keeps its own names to itself, and leaves the program the top. */
function loaderOf(code: string): string {
  return `(function(){${code}})();try{${RUN}}catch(e){print(e);FALL_BACK()}FALL_BACK=0`;
}

/** A program that runs by itself, beside the toy's: its names are its own. */
async function besideOf(entry: string, options: FirmwareOptions): Promise<string> {
  const { code } = await bundleOf(entry, options);
  const said = options.profile === "production" ? dropLogs(code) : code;
  return minify(fold(inlineConstants(said), new Set()), outsideOf(entry));
}

/** A program from this entry, a path from the root of the repository, as the toy's own is built. */
export async function buildProgram(
  entry: string,
  options: FirmwareOptions,
): Promise<{ program: string; modules: Record<string, number> }> {
  const { code, modules } = await bundleOf(entry, options);
  const ships = options.profile === "production";
  const outside = outsideOf(entry);
  const said = ships ? shortenWords(dropLogs(code), outside.ownWords) : code;
  // a program that is not the toy's has its own rooms, and not all of the toy's
  const known = new Set(
    [...hot, ...lean].filter((name) => entry === MAIN || code.includes(`function ${name}(`)),
  );
  const folded = shortenUndefined(fold(inlineConstants(callByName(said)), known));
  return { program: shelve(await minify(mark(folded, hot), outside)), modules };
}

/**
 * Throws a FirmwareRefused where a room holds what Espruino cannot take.
 *
 *     const { bundle, loader, report } = await buildFirmware({ board: "esp32-classic", profile: "production" });
 */
export async function buildFirmware(options: FirmwareOptions): Promise<Firmware> {
  const { program, modules } = await buildProgram(MAIN, options);
  const loader = loaderOf(await besideOf("firmware/loader.ts", options));
  const setup = `(function(){${await besideOf("firmware/setup.ts", options)}})()`;
  return { bundle: program, loader, setup, report: reportOf(options, { program, loader, setup }, modules) };
}
