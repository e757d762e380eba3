/** All tests but the browser's, in three groups, one after the other: `npm test`. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import type { TestProjectInlineConfiguration } from "vitest/config";

/** Their figures are of times, or of sound that is late beside what works: nothing runs beside them. */
const ALONE = ["test/server/adapters/passwords.test.ts", "test/tools/bench/bench.test.ts"];
/** Bears that speak in real time and programs that start: these wait for most of their time, and would be late beside what works. */
const WALKS = [
  "test/walks/**/*.test.ts",
  "test/firmware/walk/**/*.test.ts",
  "test/tools/{commands,doctor,flash}/**/*.test.ts",
  "test/server/adapters/{ffmpeg,programs,speech}/**/*.test.ts",
];
/**
 * These keep to themselves: what one loads is there for the next, where the others load all anew. Not those that start
 * servers and programs of their own, or measure.
 */
const SHARED = [
  "test/{house,readme}.test.ts",
  "test/{sdk,second-bear}/**/*.test.ts",
  "test/server/*.test.ts",
  "test/server/!(adapters|main)/**/*.test.ts",
  "test/server/adapters/{models,sound,sql}/**/*.test.ts",
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
  isolate = true,
): TestProjectInlineConfiguration => ({
  test: {
    ...{ name, ...files, maxWorkers, isolate, sequence: { groupOrder } },
    globalSetup: "test/support/before.ts",
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
      group("shared", 2, { include: SHARED, exclude: NEVER }, workers, false),
      group("rooms", 2, { include: ALL, exclude: [...NEVER, ...ALONE, ...WALKS, ...SHARED] }, workers),
      group("alone", 3, { include: ALONE, exclude: NEVER }, 1),
    ],
  },
});
