import { expect, it } from "vitest";
import type { Log } from "../../../server/ports.ts";
import { carefulClock } from "../../../server/watch/careful-clock.ts";
import { fakeClock } from "../../support/clock.ts";

it("a timer that fails is logged, and the others ring", async () => {
  const logged: object[] = [];
  const log = { error: (fields: object) => logged.push(fields) } as unknown as Log;
  const time = fakeClock();
  const clock = carefulClock(time, log);
  const rang: number[] = [];
  const fault = new Error("a bug");
  clock.after(1, () => {
    throw fault;
  });
  clock.after(2, () => rang.push(clock.now()));
  const cancel = clock.after(3, () => rang.push(0));
  cancel();
  await time.advance(5);
  expect(logged).toEqual([{ error: fault }]);
  expect(rang).toEqual([time.now() - 3]);
});
