/** What becomes of a turn that is over: written down sealed, withheld, or not kept; never in its way. */
import { describe, expect, test } from "vitest";
import { systemChance } from "../../../../server/adapters/chance.ts";
import { KEEP_STOP_MS, MAX_KEPT_CHARS, MAX_KEPT_WAITING } from "../../../../server/bounds.ts";
import { createRecorder } from "../../../../server/family/conversation/record.ts";
import { sealContext } from "../../../../server/ports.ts";
import type { KeptConversations, SealedTurn, TurnRef, TurnVerdict } from "../../../../server/ports.ts";
import { fakeClock, settle } from "../../../support/clock.ts";
import { testFamilyVault } from "../../../support/vault.ts";
import { countingMeter, turnRef } from "../../../support/voice.ts";
import { remembered } from "../../routes/support.ts";
import type { Line } from "../../routes/support.ts";

const ALLOW: TurnVerdict = { action: "allow", reason: "", withheld: false };

function recorder(change: Partial<Pick<KeptConversations, "keeperOf" | "keep">> = {}) {
  const clock = fakeClock();
  const meter = countingMeter();
  const lines: Line[] = [];
  const familyVault = testFamilyVault({ clock });
  const kept: SealedTurn[] = [];
  const places: [turnId: string, conversationId: string | undefined][] = [];
  const record = createRecorder({
    ...{ clock, meter, chance: systemChance, log: remembered(lines), familyVault },
    kept: ({ turnId }, conversationId) => void places.push([turnId, conversationId]),
    conversations: {
      keeperOf: async () => ({ accountId: "ada", keeps: true }),
      async keep(turn, newId) {
        kept.push(turn);
        return newId;
      },
      ...change,
    },
  });
  let turns = 0;
  const begin = (change: Partial<TurnRef> = {}): TurnRef => {
    const turn = { ...turnRef, turnId: `turn-${++turns}`, ...change };
    record.began(turn);
    return turn;
  };
  /** A whole turn. */
  const say = (words: string | undefined, verdict = ALLOW, change: Partial<TurnRef> = {}): TurnRef => {
    const turn = begin(change);
    record.heard(turn, words, verdict);
    record.said(turn, "Hello there.", { ...ALLOW, withheld: verdict.withheld });
    record.over(turn, "reply");
    return turn;
  };
  const texts = ({ turnId, messages }: SealedTurn) =>
    Promise.all(
      messages.map(async ({ role, sealedText }) => {
        const plain = await familyVault.open("ada", sealedText!, sealContext.message(turnId, role));
        return new TextDecoder().decode(plain);
      }),
    );
  return { record, begin, say, texts, kept, places, lines, clock, counts: meter.counts };
}

