import { describe, expect, it } from "vitest";
import { modelTimes } from "../../../tools/bench/model-time.ts";
import type { LoggedRequest } from "../../../tools/bench/model-time.ts";

const CLAUSE = "Hello there,";

/** A turn's three requests, as a stand-in logs them; the server takes 5 ms before each. */
function turn(
  at: number,
  soundBytes: number,
  [words, clause, speech]: [number, number, number],
): LoggedRequest[] {
  const heardAt = at + 5;
  const askedAt = heardAt + words + 5;
  const spokenAt = askedAt + clause + 5;
  return [
    { kind: "transcribe", soundBytes, chars: 0, receivedAt: heardAt, firstAt: heardAt + words },
    {
      ...{ kind: "chat", soundBytes: 0, chars: 0, receivedAt: askedAt, firstAt: askedAt + clause - 15 },
      tokens: [
        { at: askedAt + clause - 15, text: "Hello" },
        { at: askedAt + clause, text: " there," },
        { at: askedAt + clause + 15, text: " you." },
      ],
    },
    { kind: "speech", soundBytes: 0, chars: CLAUSE.length, receivedAt: spokenAt, firstAt: spokenAt + speech },
    // the rest of the reply, which nobody waits for
    { kind: "speech", soundBytes: 0, chars: 4, receivedAt: spokenAt, firstAt: spokenAt + 9_000 },
  ];
}

describe("the models' own time of a turn", () => {
  it("runs to the words, to the first clause's last token and to that clause's first sound", () => {
    const log = turn(1_000, 48_000, [300, 365, 200]);
    expect(modelTimes(log, [{ endedAt: 1_000, soundBytes: 48_000 }], CLAUSE)).toEqual([865]);
  });

  it("is told for turns that met, whatever the order of the log", () => {
    const log = [...turn(1_010, 48_320, [300, 400, 200]), ...turn(1_000, 48_000, [100, 365, 250])].reverse();
    const turns = [
      { endedAt: 1_010, soundBytes: 48_320 },
      { endedAt: 1_000, soundBytes: 48_000 },
    ];
    expect(modelTimes(log, turns, CLAUSE)).toEqual([900, 715]);
  });

  it("knows an utterance by its length, though its rate was changed on the way", () => {
    const log = [...turn(1_000, 48_031, [10, 20, 30]), ...turn(1_001, 48_400, [40, 50, 60])];
    const turns = [
      { endedAt: 1_001, soundBytes: 48_320 },
      { endedAt: 1_000, soundBytes: 48_000 },
    ];
    expect(modelTimes(log, turns, CLAUSE)).toEqual([150, 60]);
  });

  it("of a bear that talks twice each turn has its own", () => {
    const log = [...turn(1_000, 48_000, [10, 20, 30]), ...turn(9_000, 48_000, [40, 50, 60])];
    const turns = [1_000, 9_000].map((endedAt) => ({ endedAt, soundBytes: 48_000 }));
    expect(modelTimes(log, turns, CLAUSE)).toEqual([60, 150]);
  });

  it.each(["transcribe", "chat", "speech"])("is unknown where the log has no answer of %s", (kind) => {
    const log = turn(1_000, 48_000, [300, 365, 200]).filter((request) => request.kind !== kind);
    expect(modelTimes(log, [{ endedAt: 1_000, soundBytes: 48_000 }], CLAUSE)).toEqual([undefined]);
  });

  it("is unknown where the first clause was never written to its end", () => {
    const log = turn(1_000, 48_000, [300, 365, 200]);
    log[1]!.tokens!.length = 1;
    expect(modelTimes(log, [{ endedAt: 1_000, soundBytes: 48_000 }], CLAUSE)).toEqual([undefined]);
  });
});
