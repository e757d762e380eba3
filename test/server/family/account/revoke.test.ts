/** Lines that stay open close when their session ends. MISSION D11, D13 */
import { expect, test } from "vitest";
import { memoryStores } from "../../../../server/adapters/memory.ts";
import { REREAD_MS, REREAD_TOYS } from "../../../../server/bounds.ts";
import { announceEnds, watchParents } from "../../../../server/family/account/revoke.ts";
import { fakeClock, settle } from "../../../support/clock.ts";
import { away, silent } from "../../claim/support.ts";

async function open() {
  const clock = fakeClock();
  const { bus, revocations } = memoryStores({ clock });
  const ended = new Set<string>();
  const asked: number[] = [];
  const parentSessions = {
    standingOf: async (ids: string[]) => {
      asked.push(ids.length);
      return new Set(ids.filter((id) => !ended.has(id)));
    },
  };
  const closed: string[] = [];
  const line = (sessionId: string, name = sessionId) => ({
    sessionId,
    close: (reason: string) => void closed.push(`${name}: ${reason}`),
  });
  const lines = [line("a", "a1"), line("a", "a2"), line("b")];
  const ports = { parentSessions: parentSessions as never, bus, revocations, clock, log: silent };
  return {
    ports,
    clock,
    bus,
    ended,
    asked,
    closed,
    line,
    lines,
    watch: await watchParents(ports, () => lines),
  };
}

test("at the notice, every line of the session and no other", async () => {
  const { ports, ended, closed, watch } = await open();
  ended.add("a");
  await announceEnds(ports, ["a"]);
  await settle();
  expect(closed).toEqual(["a1: session ended", "a2: session ended"]);
  await watch.stop();
});

test("without a notice, at the next re-reading; and a notice that is not true closes nothing", async () => {
  const { ports, clock, ended, closed, watch } = await open();
  await announceEnds(ports, ["a", "b"]);
  await settle();
  expect(closed).toEqual([]);
  ended.add("b");
  await announceEnds({ ...ports, bus: away(ports.bus) }, ["b"]);
  await clock.advance(REREAD_MS);
  expect(closed).toEqual(["b: session ended"]);
  await watch.stop();
  expect(clock.waiting).toBe(0);
});

test("a line opened while its session ended is seen when it is looked at", async () => {
  const { ended, closed, line, lines, watch } = await open();
  ended.add("c");
  lines.push(line("c"));
  await watch.look("c");
  expect(closed).toEqual(["c: session ended"]);
  await watch.stop();
});

test("many lines are re-read in parts", async () => {
  const { clock, asked, line, lines, watch } = await open();
  for (let i = 0; i < REREAD_TOYS; i++) lines.push(line(`s${i}`));
  await clock.advance(REREAD_MS);
  expect(asked).toEqual([REREAD_TOYS - 1, 3]);
  await watch.stop();
});
