/** How often a toy may do a thing, held against a naive count of all that it did. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createToyAllowance } from "../../../server/voice/allowance.ts";
import { fakeClock } from "../../support/clock.ts";

test("whenever it comes, it may where fewer than so many were let in within the window, and is told when else", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 20_000 }),
      fc.array(fc.integer({ min: 0, max: 8_000 }), { maxLength: 60 }),
      async (most, windowMs, waits) => {
        const clock = fakeClock();
        const allowance = createToyAllowance(clock, { most, windowMs });
        const letIn: number[] = [];
        for (const wait of waits) {
          await clock.advance(wait);
          const now = clock.now();
          const within = letIn.filter((at) => at > now - windowMs);
          const retryS = allowance.take();
          if (within.length < most) {
            expect(retryS).toBe(0);
            letIn.push(now);
          } else expect(retryS).toBe(Math.ceil((within.at(-most)! + windowMs - now) / 1000));
        }
      },
    ),
  );
});
