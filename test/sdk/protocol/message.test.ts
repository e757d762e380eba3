/** What the payloads of frames say: PROTOCOL.md §5. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  assumedTurnStart,
  CLIPS,
  CODEC,
  decodeAck,
  decodeCommand,
  decodeCredit,
  decodeCue,
  decodeEvent,
  decodeJson,
  decodePairAccept,
  decodeRefused,
  decodeReplyStart,
  decodeTelemetry,
  decodeTurnStart,
  encodeCredit,
  encodeJson,
  isCodec,
  REFUSED_CODES,
  type Codec,
} from "@bearlink/sdk/protocol";

const WORD = 0xffffffff;
const isWhole = (value: unknown, most: number) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isShort = (value: unknown, most: number) =>
  typeof value === "string" && value.length >= 1 && value.length <= most;

/** Every decoder, and what holds of whatever it lets in. */
const decoders: Record<string, { decode(payload: Uint8Array): unknown; holds(value: never): boolean }> = {
  turnStart: {
    decode: decodeTurnStart,
    holds: (start: { reason: string; codec: number; play: Codec[]; buffer_ms: number }) =>
      ["button", "voice"].includes(start.reason) &&
      isCodec(start.codec) &&
      start.play.length >= 1 &&
      start.play.length <= 8 &&
      start.play.every(isCodec) &&
      isWhole(start.buffer_ms, 60_000),
  },
  credit: {
    decode: decodeCredit,
    holds: (credit: { next: number; underruns: number }) =>
      isWhole(credit.next, WORD) && isWhole(credit.underruns, 255),
  },
  event: { decode: decodeEvent, holds: (event: { kind: string }) => isShort(event.kind, 32) },
  pairAccept: {
    decode: decodePairAccept,
    holds: (accept: { window_id: string; proof_hex: string }) =>
      isShort(accept.window_id, 32) && isShort(accept.proof_hex, 64),
  },
  telemetry: {
    decode: decodeTelemetry,
    holds: (telemetry: Record<string, number>) =>
      Object.entries(telemetry).every(([name, value]) =>
        name === "rssi" ? value >= -127 && value <= 0 : isWhole(value, name === "battery_mv" ? 65_535 : WORD),
      ),
  },
  ack: {
    decode: decodeAck,
    holds: (ack: { id: number; ok: boolean; code?: string }) =>
      isWhole(ack.id, WORD) &&
      typeof ack.ok === "boolean" &&
      (ack.code === undefined || isShort(ack.code, 32)),
  },
  replyStart: { decode: decodeReplyStart, holds: (codec: number) => isCodec(codec) },
  cue: { decode: decodeCue, holds: (clip: string) => (CLIPS as readonly string[]).includes(clip) },
  refused: {
    decode: decodeRefused,
    holds: (refused: { code: string; retry_after_s?: number }) =>
      (REFUSED_CODES as readonly string[]).includes(refused.code) &&
      (refused.retry_after_s === undefined || isWhole(refused.retry_after_s, WORD)),
  },
  command: {
    decode: decodeCommand,
    holds: (command: { id: number; kind: string; ttl_s: number }) =>
      isWhole(command.id, WORD) && isShort(command.kind, 32) && isWhole(command.ttl_s, WORD),
  },
  json: {
    decode: decodeJson,
    holds: (fields: object) => typeof fields === "object" && !Array.isArray(fields),
  },
};

// values near and beyond every bound above, under every name a decoder reads
const value = fc.oneof(
  fc.constantFrom(
    -129,
    -128,
    -127,
    -1,
    0,
    1,
    0.5,
    2,
    3,
    4,
    5,
    800,
    60_000,
    60_001,
    65_535,
    65_536,
    WORD,
    WORD + 1,
    1e300,
  ),
  fc.constantFrom(
    true,
    false,
    null,
    "",
    "x",
    "button",
    "voice",
    "a".repeat(32),
    "a".repeat(33),
    "a".repeat(64),
    "a".repeat(65),
  ),
  fc.constantFrom(...CLIPS, ...REFUSED_CODES),
  fc.array(fc.oneof(fc.nat(6), fc.constant("0")), { maxLength: 12 }),
  fc.constant({}),
);
const NAMES =
  "reason codec play buffer_ms kind window_id proof_hex rssi heap uptime_s battery_mv id ok code ttl_s clip retry_after_s __proto__".split(
    " ",
  );
const nearlyRight = fc
  .dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1 })
  .map((fields) => new Uint8Array(Buffer.from(JSON.stringify(fields))));
const payload = fc.oneof(
  nearlyRight,
  fc.uint8Array({ maxLength: 1100 }),
  fc.json({ noUnicodeString: false }).map((text) => new Uint8Array(Buffer.from(text))),
);

