/** The wire as a document: valid AsyncAPI 3, with the messages of PROTOCOL.md's tables and no others. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { expect, test } from "vitest";
import { decodeAck, decodeTelemetry, decodeTurnStart, encodeJson } from "@bearlink/sdk/protocol";
import { COMMAND_KINDS, describeWire } from "../../../../server/routes/api/wire.ts";
import { newValidator } from "../../../support/document.ts";

interface Message {
  name: string;
  headers: { properties: { type: { const: number } } };
  payload?: object;
}
const wire = describeWire("0.1.0") as {
  channels: Record<"up" | "down", { address: string; messages: Record<string, { $ref: string }> }>;
  components: { messages: Record<string, Message> };
};
const protocol = readFileSync(new URL("../../../../sdk/PROTOCOL.md", import.meta.url), "utf8");
const [frames] = protocol.slice(protocol.indexOf("## 5 Frames")).split("## 6 ");

test("it is valid AsyncAPI 3.0", () => {
  const require = createRequire(import.meta.url);
  const schema = require("@asyncapi/specs/schemas/3.0.0-without-$id.json") as object;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  formats.default(ajv);
  const validate = ajv.compile(schema);
  validate(JSON.parse(JSON.stringify(wire)));
  expect(validate.errors).toBeNull();
});

test("it has each frame of PROTOCOL.md §5 with its type, up and down, and no other", () => {
  const rows = [...frames!.matchAll(/^\| ([A-Z_]+) \| (0x[0-9a-f]{2}) \|/gm)].map(([, name, type]) => [
    name,
    Number(type),
  ]);
  expect(rows.length).toBe(16);
  const told = Object.values(wire.components.messages).map(({ name, headers }) => [
    name,
    headers.properties.type.const,
  ]);
  expect(told).toEqual(rows);
  for (const [way, { address, messages }] of Object.entries(wire.channels)) {
    expect(address).toBe(`bear/{device_id}/${way}`);
    for (const id of Object.keys(messages)) expect(id.startsWith(`${way}_`)).toBe(true);
  }
});

test("it has the kinds of COMMAND that PROTOCOL.md names", () => {
  const [, kinds] = /\| COMMAND \| 0x90 \|[^`]*`[^`]*`: `([^`]+)`/.exec(frames!)!;
  expect(COMMAND_KINDS).toEqual(kinds!.split(" "));
});

test("what the toy's own decoders take, its schemas take, and what they refuse, the schemas do", () => {
  const ajv = newValidator();
  const cases: [string, (payload: Uint8Array) => unknown, object, boolean][] = [
    ["up_TURN_START", decodeTurnStart, { reason: "button", codec: 1, play: [0, 3], buffer_ms: 800 }, true],
    ["up_TURN_START", decodeTurnStart, { reason: "shout", codec: 1, play: [0], buffer_ms: 800 }, false],
    ["up_TURN_START", decodeTurnStart, { reason: "button", codec: 2, play: [0], buffer_ms: 800 }, false],
    ["up_TURN_START", decodeTurnStart, { reason: "button", codec: 1, play: [], buffer_ms: 800 }, false],
    ["up_TURN_START", decodeTurnStart, { reason: "button", codec: 1, play: [0], buffer_ms: 60_001 }, false],
    ["up_ACK", decodeAck, { id: 7, ok: false, code: "busy", more: 1 }, true],
    ["up_ACK", decodeAck, { id: -1, ok: true }, false],
    ["up_ACK", decodeAck, { id: 1, ok: "yes" }, false],
    ["up_TELEMETRY", decodeTelemetry, { rssi: -60, heap: 1, uptime_s: 2, battery_mv: 3_700 }, true],
  ];
  for (const [id, decode, fields, taken] of cases) {
    const fits = ajv.compile(wire.components.messages[id]!.payload!)(fields);
    expect([id, fields, fits, decode(encodeJson(fields as never)) !== undefined]).toEqual([
      id,
      fields,
      taken,
      taken,
    ]);
  }
});
