/** A program with the toy's way down, from the socket to the play buffer, and frames to send down it. */
import { linkKeys, sealFrame } from "@bearlink/sdk/protocol";
import { openBear } from "@bearlink/sdk/toy";
import type { ToyHost } from "@bearlink/sdk/toy";
import { clock } from "../../firmware/host/clock.ts";
import { hash } from "../../firmware/host/hash.ts";
import { openLink } from "../../firmware/host/link.ts";
import { packet, PUBLISH } from "../../firmware/host/packets.ts";
import { connect } from "../../sdk/toy/connect.ts";

const SAMPLES = 800;
const DOWN = "bear/bear-7q2m9xk4d8wr3hbn/down";
const id = new Uint8Array(8);
const sk = new Uint8Array(32).fill(9);
const payload = new Uint8Array(SAMPLES).fill(128);

function nothing(): void {}

const body = {
  hash,
  clock,
  store: { get: () => undefined, set: nothing, erase: nothing },
  link: openLink,
  microphone: { codec: 1, level: () => 0, start: nothing, stop: nothing },
  speaker: { codecs: [0], bufferMs: 60_000, open: nothing, close: nothing, clip: nothing, volume: nothing },
  light: nothing,
  power: { reboot: nothing, sleep: nothing, reset: nothing },
  log: nothing,
} as unknown as ToyHost;

const bear = openBear(body, { deviceId: "bear-7q2m9xk4d8wr3hbn", firmwareVersion: "1", servers: [] });
bear.access.session = {
  id,
  sk,
  auth: sk,
  n: 0,
  mqtt: { host: "h", port: 1, tls: false, up: "up", down: DOWN },
};
bear.access.expiresAt = 1e15;
bear.state = { name: "speaking", paired: true, micOff: false, errors: 0, resume: "wifi" };
bear.turn = 1;
bear.turnUntil = 1e15;
connect(bear);
const keys = linkKeys(hash, sk, "bear-7q2m9xk4d8wr3hbn", id, 1).down;

/** The packet of the reply's frame number `n`, from 0. */
function frameOf(n: number): string {
  const frame = {
    type: 0x82,
    codec: 0,
    flags: 0,
    counter: n + 1,
    turn: 1,
    sample: n * SAMPLES,
    payload,
  };
  const sealed = sealFrame(hash, keys, frame);
  return packet(PUBLISH, E.toString(0, DOWN.length, DOWN, sealed));
}

/** Samples that wait to be played; they are gone then. */
function takeHeld(): number {
  const buffer = bear.buffer!;
  const held = buffer.held;
  buffer.held = 0;
  buffer.pieces = [];
  return held;
}

Object.assign(global, { FRAME_OF: frameOf, TAKE_HELD: takeHeld });
