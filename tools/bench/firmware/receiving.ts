/** A program with the toy's way down, from the socket through the play buffer to the speaker's, and frames to send down it. */
import { linkKeys, sealFrame } from "@bearlink/sdk/protocol";
import { hash } from "../../../firmware/host/hash.ts";
import { packet, PUBLISH } from "../../../firmware/host/packets.ts";
import { DEVICE_ID, DOWN_TOPIC, SAMPLES } from "./toy.ts";
import { SESSION_ID, SESSION_KEY, talkingBear } from "./talking.ts";

const bear = talkingBear("speaking");
const keys = linkKeys(hash, SESSION_KEY, DEVICE_ID, SESSION_ID, 1).down;
const payload = new Uint8Array(SAMPLES).fill(137);

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
  return packet(PUBLISH, E.toString(0, DOWN_TOPIC.length, DOWN_TOPIC, sealed));
}

/** Samples that wait to be played. */
function held(): number {
  return bear.buffer === undefined ? 0 : bear.buffer.held;
}

Object.assign(global, { FRAME_OF: frameOf, HELD_NOW: held });
