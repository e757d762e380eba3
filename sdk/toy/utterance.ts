/** One utterance going up: TURN_START, the microphone's frames, and what the toy's ear makes of them. PROTOCOL.md §5, §7.1 */
import { codecBytes, codecRate, encodeJson, FLAG, UP } from "@bearlink/sdk/protocol";
import { plainFrame, send } from "./bear.ts";
import type { Bear } from "./bear.ts";
import { hearLevel, openEar } from "./voice.ts";

export function startUtterance(bear: Bear): void {
  const codec = bear.body.microphone.codec;
  const turn = bear.turn;
  const reason = bear.reason;
  const said = { reason, codec, play: bear.body.speaker.codecs, buffer_ms: bear.body.speaker.bufferMs };
  send(bear, plainFrame(UP.TURN_START, turn, encodeJson(said)));
  bear.utterance = { turn, reason, sample: 0, ear: openEar(codec, 1), voiced: false };
}

/** Sends a frame of sound; true: the speaker fell silent, and a turn that began by voice is over. */
export function utter(bear: Bear, samples: Uint8Array): boolean {
  const utterance = bear.utterance!;
  const codec = bear.body.microphone.codec;
  const sample = utterance.sample;
  const flags = sample === 0 ? FLAG.FIRST : 0;
  const turn = utterance.turn;
  send(bear, { type: UP.AUDIO, codec, flags, counter: 0, turn, sample, payload: samples });
  const count = samples.length / codecBytes(codec);
  utterance.sample = sample + count;
  // of a turn by button only the first word matters: it tells talk from a long press
  if (utterance.voiced && utterance.reason === "button") return false;
  const heard = hearLevel(
    utterance.ear,
    (count * 1000) / codecRate(codec),
    bear.body.microphone.level(samples),
  );
  if (heard === "start") utterance.voiced = true;
  return heard === "end" && utterance.reason === "voice";
}
