/** Turns on the feed: their stages, the words where the family keeps them, and what is withheld. */
import { beforeEach, describe, expect, test } from "vitest";
import { createLiveTurns } from "../../../server/live/turns.ts";
import type { FamilyMessage, TurnFamily, TurnRef, TurnVerdict } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import { silentLog } from "../../support/voice.ts";
import { toyStatus } from "./support.ts";

const ALLOWED: TurnVerdict = { action: "allow", reason: "", withheld: false };
const turnOf = (turnId = "turn-1", recipients: string[] = ["voice", "transcripts"]): TurnRef =>
  ({ turnId, deviceId: "bear-1", childId: "child-1", at: 0, recipients: new Set(recipients) }) as TurnRef;

let told: [string, FamilyMessage][];
let family: TurnFamily | undefined;
let talked: string[];
let turns: ReturnType<typeof createLiveTurns>;
const clock = fakeClock();

beforeEach(() => {
  told = [];
  talked = [];
  family = { status: toyStatus(), keepsTranscripts: true };
  turns = createLiveTurns({
    statuses: { family: async () => family },
    feed: { tell: (accountId, message) => void told.push([accountId, message]) },
    ...{ clock, log: silentLog },
    talked: (deviceId) => void talked.push(deviceId),
  });
});

function wholeTurn(turn = turnOf(), verdict = ALLOWED): void {
  turns.began(turn);
  turns.heard(turn, "why is the sky blue", verdict);
  turns.said(turn, "Because of light.", verdict);
  turns.said(turn, "It scatters.", verdict);
  turns.over(turn, "reply");
}
const stages = () => told.flatMap(([, message]) => (message.type === "turn" ? [message.turn] : []));
const activities = () => told.flatMap(([, message]) => (message.type === "toy" ? [message.activity] : []));

describe("a turn is shown", () => {
  test("stage by stage, in order, with its words, to the family of its toy", async () => {
    wholeTurn();
    expect(turns.activityOf("bear-1")).toBeUndefined();
    await clock.advance(0);
    expect(new Set(told.map(([accountId]) => accountId))).toEqual(new Set(["ada"]));
    expect(stages().map(({ stage, text, outcome }) => [stage, text ?? outcome])).toEqual([
      ["began", undefined],
      ["heard", "why is the sky blue"],
      ["said", "Because of light."],
      ["said", "It scatters."],
      ["over", "reply"],
    ]);
    expect(stages()[1]!.safety).toEqual({ action: "allow", reason: "" });
    expect(talked).toEqual(["bear-1"]);
  });

  test("with what its toy does", async () => {
    const turn = turnOf();
    turns.began(turn);
    expect(turns.activityOf("bear-1")).toBe("listening");
    turns.heard(turn, "hello", ALLOWED);
    turns.said(turn, "Hello.", ALLOWED);
    expect(turns.activityOf("bear-1")).toBe("speaking");
    turns.tellAgain(["bear-1", "bear-2"]);
    await clock.advance(0);
    expect(activities()).toEqual(["listening", "thinking", "speaking", "speaking"]);
  });

  test.each([
    ["the parent did not consent to it", ["voice"], true],
    ["the child's words are not kept", ["voice", "transcripts"], false],
  ])("without words where %s", async (_why, recipients, keepsTranscripts) => {
    family = { status: toyStatus(), keepsTranscripts };
    wholeTurn(turnOf("turn-1", recipients));
    await clock.advance(0);
    expect(stages()).toHaveLength(5);
    expect(JSON.stringify(told)).not.toContain("sky");
  });

  test("without words and without what was thought of them where these are withheld", async () => {
    wholeTurn(turnOf(), { action: "escalate", reason: "abuse", withheld: true });
    await clock.advance(0);
    expect(stages()).toHaveLength(5);
    for (const secret of ["sky", "abuse", "escalate", "light"])
      expect(JSON.stringify(told)).not.toContain(secret);
  });

  test("to nobody where the toy is another child's by now, or the record is away", async () => {
    family = { status: toyStatus({ childId: "child-2" }), keepsTranscripts: true };
    wholeTurn();
    family = undefined;
    wholeTurn();
    await clock.advance(0);
    expect(told).toEqual([]);
  });

  test("over, when another has barged in, and the toy is in that one", async () => {
    const [first, second] = [turnOf("turn-1"), turnOf("turn-2")];
    turns.began(first);
    turns.began(second);
    turns.over(first, "barge-in");
    expect(turns.activityOf("bear-1")).toBe("listening");
    await clock.advance(0);
    expect(stages().map(({ turnId, stage }) => `${turnId} ${stage}`)).toEqual([
      "turn-1 began",
      "turn-2 began",
      "turn-1 over",
    ]);
  });
});
