import { describe, expect, it } from "vitest";
import { metered } from "../../../../server/adapters/models/metered.ts";
import { ModelError } from "../../../../server/errors.ts";
import type { Chat } from "../../../../server/ports.ts";
import { fakeClock } from "../../../support/clock.ts";
import { all, NEVER } from "../../../support/models.ts";

function counted(pieces: () => AsyncIterable<string>) {
  const counts: object[] = [];
  const port: Chat = { reply: pieces, warm: () => void counts.push({ warmed: true }) };
  const meter = { count: (series: string, labels?: object) => void counts.push({ series, ...labels }) };
  const lines: object[] = [];
  const clock = fakeClock();
  const turn = {
    requestId: "turn-1",
    log: { info: (fields: object, message: string) => void lines.push({ ...fields, message }) },
    spent: () => undefined,
  };
  return {
    counts,
    lines,
    clock,
    chat: metered(port, { meter, clock }, { kind: "chat", provider: "p" }, turn),
  };
}
const told = (result: string) => [{ series: "model_requests_total", kind: "chat", provider: "p", result }];

describe("a metered port", () => {
  it("counts a reply that ends well, once", async () => {
    const { chat, counts } = counted(async function* () {
      yield "a";
      yield "b";
    });
    expect(await all(chat.reply([], NEVER))).toEqual(["a", "b"]);
    expect(counts).toEqual(told("ok"));
  });

  it("counts a reply that is left early as ok, and lets the source know", async () => {
    let left = false;
    const { chat, counts } = counted(async function* () {
      try {
        yield "a";
        yield "b";
      } finally {
        left = true;
      }
    });
    for await (const piece of chat.reply([], NEVER)) {
      expect(piece).toBe("a");
      break;
    }
    expect(left).toBe(true);
    expect(counts).toEqual(told("ok"));
  });

  it.each([
    [new ModelError("auth"), "auth"],
    [new ModelError("cut"), "cut"],
    [new DOMException("stopped", "AbortError"), "cancelled"],
  ])("counts %s as `%s`, and hands it on", async (error, result) => {
    const { chat, counts } = counted(async function* () {
      yield "a";
      throw error;
    });
    await expect(all(chat.reply([], NEVER))).rejects.toBe(error);
    expect(counts).toEqual(told(result));
  });

  it("tells its turn's log what was asked of whom, how it ended and how long it took, and no word of it", async () => {
    const { chat, lines, clock } = counted(async function* () {
      yield "a secret of a child";
      await clock.advance(70);
    });
    await all(chat.reply([], NEVER));
    expect(lines).toEqual([
      { stage: "chat", provider: "p", result: "ok", duration_ms: 70, message: "a model was asked" },
    ]);
  });

  it("keeps what else the port can do", () => {
    const { chat, counts } = counted(async function* () {});
    chat.warm?.();
    expect(counts).toEqual([{ warmed: true }]);
  });
});
