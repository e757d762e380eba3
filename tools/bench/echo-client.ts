/** A toy reduced to its line: it sends frames of sound as PUBLISH packets and times what comes back. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { once } from "node:events";
import {
  CODEC,
  codecBytes,
  codecRate,
  connectUsername,
  fromHex,
  linkKeys,
  makeDeviceId,
  sealFrame,
  SESSION_ID_BYTES,
  UP,
} from "@bearlink/sdk/protocol";
import type { LinkKeys } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";

/** stands for a session's key at both ends of an echo */
export const ECHO_KEY = new Uint8Array(32).fill(7);
const SESSION_ID = "0123456789abcdef";
const PASSWORD = "0".repeat(48);
/** ms of µ-law in a frame: 12.5 a second */
export const FRAME_MS = 80;
const KEEPALIVE_S = 60;
/** bytes of CONNACK and SUBACK */
const GREETING_BYTES = 4 + 5;

export interface EchoClient {
  send(): void;
  /** ms that each frame took to come back, since the last call */
  takeTimes(): number[];
  /** sent and not come back yet */
  missing(): number;
  close(): void;
}

const payload = new Uint8Array((FRAME_MS / 1000) * codecRate(CODEC.ULAW) * codecBytes(CODEC.ULAW)).fill(0x55);

/** `speaksMqtt` false: a raw echo that gives back what it is sent, from the first byte. */
export async function openEchoClient(port: number, index: number, speaksMqtt: boolean): Promise<EchoClient> {
  const deviceId = makeDeviceId(
    Uint8Array.from({ length: 10 }, (_, at) => (at < 8 ? 1 : index >> (8 * (at - 8)))),
  );
  const keys = linkKeys(nodeHash, ECHO_KEY, deviceId, fromHex(SESSION_ID, SESSION_ID_BYTES)!, 1);
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  if (speaksMqtt) await greet(socket, deviceId);

  const frame = { type: UP.AUDIO, codec: CODEC.ULAW, flags: 0, turn: 1, sample: 0, payload };
  const upTopic = `bear/${deviceId}/up`;
  const echoBytes = publish(speaksMqtt ? `bear/${deviceId}/down` : upTopic, sealed(keys, 1)).length;
  const sentAt: number[] = [];
  let times: number[] = [];
  let counter = 0;
  let bytes = 0;

  function sealed(keys: LinkKeys, counter: number): Uint8Array {
    return sealFrame(nodeHash, keys.up, { ...frame, counter });
  }
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    for (; bytes >= echoBytes; bytes -= echoBytes) times.push(performance.now() - sentAt.shift()!);
  });
  return {
    send() {
      const packet = publish(upTopic, sealed(keys, ++counter));
      sentAt.push(performance.now());
      socket.write(packet);
    },
    takeTimes() {
      const taken = times;
      times = [];
      return taken;
    },
    missing: () => sentAt.length,
    close: () => socket.destroy(),
  };
}

/** CONNECT and SUBSCRIBE, and their answers. */
async function greet(socket: Socket, deviceId: string): Promise<void> {
  const username = connectUsername(deviceId, fromHex(SESSION_ID, SESSION_ID_BYTES)!, 1);
  const flags = Buffer.from([4, 0xc2, KEEPALIVE_S >> 8, KEEPALIVE_S & 255]); // level 4; name, password, clean session
  socket.write(packet(0x10, [text("MQTT"), flags, text(deviceId), text(username), text(PASSWORD)]));
  socket.write(packet(0x82, [Buffer.from([0, 1]), text(`bear/${deviceId}/down`), Buffer.from([0])]));
  for (let bytes = 0; bytes < GREETING_BYTES;) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    bytes += chunk.length;
  }
}

function publish(topic: string, frame: Uint8Array): Buffer {
  return packet(0x30, [text(topic), frame]);
}

/** MQTT 3.1.1 §2.2: a kind, a length in bytes of seven bits, and the rest. */
function packet(kind: number, fields: Uint8Array[]): Buffer {
  const rest = Buffer.concat(fields);
  const length = rest.length < 128 ? [rest.length] : [(rest.length & 127) | 128, rest.length >> 7];
  return Buffer.concat([Buffer.from([kind, ...length]), rest]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}
