/** The byte-exact examples of PROTOCOL.md, from `test/vectors/`. */
import { readFileSync } from "node:fs";

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the vectors are read as the text they are */
export type Vector = Record<string, any>;

export function vectors(name: string): Vector {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8")) as Vector;
}

/** The list of cases in a vector, for `test.each`. */
export function cases(vector: Vector, list = "cases"): Vector[] {
  return vector[list] as Vector[];
}

/** The bytes of a vector's hex. */
export function bytes(hex: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(hex as string, "hex"));
}
