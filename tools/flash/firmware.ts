/** The program that a toy is to run: built here, or a bundle that was built before. */
import { readFileSync } from "node:fs";
import { MAX_PROGRAM_BYTES, PROGRAM_MARK } from "../../firmware/record.ts";
import { EXIT, Fault } from "../fault.ts";
import { boards, buildFirmware } from "../firmware/build.ts";
import type { Profile } from "../firmware/build.ts";
import type { Order } from "./record.ts";

export interface Choice {
  profile: string;
  board: string;
  /** a file, in the place of the program that would be built */
  bundle?: string;
  /** undefined: that of firmware/package.json */
  version?: string;
}

/** what a toy takes at most */
export const MAX_BUNDLE_BYTES = MAX_PROGRAM_BYTES;
const PROFILES: readonly string[] = ["development", "production"] satisfies Profile[];
const MANIFEST = new URL("../../firmware/package.json", import.meta.url);

export function firmwareVersion(): string {
  return (JSON.parse(readFileSync(MANIFEST, "utf8")) as { version: string }).version;
}

/** Throws a Fault for a profile or a board there is none of, or a file that is no bundle. */
export async function chooseFirmware({
  profile,
  board,
  bundle: path,
  version = firmwareVersion(),
}: Choice): Promise<Order["firmware"]> {
  if (!PROFILES.includes(profile))
    throw new Fault(`there is no profile ${profile}: ${PROFILES.join(" or ")}`, EXIT.USAGE);
  if (!boards().includes(board))
    throw new Fault(`there is no board ${board}: ${boards().join(", ")}`, EXIT.USAGE);
  // PROTOCOL.md §10: a toy says its board with its version
  const built = await buildFirmware({ board, profile: profile as Profile, version: `${version}+${board}` });
  const bundle = path === undefined ? built.bundle : readBundle(path);
  return { bundle, loader: built.loader, setup: built.setup, version, profile };
}

export function readBundle(path: string): string {
  const text = readFileSync(path, "latin1");
  const isProgram = text.startsWith(PROGRAM_MARK) && /^[\0-\x7f]*$/.test(text);
  if (!isProgram || text.length > MAX_BUNDLE_BYTES)
    throw new Fault(
      `${path} is not a toy's program, as bear build-firmware makes one: ASCII, of at most ${MAX_BUNDLE_BYTES} bytes`,
      EXIT.USAGE,
    );
  return text;
}
