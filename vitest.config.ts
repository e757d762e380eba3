import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // a fact that comes true in time may be late on a busy machine
    expect: { poll: { timeout: 10_000 } },
  },
});
