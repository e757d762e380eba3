/** The twin says what a real Espruino says: against recorded facts, and against the interpreter itself where ESPRUINO names one. */
import { describe, expect, test } from "vitest";
import { openTwin } from "../../../tools/twin/twin.ts";
import { ESPRUINO, runOnInterpreter } from "../../support/interpreter.ts";
import { probes, programOf, saidIn } from "./probes.ts";

const table = (said: unknown[], asked: (typeof probes)[string]) =>
  asked.map(({ asks }, index) => [asks, said[index]]);

describe.each(Object.entries(probes))("%s:", (_name, asked) => {
  const facts = asked.map(({ asks, says }) => [asks, says]);

  test("the twin says what was recorded", () => {
    const twin = openTwin();
    twin.boot(programOf(asked));
    twin.close();
    expect(table(saidIn(twin.lines), asked)).toEqual(facts);
  });

  // of `npm run test:espruino`
  if (ESPRUINO)
    test("the interpreter says it", async () => {
      const last = `#${asked.length - 1} `;
      const lines = await runOnInterpreter(programOf(asked), { until: (line) => line.startsWith(last) });
      expect(table(saidIn(lines), asked)).toEqual(facts);
    });
});
