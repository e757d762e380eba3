import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EVENT_CHARS } from "../../../../server/bounds.ts";
import { SseParser } from "../../../../server/adapters/models/sse.ts";
import { cutInto } from "../../../support/models.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function eventsOf(pieces: readonly Uint8Array[]): string[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

describe("server-sent events", () => {
  it.each([
    ["one event", "data: a\n\n", ["a"]],
    ["lines that end in CR", "data: a\r\rdata: b\r\r", ["a", "b"]],
    ["lines that end in CR LF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
    ["all three endings together", "data: a\r\ndata: b\rdata: c\n\n", ["a\nb\nc"]],
    ["no space after the colon", "data:a\n\n", ["a"]],
    ["only the first space is taken off", "data:  a\n\n", [" a"]],
    ["comments are passed over", ": OPENROUTER PROCESSING\n\n:\n\ndata: a\n: again\n\n", ["a"]],
    ["other fields are passed over", "event: x\nid: 1\nretry: 5\ndatax: no\nnothing\ndata: a\n\n", ["a"]],
    ["an event without data is none", "event: x\n\ndata\n\ndata: a\n\n", ["a"]],
    ["a byte order mark is passed over", "\ufeffdata: a\n\n", ["a"]],
    ["what is left half-way is no event", "data: a\n\ndata: b\n", ["a"]],
    ["words beyond ASCII", "data: der Bär 🧸\n\n", ["der Bär 🧸"]],
  ])("%s", (_name, text, events) => {
    const bytes = bytesOf(text);
    expect(eventsOf([bytes])).toEqual(events);
    for (let at = 1; at < bytes.length; at++) {
      expect(eventsOf([bytes.slice(0, at), bytes.slice(at)])).toEqual(events);
    }
    expect(eventsOf(cutInto(bytes, 1))).toEqual(events);
  });

  it("gives the same events however the bytes are cut", () => {
    const line = fc.oneof(
      fc.constantFrom("", ": note", "data", "data:", "data: [DONE]", "event: x"),
      fc.string({ unit: "grapheme" }).map((text) => `data: ${text}`),
    );
    const stream = fc
      .array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 30 })
      .map((lines) => lines.flat().join(""));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 12 }), (text, cuts) => {
        const bytes = bytesOf(text);
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.slice(at[index], end));
        expect(eventsOf(pieces)).toEqual(eventsOf([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses a line, and an event, that never ends", () => {
    const long = "x".repeat(MAX_EVENT_CHARS / 2 + 1);
    const line = new SseParser();
    line.push(bytesOf(long));
    expect(() => line.push(bytesOf(long))).toThrow("model: garbage");
    const event = new SseParser();
    event.push(bytesOf(`data: ${long}\n`));
    expect(() => event.push(bytesOf(`data: ${long}\n`))).toThrow("model: garbage");
  });
});
