import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**"],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    // on two cores vitest's own choice is one; most of the time is waited, for a bear that speaks or a process that starts
    maxWorkers: 2,
    // a fact that comes true in time may be late on a busy machine
    expect: { poll: { timeout: 10_000 } },
  },
});
