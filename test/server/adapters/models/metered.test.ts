import { describe, expect, it } from "vitest";
import { metered } from "../../../../server/adapters/models/metered.ts";
import { ModelError } from "../../../../server/errors.ts";
import type { Chat } from "../../../../server/ports.ts";
import { all, NEVER } from "../../../support/models.ts";

function counted(pieces: () => AsyncIterable<string>) {
  const counts: object[] = [];
  const port: Chat = { reply: pieces, warm: () => void counts.push({ warmed: true }) };
  const meter = { count: (series: string, labels?: object) => void counts.push({ series, ...labels }) };
  return { counts, chat: metered(port, meter, { kind: "chat", provider: "p" }) };
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

  it("keeps what else the port can do", () => {
    const { chat, counts } = counted(async function* () {});
    chat.warm?.();
    expect(counts).toEqual([{ warmed: true }]);
  });
});
