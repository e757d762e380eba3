/** Plays one reply at a time and tells the server how far it is, every 400 ms. PROTOCOL.md §5, §7.2 */
import { CREDIT_EVERY_MS, TOY_GIVES_UP_MS } from "@bearlink/sdk/protocol";
import type { Codec } from "@bearlink/sdk/protocol";
import type { ToyHost } from "./host.ts";
import { isPlayedOut, nextSample, openBuffer, pushSamples, takeSamples } from "./jitter.ts";
import type { PlayBuffer } from "./jitter.ts";

export interface PlayerEvents {
  credit(turn: number, next: number, underruns: number): void;
  /** the last sample was played, after REPLY_END */
  playedOut(turn: number): void;
}

export interface Player {
  host: ToyHost;
  events: PlayerEvents;
  turn: number;
  buffer: PlayBuffer | undefined;
  /** sound has come: the speaker asks for it, and CREDIT goes out */
  sounding: boolean;
  /** ms for which nothing came to play */
  waitedMs: number;
  stopCredit: () => void;
}

function nothing(): void {}

export function openPlayer(host: ToyHost, events: PlayerEvents): Player {
  return { host, events, turn: 0, buffer: undefined, sounding: false, waitedMs: 0, stopCredit: nothing };
}

/** Drops what is left, and any clip. */
export function stopPlaying(player: Player): void {
  player.stopCredit();
  player.buffer = undefined;
  player.sounding = false;
  player.host.speaker.close();
}

/** REPLY_START: makes room for the reply; false where the toy does not play this codec. */
export function startReply(player: Player, turn: number, codec: Codec): boolean {
  if (player.host.speaker.codecs.indexOf(codec) < 0) return false;
  if (player.sounding) stopPlaying(player);
  player.turn = turn;
  player.buffer = openBuffer(codec, player.host.speaker.bufferMs);
  return true;
}

function sendCredit(player: Player): void {
  const buffer = player.buffer;
  if (buffer === undefined) return;
  player.events.credit(player.turn, nextSample(buffer), buffer.underruns);
}

function finish(player: Player): void {
  sendCredit(player);
  const turn = player.turn;
  stopPlaying(player);
  player.events.playedOut(turn);
}

function creditLater(player: Player): void {
  player.stopCredit = player.host.clock.after(CREDIT_EVERY_MS, () => {
    player.waitedMs = player.buffer!.playing ? 0 : player.waitedMs + CREDIT_EVERY_MS;
    // a speech whose end was lost must not hold the speaker
    if (player.waitedMs >= TOY_GIVES_UP_MS) return finish(player);
    sendCredit(player);
    creditLater(player);
  });
}

function take(player: Player, samples: number): Uint8Array | undefined {
  const buffer = player.buffer;
  if (buffer === undefined) return undefined;
  const underruns = buffer.underruns;
  const piece = takeSamples(buffer, samples);
  if (buffer.underruns > underruns) player.host.log("underrun", nextSample(buffer));
  if (piece === undefined && isPlayedOut(buffer)) finish(player);
  return piece;
}

/** AUDIO: the first of a reply starts the speaker and CREDIT. A lost REPLY_START is made up for by its codec. */
export function playSamples(
  player: Player,
  turn: number,
  codec: Codec,
  sample: number,
  bytes: Uint8Array,
): void {
  if (player.buffer === undefined || player.turn !== turn) {
    if (!startReply(player, turn, codec)) return;
  }
  const buffer = player.buffer!;
  if (sample > buffer.end) player.host.log("lost", sample - buffer.end);
  if (buffer.codec !== codec || !pushSamples(buffer, sample, bytes)) {
    player.host.log("dropped", "audio");
    return;
  }
  if (player.sounding) return;
  player.sounding = true;
  player.waitedMs = 0;
  player.host.speaker.open(codec, (samples) => take(player, samples));
  creditLater(player);
}

/** REPLY_END: what is held is played; with nothing held, the reply is over. */
export function endReply(player: Player, turn: number): void {
  const buffer = player.turn === turn ? player.buffer : undefined;
  if (buffer !== undefined) buffer.ended = true;
  if (buffer === undefined || !player.sounding) player.events.playedOut(turn);
}
