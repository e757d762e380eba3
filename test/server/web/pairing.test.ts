/** Pairing as a parent walks through it, and the label in all its forms. PROTOCOL.md §2, §8 */
import { describe, expect, test } from "vitest";
import { nextFlow } from "../../../server/web/screens/pair/flow.ts";
import type { Flow, FlowEvent } from "../../../server/web/screens/pair/flow.ts";
import { labelOf, scannedLabel } from "../../../server/web/screens/pair/label.ts";

const label = { deviceId: "bear-m5h47mktdrkakjdc", code: "0123456789ABCDEFGHJKMNPQRS" };
const text = `${label.deviceId}.${label.code}`;

describe("a label", () => {
  test("is read from its QR code, whoever printed it", () => {
    expect(scannedLabel(`https://bears.example.org/pair#${text}`)).toEqual(label);
    expect(scannedLabel(`http://localhost:8000/pair#${text}`)).toEqual(label);
  });

  test("is read as it was typed: in small letters, in groups", () => {
    expect(labelOf(`BEAR-M5H47MKTDRKAKJDC.0123-4567 89abcdefghjkmnpqrs`)).toEqual(label);
  });

  test.each([
    "https://example.org/",
    "https://example.org/pair",
    `https://example.org/other#${text}`,
    `javascript:alert(1)/pair#${text}`,
    `https://example.org/pair#${text}.more`,
    `https://example.org/pair#${label.deviceId}`,
    "WIFI:S:home;;",
    "",
  ])("is not %j", (other) => expect(scannedLabel(other)).toBeUndefined());
});

describe("pairing", () => {
  const window = { window_id: "w", choices: ["apple"], expires_in: 180 };
  const walk = (...events: FlowEvent[]): Flow =>
    events.reduce<Flow>(nextFlow, { step: "who", label: undefined });
  const child = { kind: "child", childId: "c" } as const;
  const looked = (
    state: "open" | "paired" | "expired" | "cancelled",
    picked = false,
    triesLeft?: number,
  ): FlowEvent => ({
    kind: "looked",
    windowId: "w",
    view: { state, picked, tries_left: triesLeft },
  });
  const toWords = [child, { kind: "label", label }, { kind: "opened", window }] as const;

  test("goes from the child to the label, the press, the words, the paw, the end", () => {
    expect(walk(child).step).toBe("label");
    expect(walk(child, { kind: "label", label }).step).toBe("press");
    expect(walk(...toWords)).toMatchObject({ step: "words", triesLeft: undefined });
    expect(walk(...toWords, looked("open", true)).step).toBe("paw");
    expect(walk(...toWords, looked("open", true), looked("paired", true))).toEqual({
      step: "done",
      childId: "c",
    });
  });

  test("needs no label where the address brought it", () => {
    expect(nextFlow({ step: "who", label }, child)).toMatchObject({ step: "press", label });
  });

  test("tells how many tries are left, and stays with the words", () => {
    expect(walk(...toWords, looked("open", false, 2))).toMatchObject({ step: "words", triesLeft: 2 });
  });

  test("that is refused stays where it is, and can be tried again with the same label", () => {
    const refused = walk(child, { kind: "label", label }, { kind: "refused" });
    expect(refused).toMatchObject({ step: "press", refused: true });
    expect(nextFlow(refused, { kind: "opened", window }).step).toBe("words");
  });

  test.each(["expired", "cancelled"] as const)("that is %s begins again with the press", (why) => {
    const over = walk(...toWords, looked("open", true), looked(why, true));
    expect(over).toMatchObject({ step: "over", why });
    expect(nextFlow(over, { kind: "again" })).toMatchObject({ step: "press", refused: false, label });
  });

  test("hears nothing of another window, nor of one that is over", () => {
    const words = walk(...toWords);
    expect(
      nextFlow(words, { kind: "looked", windowId: "other", view: { state: "paired", picked: true } }),
    ).toBe(words);
    const done = walk(...toWords, looked("paired", true));
    expect(nextFlow(done, looked("expired"))).toBe(done);
  });
});
