import { existsSync, rmSync, writeFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { boards, buildFirmware, buildProgram } from "../../../tools/firmware/build.ts";
import type { Firmware } from "../../../tools/firmware/build.ts";
import { inlineConstants } from "../../../tools/firmware/constants.ts";
import { fold } from "../../../tools/firmware/fold.ts";
import { mark, shelve } from "../../../tools/firmware/shelve.ts";

const MOST_BYTES = 28 * 1024;
const ROOM = new URL("../../../firmware/planted.ts", import.meta.url).pathname;

describe("a production build", () => {
  let firmware: Firmware;
  beforeAll(async () => {
    firmware = await buildFirmware({ profile: "production" });
  });

  test("is at most 28 KB of ASCII", () => {
    expect(firmware.bundle.length).toBeLessThanOrEqual(MOST_BYTES);
    expect(firmware.bundle + firmware.loader).toMatch(/^[\x00-\x7f]+$/);
  });

  test("makes no random numbers of the chip's, which repeat at every start", () => {
    expect(firmware.bundle + firmware.loader).not.toMatch(/Math\.random|hwRand/);
  });

  test("keeps the wire's names, and writes nothing to a console", () => {
    for (const name of ["device_nonce", "hmac_hex", "firmware_version", "buffer_ms", "window_id", "suite"])
      expect(firmware.bundle).toContain(name);
    expect(firmware.bundle).not.toContain("print");
  });

  test("is the same bytes each time", async () => {
    expect((await buildFirmware({ profile: "production" })).bundle).toBe(firmware.bundle);
  });

  test("is reported: bytes, variables from flash and from RAM, and the largest modules first", () => {
    const { report } = firmware;
    expect(report).toMatchObject({ board: "esp32-classic", profile: "production" });
    expect(report.bytes).toBe(firmware.bundle.length);
    expect(report.variables.flash).toBeGreaterThan(100);
    expect(report.variables.ram).toBeGreaterThan(report.variables.flash + 1_000);
    const sizes = report.modules.map(({ bytes }) => bytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(report.modules.map(({ path }) => path)).toContain("sdk/toy/states.ts");
  });
});

test("a board that is no file of firmware/boards is refused, with those there are", async () => {
  expect(boards()).toContain("esp32-classic");
  await expect(buildFirmware({ board: "toaster", profile: "production" })).rejects.toThrow(
    "no board toaster: there are esp32-classic",
  );
});

describe("the gate before a build", () => {
  afterEach(() => rmSync(ROOM, { force: true }));

  test("refuses what Espruino would stumble on, by file and line, with the cure", async () => {
    expect(existsSync(ROOM)).toBe(false);
    writeFileSync(ROOM, "/** planted */\nexport {};\nprint([1].flat());\n");
    await expect(buildProgram("firmware/planted.ts", { profile: "development" })).rejects.toThrow(
      "firmware/planted.ts:3: .flat(). Espruino has none",
    );
  });
});

describe("a program's meaning stays the same", () => {
  const run = (code: string): unknown => runInNewContext(code);

  test("when its constants are written where they are read, and a local of the same name is left alone", () => {
    const code = `const A = 2; const T = { X: 3, Y: 4 };
      function f(A) { return A * T.X; }
      f(10) + A + T.Y;`;
    const made = inlineConstants(code);
    expect(run(made)).toBe(run(code));
    expect(made).not.toContain("T.");
  });

  test("when a function moves into the only one that calls it, and stays where two do", () => {
    const code = `function leaf(n) { return n + 1; }
      function twice(n) { return leaf(leaf(n)); }
      function shared(n) { return n * 2; }
      function a(n) { return shared(twice(n)); }
      function b(n) { return shared(n); }
      a(1) + b(2);`;
    const made = fold(code, new Set());
    expect(run(made)).toBe(run(code));
    expect(made).not.toMatch(/^function (leaf|twice)/m);
    expect(made).toContain("function shared");
  });

  test("when one that makes functions, or is handed on, does not move", () => {
    const code = `function keeps(n) { return () => n; }
      function value(n) { return n; }
      function main() { const list = [1, 2].map(value); return keeps(list[1])(); }
      main();`;
    const made = fold(code, new Set());
    expect(run(made)).toBe(2);
    expect(made).toContain("function keeps");
    expect(made).toContain("function value");
  });

  test("when its functions are shelved behind it, and read when they are called", () => {
    const code = `function add(a, b) { return a + b; }
      function sum(n) { return n === 0 ? 0 : add(n, sum(n - 1)); }
      RESULT = sum(10);`;
    const program = shelve(mark(code, new Set(["add"])));
    const context = {
      PROGRAM: 0,
      RESULT: 0,
      require: () => ({ read: () => program }),
    };
    runInNewContext(program, context);
    expect(context.RESULT).toBe(55);
  });

  test("a function to keep ready that is not there is told of", () => {
    expect(() => fold("function a() {}", new Set(["gone"]))).toThrow("no function gone to keep ready");
  });
});