describe.each(Object.entries(decoders))("the decoder of %s", (_, { decode, holds }) => {
  test("never throws, and lets nothing in beyond its bounds", () => {
    fc.assert(
      fc.property(payload, (bytes) => {
        const decoded = decode(bytes);
        expect(decoded === undefined || holds(decoded as never)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

const json = (value: unknown) => encodeJson(value);

describe("decoders let in what they must", () => {
  const start = { reason: "button", codec: 1, play: [0], buffer_ms: 1000 };
  test.each([
    [decodeTurnStart, start, start],
    [decodeTurnStart, { ...start, buffer_ms: 60_000, more: 1 }, { ...start, buffer_ms: 60_000 }],
    [decodeTurnStart, { ...start, buffer_ms: 60_001 }, undefined],
    [decodeTurnStart, { ...start, play: [2, 9, "0"] }, undefined],
    [decodeTurnStart, { ...start, play: [9, 3, 0] }, { ...start, play: [3, 0] }],
    [
      decodeTurnStart,
      { ...start, play: Array.from({ length: 300 }, () => 0) },
      { ...start, play: [0, 0, 0, 0, 0, 0, 0, 0] },
    ],
    [decodeTurnStart, { ...start, codec: 2 }, undefined],
    [decodeTurnStart, { ...start, reason: "touch" }, undefined],
    [decodeEvent, { kind: "k".repeat(32) }, { kind: "k".repeat(32) }],
    [decodeEvent, { kind: "k".repeat(33) }, undefined],
    [decodeEvent, { kind: "" }, undefined],
    [decodePairAccept, { window_id: "0", proof_hex: "f" }, { window_id: "0", proof_hex: "f" }],
    [decodePairAccept, { window_id: "0" }, undefined],
    [decodePairAccept, { window_id: "0".repeat(33), proof_hex: "f" }, undefined],
    [decodePairAccept, { window_id: "0", proof_hex: "f".repeat(65) }, undefined],
    [
      decodeTelemetry,
      { rssi: -127, heap: WORD, uptime_s: 0, battery_mv: 65_535 },
      { rssi: -127, heap: WORD, uptime_s: 0, battery_mv: 65_535 },
    ],
    [decodeTelemetry, { rssi: 1, heap: -1, uptime_s: 1.5, battery_mv: 65_536 }, {}],
    [decodeAck, { id: WORD, ok: false, code: "LOW_BATTERY" }, { id: WORD, ok: false, code: "LOW_BATTERY" }],
    [decodeAck, { id: WORD + 1, ok: true }, undefined],
    [decodeAck, { id: 1, ok: 1 }, undefined],
    [decodeReplyStart, { codec: 3 }, 3],
    [decodeReplyStart, { codec: "3" }, undefined],
    [decodeCue, { clip: "sorry" }, "sorry"],
    [decodeCue, { clip: "toString" }, undefined],
    [decodeRefused, { code: "NO_CONSENT", retry_after_s: 9 }, { code: "NO_CONSENT", retry_after_s: 9 }],
    [decodeRefused, { code: "NO" }, undefined],
    [
      decodeCommand,
      { id: 1, kind: "sleep", ttl_s: 60, extra: "kept" },
      { id: 1, kind: "sleep", ttl_s: 60, extra: "kept" },
    ],
    [decodeCommand, { id: 1, kind: "sleep" }, undefined],
  ])("%# %o", (decode, sent, understood) => {
    expect(decode(json(sent))).toEqual(understood);
  });

  test("no JSON that is not one whole ASCII object of at most 1024 bytes", () => {
    const text = (value: string) => new Uint8Array(Buffer.from(value, "utf8"));
    for (const wrong of [
      "",
      "[]",
      "null",
      "7",
      '"a"',
      "{",
      '{"a":1',
      '{"a":1}}',
      '{"a":"é"}',
      "{}\0",
      "\ufeff{}",
    ]) {
      expect(decodeJson(text(wrong))).toBeUndefined();
    }
    const long = (length: number) => text(`{"a":"${"x".repeat(length - 8)}"}`);
    expect(decodeJson(long(1024))).toEqual({ a: "x".repeat(1016) });
    expect(decodeJson(long(1025))).toBeUndefined();
  });

  test("and no JSON cut at any of its bytes", () => {
    const whole = json(start);
    for (let cut = 0; cut < whole.length; cut++) expect(decodeTurnStart(whole.slice(0, cut))).toBeUndefined();
  });
});

describe("encodeJson", () => {
  test("writes ASCII from 0x20 to 0x7e only, and JSON.parse reads it back", () => {
    const unit = fc.oneof(fc.nat(0xffff), fc.constantFrom(0x7e, 0x7f, 0x80, 0xff, 0x2028, 0xd800, 0xdc00));
    const text = fc.array(unit, { maxLength: 30 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())), (fields) => {
        const bytes = encodeJson(fields);
        expect([...bytes].every((byte) => byte >= 0x20 && byte <= 0x7e)).toBe(true);
        expect(JSON.parse(Buffer.from(bytes).toString("latin1"))).toEqual(JSON.parse(JSON.stringify(fields)));
      }),
    );
  });

  test("escapes with four lower-case digits", () => {
    expect(Buffer.from(encodeJson({ a: "\x7fé\u2028🐻" })).toString()).toBe(
      '{"a":"\\u007f\\u00e9\\u2028\\ud83d\\udc3b"}',
    );
  });
});

describe("credit", () => {
  test("comes back as it went, and counts underruns no further than 255", () => {
    fc.assert(
      fc.property(fc.nat(WORD), fc.nat(1000), (next, underruns) => {
        const bytes = encodeCredit({ next, underruns });
        expect(bytes).toHaveLength(5);
        expect(decodeCredit(bytes)).toEqual({ next, underruns: Math.min(underruns, 255) });
      }),
    );
  });

  test.each([0, 4, 6, 1024])("is not %d bytes", (length) =>
    expect(decodeCredit(new Uint8Array(length))).toBeUndefined(),
  );
});

test("a turn without TURN_START plays codec 0 and holds 800 ms", () => {
  expect(assumedTurnStart(CODEC.ULAW)).toEqual({ reason: "button", codec: 1, play: [0], buffer_ms: 800 });
});