describe("a turn that is over", () => {
  test("is told of: the conversation it is kept in, or that it is in none", async () => {
    let away = false;
    const { record, begin, say, places } = recorder({
      async keep({ turnId }) {
        if (away) throw new Error("away");
        return turnId === "turn-2" ? undefined : "talk-1";
      },
    });
    say("hello"); // turn-1
    say("hello"); // may not be kept at this moment
    record.over(begin(), "reply"); // nobody said anything
    say("a secret", { action: "escalate", reason: "abuse", withheld: true });
    await record.close();
    away = true;
    say("hello");
    await record.close();
    expect(places.sort()).toEqual([
      ["turn-1", "talk-1"],
      ["turn-2", undefined],
      ["turn-3", undefined],
      ["turn-4", undefined],
      ["turn-5", undefined],
    ]);
  });

  test("is written down: what was heard, and one answer of all that was said, each under its family's seal", async () => {
    const { record, begin, kept, texts, clock, counts } = recorder();
    const turn = begin();
    await clock.advance(10);
    record.heard(turn, "why is the sky blue", ALLOW);
    await clock.advance(10);
    record.said(turn, "Because of light.", ALLOW);
    record.said(turn, "Shall we sing?", { action: "redirect", reason: "violence", withheld: false });
    record.over(turn, "reply");
    await record.close();
    expect(await texts(kept[0]!)).toEqual(["why is the sky blue", "Because of light. Shall we sing?"]);
    const { messages, ...rest } = kept[0]!;
    expect(rest).toEqual({
      ...{
        turnId: "turn-1",
        deviceId: turnRef.deviceId,
        childId: "child_1",
        accountId: "ada",
        at: turnRef.at,
      },
    });
    const now = clock.now();
    expect(messages.map(({ role, at, action, reason }) => [role, at, action, reason])).toEqual([
      ["child", now - 10, "allow", ""],
      ["bear", now, "redirect", "violence"],
    ]);
    expect(counts.get("turns_kept_total kept")).toBe(1);
  });

  test("is told without words where they could not be checked; silence and deaf ears leave the answer alone", async () => {
    const { record, say, kept, texts } = recorder();
    say(undefined, { action: "redirect", reason: "unchecked", withheld: false });
    say("");
    say(undefined);
    await record.close();
    expect(await Promise.all(kept.map(texts))).toEqual([
      ["", "Hello there."],
      ["Hello there."],
      ["Hello there."],
    ]);
    expect(kept[0]!.messages[0]).toMatchObject({ action: "redirect", reason: "unchecked" });
  });

  test("leaves nothing where nothing was said, where nothing is kept, and where there is no such child", async () => {
    const { record, begin, say, kept } = recorder();
    record.over(begin(), "lost");
    say("hello", ALLOW, { recipients: new Set(["voice"] as const) });
    await record.close();
    expect(kept).toEqual([]);
    for (const keeper of [{ accountId: "ada", keeps: false }, undefined]) {
      const other = recorder({ keeperOf: async () => keeper });
      other.say("hello");
      await other.record.close();
      expect(other.kept).toEqual([]);
      expect(other.counts.get("turns_kept_total not_kept")).toBe(1);
    }
  });

  test("is not written down where it is withheld: it is in the operator's queue alone", async () => {
    const { record, say, kept, counts } = recorder();
    say("my dad hits me", { action: "escalate", reason: "abuse", withheld: true });
    await record.close();
    expect(kept).toEqual([]);
    expect(counts.get("turns_kept_total withheld")).toBe(1);
  });

  test("is cut at its bound", async () => {
    const { record, begin, kept, texts } = recorder();
    const turn = begin();
    record.heard(turn, "x".repeat(MAX_KEPT_CHARS + 1), ALLOW);
    for (let i = 0; i < 50; i++) record.said(turn, "y".repeat(300), ALLOW);
    record.over(turn, "reply");
    await record.close();
    expect((await texts(kept[0]!)).map(({ length }) => length)).toEqual([MAX_KEPT_CHARS, MAX_KEPT_CHARS]);
  });
});

describe("a store that is away", () => {
  test("costs that turn alone, which is counted; no word of it is in the log", async () => {
    let away = true;
    const { record, say, lines, counts } = recorder({
      async keep() {
        if (away) throw new Error("insert of marzipan failed");
        return "id";
      },
    });
    say("marzipan");
    await settle();
    away = false;
    say("marzipan");
    await record.close();
    expect([counts.get("turns_kept_total dropped"), counts.get("turns_kept_total kept")]).toEqual([1, 1]);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain("marzipan");
  });

  test("or slow is not waited for by any turn; what waits is bounded, and a stop waits only so long", async () => {
    const { record, say, clock, counts } = recorder({ keep: () => new Promise(() => undefined) });
    for (let i = 0; i < MAX_KEPT_WAITING + 10; i++) say("hello");
    expect(counts.get("turns_kept_total dropped")).toBe(9); // one is being written
    let closed = false;
    void record.close().then(() => (closed = true));
    await clock.advance(KEEP_STOP_MS - 1);
    expect(closed).toBe(false);
    await clock.advance(1);
    expect(closed).toBe(true);
  });
});
