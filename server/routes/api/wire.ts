/** What a toy and the server say to each other over MQTT, as AsyncAPI 3: two topics, and a message for each type of frame. PROTOCOL.md §4, §5 */
import { CLIPS, CODEC, DOWN, MAX_PAYLOAD_BYTES, REFUSED_CODES, toyTopics, UP } from "@bearlink/sdk/protocol";
import type { JsonSchema } from "./document.ts";

/** Kinds of COMMAND. §5 */
export const COMMAND_KINDS = [
  ...["volume", "sleep", "policy", "update", "reboot", "reconnect", "rekey", "pair_offer", "pair_done"],
  "unpaired",
];

interface Message {
  summary: string;
  /** of a JSON payload; undefined where it is bytes, or none */
  payload?: JsonSchema;
}

const count = (maximum: number): JsonSchema => ({ type: "integer", minimum: 0, maximum });
const U32 = 0xffffffff;
const codec = { type: "integer", enum: Object.values(CODEC) };
const hex = (bytes: number): JsonSchema => ({ type: "string", pattern: `^[0-9a-f]{${bytes * 2}}$` });
const text = (maxLength: number): JsonSchema => ({ type: "string", minLength: 1, maxLength });

/** Fields that nobody knows are passed over. §5 */
function fields(properties: Record<string, JsonSchema>, ...optional: string[]): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

const UP_MESSAGES: Record<keyof typeof UP, Message> = {
  TURN_START: {
    summary: "The child speaks: the codec that follows, those that the toy can play, and what it can hold.",
    payload: fields({
      reason: { type: "string", enum: ["button", "voice"] },
      codec,
      play: { type: "array", items: codec, minItems: 1 },
      buffer_ms: count(60_000),
    }),
  },
  AUDIO: { summary: "Samples of the child's voice, 20 to 100 ms of them." },
  TURN_END: { summary: "The child is silent: now it is the bear's turn." },
  TURN_CANCEL: { summary: "The toy gives the turn up; the server answers with STOP." },
  CREDIT: { summary: "Five bytes: the next sample to play, and underruns so far." },
  EVENT: {
    summary: "Something happened at the toy; `pairing` is repeated until the server's cue.",
    payload: fields({ kind: text(32) }),
  },
  PAIR_ACCEPT: {
    summary: "The paw was pressed: the toy agrees to its new owner.",
    payload: fields({ window_id: hex(16), proof_hex: hex(32) }),
  },
  TELEMETRY: {
    summary: "How the toy fares.",
    payload: fields(
      {
        rssi: { type: "number", minimum: -127, maximum: 0 },
        ...{ heap: count(U32), uptime_s: count(U32), battery_mv: count(65_535) },
      },
      ...["rssi", "heap", "uptime_s", "battery_mv"],
    ),
  },
  ACK: {
    summary: "A command was done, or why it was not.",
    payload: fields({ id: count(U32), ok: { type: "boolean" }, code: text(32) }, "code"),
  },
};

const DOWN_MESSAGES: Record<keyof typeof DOWN, Message> = {
  REPLY_START: { summary: "The bear answers, in this codec.", payload: fields({ codec }) },
  AUDIO: { summary: "Samples of the bear's voice, paced as the toy plays them." },
  REPLY_END: { summary: "The bear has spoken." },
  STOP: { summary: "What is left of this turn is dropped." },
  CUE: {
    summary: "A clip is played that the toy holds itself.",
    payload: fields({ clip: { type: "string", enum: [...CLIPS] } }),
  },
  REFUSED: {
    summary: "There is no turn, why, and when to come again; `layer` names the limit, for people.",
    payload: fields(
      {
        code: { type: "string", enum: [...REFUSED_CODES] },
        ...{ retry_after_s: count(U32), layer: { type: "string" } },
      },
      ...["retry_after_s", "layer"],
    ),
  },
  COMMAND: {
    summary: "The toy should do something; repeated until its ACK, or until it has no more time.",
    payload: fields({
      id: count(U32),
      kind: { type: "string", enum: COMMAND_KINDS },
      ttl_s: { type: "number", minimum: 0 },
    }),
  },
};

const WHAT = `One frame a PUBLISH, QoS 0, MQTT 3.1.1. A frame is 14 bytes of header, at most ${MAX_PAYLOAD_BYTES} bytes of \
payload and 16 bytes of tag; the payload is AES-128-CTR, and what is described here is what it holds once it is opened. \
The topics are those that the claim's answer named. The wire's own text, with keys, order and times, is PROTOCOL.md.`;

/** The header of a frame, §5; a message's `headers` are these fields. */
function header(type: number): JsonSchema {
  return {
    type: "object",
    properties: {
      type: { const: type, description: `0x${type.toString(16).padStart(2, "0")}` },
      codec: { ...codec, description: "of AUDIO; else 0" },
      flags: count(255),
      turn: { ...count(65_535), description: "0 where it belongs to none" },
      counter: { type: "integer", minimum: 1, maximum: 2 ** 31 - 1 },
      sample: { ...count(U32), description: "of AUDIO: the index of its first sample" },
    },
    required: ["type", "codec", "flags", "turn", "counter", "sample"],
  };
}

function messagesOf(
  way: "up" | "down",
  types: Record<string, number>,
  messages: Record<string, Message>,
): [id: string, message: JsonSchema][] {
  return Object.entries(messages).map(([name, { summary, payload }]) => [
    `${way}_${name}`,
    {
      ...{ name, title: name, summary, headers: header(types[name]!) },
      contentType: payload ? "application/json" : "application/octet-stream",
      ...(payload && { payload }),
    },
  ]);
}

/** For this server: it receives what goes up, and sends what goes down. */
export function describeWire(version: string): JsonSchema {
  const ways = {
    up: messagesOf("up", UP, UP_MESSAGES),
    down: messagesOf("down", DOWN, DOWN_MESSAGES),
  };
  const topics = toyTopics("{device_id}");
  const channel = (way: "up" | "down", description: string): JsonSchema => ({
    address: topics[way],
    description,
    parameters: { device_id: { description: "`bear-` and sixteen characters; PROTOCOL.md §2" } },
    messages: Object.fromEntries(ways[way].map(([id]) => [id, { $ref: `#/components/messages/${id}` }])),
    bindings: { mqtt: {} },
  });
  return {
    asyncapi: "3.0.0",
    info: { title: "Bearlink: a toy and its server", version, description: WHAT },
    defaultContentType: "application/json",
    servers: {
      mqtt: {
        host: "{host}:{port}",
        protocol: "mqtt",
        protocolVersion: "3.1.1",
        description: "As the claim's answer says; the same over WebSocket at `/mqtt` of the HTTP port.",
        variables: { host: { default: "127.0.0.1" }, port: { default: "1883" } },
        security: [{ $ref: "#/components/securitySchemes/session" }],
      },
    },
    channels: {
      up: channel("up", "A toy speaks here, and nobody else."),
      down: channel("down", "A toy listens here, and to nothing else."),
    },
    operations: {
      hear: { action: "receive", channel: { $ref: "#/channels/up" } },
      tell: { action: "send", channel: { $ref: "#/channels/down" } },
    },
    components: {
      messages: Object.fromEntries([...ways.up, ...ways.down]),
      securitySchemes: {
        session: {
          type: "userPassword",
          description: "The claim's session: PROTOCOL.md §4.2. Each attempt has a password of its own.",
        },
      },
    },
  };
}
