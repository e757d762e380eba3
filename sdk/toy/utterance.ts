/** One utterance going up: TURN_START, the microphone's frames, and what the toy's ear makes of them. PROTOCOL.md §5, §7.1 */
import { codecBytes, encodeJson, FLAG, UP } from "@bearlink/sdk/protocol";
import type { ToyHost } from "./host.ts";
import { hear, openEar } from "./voice.ts";
import type { Ear } from "./voice.ts";

export interface Utterance {
  turn: number;
  reason: "button" | "voice";
  /** index of the next sample */
  sample: number;
  ear: Ear;
  /** speech was heard in it */
  voiced: boolean;
}

export type SendFrame = (
  type: number,
  turn: number,
  payload: Uint8Array,
  codec: number,
  flags: number,
  sample: number,
) => void;

export function startUtterance(
  host: ToyHost,
  turn: number,
  reason: "button" | "voice",
  send: SendFrame,
): Utterance {
  const codec = host.microphone.codec;
  const said = { reason, codec, play: host.speaker.codecs, buffer_ms: host.speaker.bufferMs };
  send(UP.TURN_START, turn, encodeJson(said), 0, 0, 0);
  return { turn, reason, sample: 0, ear: openEar(codec, host.microphone.step), voiced: false };
}

/** Sends a frame of sound; true: the speaker fell silent, and a turn that began by voice is over. */
export function utter(host: ToyHost, utterance: Utterance, samples: Uint8Array, send: SendFrame): boolean {
  const codec = host.microphone.codec;
  const flags = utterance.sample === 0 ? FLAG.FIRST : 0;
  send(UP.AUDIO, utterance.turn, samples, codec, flags, utterance.sample);
  utterance.sample += samples.length / codecBytes(codec);
  // of a turn by button only the first word matters: it tells talk from a long press
  if (utterance.voiced && utterance.reason === "button") return false;
  const heard = hear(utterance.ear, samples);
  if (heard === "start") utterance.voiced = true;
  return heard === "end" && utterance.reason === "voice";
}
