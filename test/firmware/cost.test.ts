/** What a frame may cost a toy, in empty loops of the same interpreter: the measuring is that of `bear bench --firmware`. */
import { describe, expect, test } from "vitest";
import {
  costOnEspruino,
  costOnTwin,
  DOWNLINK,
  PARTS,
  SEAL,
  UPLINK,
} from "../../tools/bench/firmware/measure.ts";
import { ESPRUINO } from "../support/interpreter.ts";

test.each(PARTS)("on the twin it is told what this takes: $name", { timeout: 60_000 }, async (part) => {
  const { least, us } = await costOnTwin({ ...part, rounds: 5 });
  expect(least).toBeGreaterThan(0);
  expect(us).toBeGreaterThan(0);
});

test("a program that fails is no figure", async () => {
  await expect(costOnTwin({ ...SEAL, before: "throw new Error('no')" })).rejects.toThrow(
    "could not be measured",
  );
});

function onEspruino(): void {
  test.each([SEAL, UPLINK, DOWNLINK])("$name takes $target loops at most", async (part) => {
    const { least } = await costOnEspruino(ESPRUINO!, part);
    expect(least).toBeGreaterThan(20);
    expect(least).toBeLessThanOrEqual(part.target!);
  });
}

// of `npm run test:espruino`
if (ESPRUINO) describe("on Espruino", { timeout: 90_000 }, onEspruino);
