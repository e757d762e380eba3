/** A program with the toy's way up, from the microphone's buffer to the socket, and each of its steps alone. */
import { sealFrame } from "@bearlink/sdk/protocol";
import { hash } from "../../../firmware/host/hash.ts";
import { microphone } from "../../../firmware/parts/microphone.ts";
import { openMicrophone, startTurn } from "../../../sdk/toy/turns.ts";
import { nothing, SAMPLES, UP_TOPIC } from "./toy.ts";
import { talkingBear } from "./talking.ts";

const bear = talkingBear("listening");
const keys = bear.line!.keys.up;
const frame = {
  type: 2,
  codec: 1,
  flags: 0,
  counter: 7,
  turn: 1,
  sample: SAMPLES,
  payload: new Uint8Array(SAMPLES).fill(37),
};
const sealed = sealFrame(hash, keys, frame);

/** The microphone hears, and nobody listens. */
function hearOnly(): void {
  microphone.start(nothing);
}

function talk(): void {
  startTurn(bear);
  openMicrophone(bear);
}

function seal(): Uint8Array {
  return sealFrame(hash, keys, frame);
}

function write(): void {
  bear.line!.link.publish(UP_TOPIC, sealed);
}

Object.assign(global, { HEAR_ONLY: hearOnly, TALK_ON: talk, SEAL_FRAME: seal, WRITE_FRAME: write });
