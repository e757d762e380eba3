/** A toy's file, as `bear provision` writes it and everything that plays a toy reads it. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { isDeviceId } from "@bearlink/sdk/protocol";
import { EXIT, Fault } from "./fault.ts";

export interface ToyFile {
  device_id: string;
  /** 64 hex; nobody else has it */
  device_secret: string;
  /** 26 characters, for the label */
  pairing_code: string;
  /** of the cell it was made for */
  url: string;
}

const MAX_CHARS = 16_384;

/** Throws a Fault that says what the file lacks. */
export function readToyFile(path: string): ToyFile {
  const text = readFileSync(path, "utf8");
  const toy = text.length <= MAX_CHARS ? parse(text) : undefined;
  if (!toy)
    throw new Fault(`${path} is not a toy's file: make one with bear provision --out ${path}`, EXIT.USAGE);
  return toy;
}

function parse(text: string): ToyFile | undefined {
  let value: Partial<ToyFile> | null;
  try {
    value = JSON.parse(text) as Partial<ToyFile> | null;
  } catch {
    return undefined;
  }
  const { device_id, device_secret, pairing_code = "", url = "" } = value ?? {};
  if (!isDeviceId(device_id) || !/^[0-9a-f]{64}$/.test(device_secret ?? "")) return undefined;
  return { device_id, device_secret: device_secret!, pairing_code, url };
}

/** For its owner's eyes only. Throws a Fault where there is a file: a secret lost is a toy lost. */
export function writeToyFile(path: string, toy: ToyFile): void {
  try {
    writeFileSync(path, JSON.stringify(toy, undefined, 2) + "\n", { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new Fault(
      `${path} is there already, and may hold a toy's only secret: choose another name`,
      EXIT.USAGE,
    );
  }
  chmodSync(path, 0o600);
}
