import { expect, test } from "vitest";
import { tiers } from "../../../server/limiter/tiers.ts";
import { POLL_MS } from "../../../server/web/api/poll.ts";

const MINUTE_MS = 60_000;
/** of the privacy page, the busiest: an export and a deletion under way */
const WAITING_PARTS = 2;

test("two parents who wait before the busiest page leave the smallest tier requests for all else", () => {
  const asked = 2 * WAITING_PARTS * (MINUTE_MS / POLL_MS);
  expect(asked).toBeLessThanOrEqual(tiers.free.perMinute * 0.8);
});
