import { expect, test } from "vitest";
import { countTurns } from "../../../../server/family/care/usage.ts";
import type { TurnCount, TurnRef, TurnVerdict } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { silent } from "../../claim/support.ts";

const ALLOWED: TurnVerdict = { action: "allow", reason: "", withheld: false };
const turnOf = (turnId: string, at: number): TurnRef => ({
  ...{ turnId, at, deviceId: "bear-1", childId: "child-1" },
  recipients: new Set(["voice"] as const),
});

function counting() {
  const clock = fakeClock();
  const counted: TurnCount[] = [];
  const usage = {
    add: async (turn: TurnCount) => void counted.push(turn),
    days: async () => [],
    forgetBefore: async () => undefined,
  };
  return { clock, counted, news: countTurns({ usage, clock, log: silent }) };
}

test("a turn is counted when it is over, with how long it took and what safety did", async () => {
  const { clock, counted, news } = counting();
  const turn = turnOf("a", clock.now());
  news.began(turn);
  news.heard(turn, "how do fish sleep", ALLOWED);
  news.said(turn, "…", { action: "redirect", reason: "x", withheld: false });
  await clock.advance(7_000);
  news.over(turn, "reply");
  news.over(turn, "reply");
  expect(counted).toEqual([
    {
      ...{ childId: "child-1", beganAt: turn.at, overAt: turn.at + 7_000 },
      ...{ redirected: true, escalated: false },
    },
  ]);
});

test("a turn in which nothing was said is none; one that was heard without words is one", () => {
  const { clock, counted, news } = counting();
  for (const words of ["", undefined]) {
    const turn = turnOf(`of ${words}`, clock.now());
    news.began(turn);
    news.heard(turn, words, ALLOWED);
    news.over(turn, "reply");
  }
  news.over(turnOf("never began", 0), "lost");
  expect(counted).toHaveLength(1);
});

test("what is withheld from a family is not in its numbers either", () => {
  const { clock, counted, news } = counting();
  const turn = turnOf("a", clock.now());
  news.began(turn);
  news.heard(turn, "…", { action: "escalate", reason: "x", withheld: true });
  news.over(turn, "reply");
  expect(counted).toMatchObject([{ redirected: false, escalated: false }]);
});
