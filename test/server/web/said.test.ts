/** What safety did, in plain words; and which live turns go on with a talk that is open. */
import { describe, expect, test } from "vitest";
import type { LiveTurn } from "../../../server/web/api/followed.ts";
import { goingOn, sayVerdict } from "../../../server/web/screens/said.ts";
import { en } from "../../../server/web/words/en/index.ts";

const turn: LiveTurn = {
  turnId: "t1",
  deviceId: "d1",
  childId: "c1",
  conversationId: "talk-1",
  stage: "began",
  heard: undefined,
  heardSafety: undefined,
  said: [],
  outcome: undefined,
  at: "2026-03-01T10:00:00.000Z",
};
const talk = {
  id: "talk-1",
  messages: [{ id: "t0-child" }, { id: "t0-bear" }],
};

describe("a live turn", () => {
  test("goes on with the talk that the server says it is of, and with no other", () => {
    expect(goingOn(talk, [turn])).toEqual([turn]);
    expect(goingOn({ ...talk, id: "talk-2" }, [turn])).toEqual([]);
    expect(goingOn(talk, [{ ...turn, conversationId: undefined }])).toEqual([]);
  });

  test("is shown once: not when it is kept", () =>
    expect(goingOn({ ...talk, messages: [{ id: "t1-child" }] }, [turn])).toEqual([]));

  test("whose name begins as a kept one's is another", () =>
    expect(goingOn({ ...talk, messages: [{ id: "t11-child" }] }, [turn])).toEqual([turn]));
});

describe("a verdict", () => {
  const say = (of: "child" | "bear", action: string, reason: string) =>
    sayVerdict(en, of, { action: action as "allow", reason });

  test("to allow says nothing, nor does none", () => {
    expect(say("child", "allow", "")).toBeUndefined();
    expect(sayVerdict(en, "child", undefined)).toBeUndefined();
  });

  test.each([
    ["child", "violence", "The bear led away from violence."],
    ["child", "violence/graphic", "The bear led away from violence."],
    ["child", "harassment/threatening", "The bear led away from something that is not for children."],
    ["bear", "personal", "The bear's own answer was held back because of private things."],
    ["child", "constructor", "The bear led away from something that is not for children."],
    ["child", "", "The bear led away from something that is not for children."],
  ] as const)("to lead the %s away from %s is said plainly", (of, reason, text) =>
    expect(say(of, "redirect", reason)).toEqual({ text, grave: false }),
  );

  test.each(["self-harm", "self_harm", "self-harm/intent"])("of care for %s is grave", (reason) =>
    expect(say("child", "escalate", reason)).toEqual({
      text: "Your child spoke of harming oneself. Please talk with your child.",
      grave: true,
    }),
  );

  test("of a newer server, or withheld, shows that something is not shown", () =>
    expect(say("child", "withheld", "abuse")).toEqual({ text: en.talks.withheld, grave: true }));
});
