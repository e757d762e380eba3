/** Turns on the feed: their stages, the words where the family keeps them, and what is withheld. */
import { beforeEach, describe, expect, test } from "vitest";
import { KEPT_TOLD_MS } from "../../../server/bounds.ts";
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
  family = { status: toyStatus(), keepsTranscripts: true, conversationId: undefined };
  turns = createLiveTurns({
    statuses: { turnFamily: async () => family },
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
  turns.kept(turn, "talk-1");
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
    family = { status: toyStatus(), keepsTranscripts, conversationId: "talk-1" };
    wholeTurn(turnOf("turn-1", recipients));
    await clock.advance(0);
    expect(stages()).toHaveLength(5);
    expect(JSON.stringify(told)).not.toContain("sky");
    expect(JSON.stringify(told)).not.toContain("talk-1");
  });

  test("without words and without what was thought of them where these are withheld", async () => {
    wholeTurn(turnOf(), { action: "escalate", reason: "abuse", withheld: true });
    await clock.advance(0);
    expect(stages()).toHaveLength(5);
    for (const secret of ["sky", "abuse", "escalate", "light"])
      expect(JSON.stringify(told)).not.toContain(secret);
  });

  test("to nobody where the toy is another child's by now, or the record is away", async () => {
    family = { status: toyStatus({ childId: "child-2" }), keepsTranscripts: true, conversationId: undefined };
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
    turns.kept(first, undefined);
    expect(turns.activityOf("bear-1")).toBe("listening");
    await clock.advance(0);
    expect(stages().map(({ turnId, stage }) => `${turnId} ${stage}`)).toEqual([
      "turn-1 began",
      "turn-2 began",
      "turn-1 over",
    ]);
  });

  describe("with the conversation in which it is kept:", () => {
    const places = () => stages().map(({ stage, conversationId }) => `${stage} ${conversationId}`);
    const begin = (conversationId: string | undefined) => {
      family = { status: toyStatus(), keepsTranscripts: true, conversationId };
      turns.began(turnOf());
      turns.over(turnOf(), "reply");
    };

    test("from its beginning where it goes on with one, and at its end in any case", async () => {
      begin("talk-0");
      turns.kept(turnOf(), "talk-0");
      await clock.advance(0);
      expect(places()).toEqual(["began talk-0", "over talk-0"]);
    });

    test("at its end where it begins one, however soon that is known", async () => {
      begin(undefined);
      await clock.advance(KEPT_TOLD_MS - 1);
      expect(places()).toEqual(["began undefined"]);
      turns.kept(turnOf(), "talk-1");
      await clock.advance(0);
      turns.began(turnOf("turn-2"));
      turns.kept(turnOf("turn-2"), "talk-1");
      turns.over(turnOf("turn-2"), "reply");
      await clock.advance(0);
      expect(places()).toEqual(["began undefined", "over talk-1", "began undefined", "over talk-1"]);
    });

    test("none where it was not kept, though it might have gone on with one", async () => {
      begin("talk-0");
      turns.kept(turnOf(), undefined);
      await clock.advance(0);
      expect(places()).toEqual(["began talk-0", "over undefined"]);
    });

    test("that it would go on with, where nobody says in time; what is said later changes nothing", async () => {
      begin("talk-0");
      await clock.advance(KEPT_TOLD_MS);
      turns.kept(turnOf(), "talk-1");
      turns.kept(turnOf("never-began"), "talk-1");
      await clock.advance(0);
      expect(places()).toEqual(["began talk-0", "over talk-0"]);
    });
  });
});
