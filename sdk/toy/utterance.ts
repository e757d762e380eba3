/** One utterance going up: TURN_START, the microphone's frames, and what the toy's ear makes of them. PROTOCOL.md §5, §7.1 */
import { codecBytes, codecRate, encodeJson, FLAG, UP } from "@bearlink/sdk/protocol";
import { send } from "./bear.ts";
import type { Bear } from "./bear.ts";
import { hearLevel, openEar } from "./voice.ts";

export function startUtterance(bear: Bear): void {
  const codec = bear.body.microphone.codec;
  const speaker = bear.body.speaker;
  const turn = bear.turn;
  const reason = bear.reason;
  const said = { reason, codec, play: speaker.codecs, buffer_ms: speaker.bufferMs };
  send(bear, UP.TURN_START, turn, encodeJson(said), 0, 0, 0);
  bear.utterance = { turn, reason, sample: 0, ear: openEar(codec, 1), voiced: false };
}

/** Sends a frame of sound; true: the speaker fell silent, and a turn that began by voice is over. */
export function utter(bear: Bear, samples: Uint8Array): boolean {
  const utterance = bear.utterance!;
  const microphone = bear.body.microphone;
  const codec = microphone.codec;
  const sample = utterance.sample;
  send(bear, UP.AUDIO, utterance.turn, samples, codec, sample === 0 ? FLAG.FIRST : 0, sample);
  const count = samples.length / codecBytes(codec);
  utterance.sample = sample + count;
  // of a turn by button only the first word matters: it tells talk from a long press
  if (utterance.voiced && utterance.reason === "button") return false;
  const heard = hearLevel(utterance.ear, (count * 1000) / codecRate(codec), microphone.level(samples));
  if (heard === "start") utterance.voiced = true;
  return heard === "end" && utterance.reason === "voice";
}
