/** What a thrown value becomes on the command line. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../server/config.ts";
import { Refusal, StartError } from "../../server/errors.ts";
import { EXIT, Fault, faultOf } from "../../tools/fault.ts";

describe("a fault", () => {
  test.each<[string, unknown, number, RegExp]>([
    ["a fault stays itself", new Fault("x", EXIT.USAGE), 2, /^x$/],
    ["a configuration", new ConfigError(["PORT is odd"]), 2, /PORT is odd/],
    ["a schema behind", new StartError("SCHEMA_BEHIND", "run bear migrate up"), 3, /migrate up/],
    ["a folder in use", new StartError("DATA_DIR_IN_USE", "stop it"), 1, /stop it/],
    [
      "a port taken",
      Object.assign(new Error("x"), { code: "EADDRINUSE", port: 8000 }),
      1,
      /8000 is taken.*PORT/,
    ],
    [
      "a file that is not there",
      Object.assign(new Error("x"), { code: "ENOENT", path: "a.wav" }),
      2,
      /a\.wav/,
    ],
    ["a bug keeps its name", new TypeError("x is not a function"), 1, /TypeError: x is not/],
  ])("%s", (_name, error, exit, message) => {
    const fault = faultOf(error);
    expect(fault.exit).toBe(exit);
    expect(fault.message).toMatch(message);
  });

  test.each([
    ["UNAVAILABLE", true],
    ["INTERNAL", true],
    ["TOY_EXISTS", false],
    ["INVALID_REQUEST", false],
  ] as const)("after %s it is unsure whether the thing was done: %s", (code, unsure) => {
    expect(faultOf(new Refusal(code)).unsure).toBe(unsure);
  });
});
