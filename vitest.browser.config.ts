/** The walks of a real browser: `npm run test:browser`. Two at once: each has a cell, a bear and a Chromium, and waits for most of its time. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    globalSetup: "test/support/before.ts",
    testTimeout: 240_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    expect: { poll: { timeout: 15_000 } },
  },
});
