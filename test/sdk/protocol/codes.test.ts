/** The names in the code are the names in the text: sdk/PROTOCOL.md §3.3, §5. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  CLAIM_CODES,
  CLIPS,
  CODEC,
  codecBytes,
  codecRate,
  DOWN,
  REFUSED_CODES,
  UP,
} from "@bearlink/sdk/protocol";

const text = readFileSync(new URL("../../../sdk/PROTOCOL.md", import.meta.url), "utf8");
const between = (start: string, end: string) =>
  text.slice(text.indexOf(start), text.indexOf(end, text.indexOf(start)));

/** `| NAME | 0x01 | … |` */
function frameTypes(table: string): Record<string, number> {
  const rows = [...table.matchAll(/^\| ([A-Z_]+) \| (0x[0-9a-f]{2}) \|/gm)];
  return Object.fromEntries(rows.map(([, name, type]) => [name, Number(type)]));
}
const words = (pattern: RegExp) => pattern.exec(text)?.[1]?.split(" ");

describe("PROTOCOL.md and the code name the same", () => {
  test("frame types up", () => expect(UP).toEqual(frameTypes(between("| up | type |", "| down | type |"))));
  test("frame types down", () =>
    expect(DOWN).toEqual(frameTypes(between("| down | type |", "COMMAND is repeated"))));
  test("codecs", () => {
    const row = between("| 2 | u8 codec |", "\n");
    const codecs = [...row.matchAll(/(\d) `([a-z0-9]+)`/g)].map(([, id, name]) => [
      name!.toUpperCase(),
      Number(id),
    ]);
    expect(CODEC).toEqual(Object.fromEntries(codecs));
  });
  test("clips", () => expect(CLIPS).toEqual(words(/Clips of CUE: `([^`]+)`/)));
  test("refusals", () => expect(REFUSED_CODES).toEqual(words(/Codes of REFUSED: `([^`]+)`/)));
  test("errors of a claim", () => {
    const table = between("| answer | when |", "3.4 Answer");
    const codes = [...table.matchAll(/^\| \d{3}.*\| `([A-Z_]+)` \|$/gm)].map((row) => row[1]);
    expect(new Set(CLAIM_CODES)).toEqual(new Set(codes));
  });
});

test.each([
  [CODEC.U8, 8000, 1],
  [CODEC.ULAW, 8000, 1],
  [CODEC.S16, 16_000, 2],
  [CODEC.OPUS, 48_000, 0],
])("codec %d has %d samples a second of %d bytes", (codec, rate, size) => {
  expect([codecRate(codec), codecBytes(codec)]).toEqual([rate, size]);
});
