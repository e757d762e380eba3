/** All tests but the browser's, in three groups, one after the other: `npm test`. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import type { TestProjectInlineConfiguration } from "vitest/config";

/** Their figures are of times: nothing runs beside them. */
const ALONE = ["test/server/adapters/passwords.test.ts", "test/tools/bench/bench.test.ts"];
/** Bears that speak in real time and programs that start: these wait for most of their time, and would be late beside what works. */
const WALKS = [
  "test/walks/**/*.test.ts",
  "test/firmware/walk/**/*.test.ts",
  "test/tools/{commands,doctor,flash}/**/*.test.ts",
  "test/server/adapters/{ffmpeg,programs,speech}/**/*.test.ts",
];
const ALL = ["test/**/*.test.ts"];
const NEVER = ["test/browser/**"];

// three on two cores: while one waits, two work
const workers = Math.max(3, availableParallelism() - 1);

const group = (
  name: string,
  groupOrder: number,
  files: { include: string[]; exclude: string[] },
  maxWorkers: number,
): TestProjectInlineConfiguration => ({
  test: {
    ...{ name, ...files, maxWorkers, sequence: { groupOrder } },
    globalSetup: "test/support/shelf.ts",
    // programs start, and a busy machine starts them late: what a test waits for is a fact, not this
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // a fact that comes true in time may be late on a busy machine
    expect: { poll: { timeout: 10_000 } },
  },
});

export default defineConfig({
  test: {
    projects: [
      group("walks", 1, { include: WALKS, exclude: [...NEVER, ...ALONE] }, workers),
      group("rooms", 2, { include: ALL, exclude: [...NEVER, ...ALONE, ...WALKS] }, workers),
      group("alone", 3, { include: ALONE, exclude: NEVER }, 1),
    ],
  },
});
