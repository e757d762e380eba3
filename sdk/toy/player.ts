/** Plays one reply at a time and tells the server how far it is, every 400 ms. PROTOCOL.md §5, §7.2 */
import { CREDIT_EVERY_MS, encodeCredit, TOY_GIVES_UP_MS, UP } from "@bearlink/sdk/protocol";
import type { Codec, Frame } from "@bearlink/sdk/protocol";
import { plainFrame, send } from "./bear.ts";
import type { Bear } from "./bear.ts";
import { isPlayedOut, nextSample, openBuffer, pushSamples, takeSamples } from "./jitter.ts";
import { wordsSpoken } from "./pairing.ts";
import { nothing } from "./nothing.ts";

/** Drops what is left, and any clip. */
export function stopPlaying(bear: Bear): void {
  bear.stopCredit();
  bear.stopCredit = nothing;
  bear.buffer = undefined;
  bear.sounding = false;
  bear.body.speaker.close();
}

/** REPLY_START: makes room for the reply; false where the toy does not play this codec. */
export function startReply(bear: Bear, turn: number, codec: number): boolean {
  if (bear.body.speaker.codecs.indexOf(codec as Codec) < 0) return false;
  if (bear.sounding) stopPlaying(bear);
  bear.playing = turn;
  bear.buffer = openBuffer(codec as Codec, bear.body.speaker.bufferMs);
  return true;
}

function sendCredit(bear: Bear): void {
  const buffer = bear.buffer;
  if (buffer === undefined) return;
  const credit = { next: nextSample(buffer), underruns: buffer.underruns };
  send(bear, plainFrame(UP.CREDIT, bear.playing, encodeCredit(credit)));
}

/** The last sample was played, after REPLY_END. */
function playedOut(bear: Bear, turn: number): void {
  if (turn === 0) wordsSpoken(bear);
  else if (turn === bear.turn) bear.on("done");
}

function finish(bear: Bear): void {
  sendCredit(bear);
  stopPlaying(bear);
  playedOut(bear, bear.playing);
}

function creditLater(bear: Bear): void {
  bear.stopCredit = bear.body.clock.after(CREDIT_EVERY_MS, () => {
    bear.waitedMs = bear.buffer!.playing ? 0 : bear.waitedMs + CREDIT_EVERY_MS;
    // a speech whose end was lost must not hold the speaker
    if (bear.waitedMs >= TOY_GIVES_UP_MS) return finish(bear);
    sendCredit(bear);
    creditLater(bear);
  });
}

function take(bear: Bear, samples: number): Uint8Array | undefined {
  const buffer = bear.buffer;
  if (buffer === undefined) return undefined;
  const underruns = buffer.underruns;
  const piece = takeSamples(buffer, samples);
  if (buffer.underruns > underruns) bear.body.log("underrun", nextSample(buffer));
  if (piece === undefined && isPlayedOut(buffer)) finish(bear);
  return piece;
}

function openSpeaker(bear: Bear, codec: Codec): void {
  bear.sounding = true;
  bear.waitedMs = 0;
  bear.body.speaker.open(codec, (samples) => take(bear, samples));
  creditLater(bear);
}

/** AUDIO: the first of a reply starts the speaker and CREDIT. A lost REPLY_START is made up for by its codec. */
export function playSamples(bear: Bear, frame: Frame): void {
  if (bear.buffer === undefined || bear.playing !== frame.turn) {
    if (!startReply(bear, frame.turn, frame.codec)) return;
  }
  const buffer = bear.buffer!;
  if (frame.sample > buffer.end) bear.body.log("lost", frame.sample - buffer.end);
  if (buffer.codec !== frame.codec || !pushSamples(buffer, frame.sample, frame.payload)) {
    bear.body.log("dropped", "audio");
    return;
  }
  if (!bear.sounding) openSpeaker(bear, buffer.codec);
}

/** REPLY_END: what is held is played; with nothing held, the reply is over. */
export function endReply(bear: Bear, turn: number): void {
  const buffer = bear.playing === turn ? bear.buffer : undefined;
  if (buffer !== undefined) buffer.ended = true;
  if (buffer === undefined || !bear.sounding) playedOut(bear, turn);
}
