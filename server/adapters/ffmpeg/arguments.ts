/** What ffmpeg is told: constants alone, chosen by codec and rate. Nothing anyone says reaches a command line. */
import { CODEC, codecRate, type Codec } from "@bearlink/sdk/protocol";
import { MAX_REPLY_S, MAX_SOUND_S } from "../../bounds.ts";
import { SoundError } from "../../errors.ts";
import { HIGHPASS_HZ } from "../sound/highpass.ts";
import { requireRate } from "../sound/resample.ts";

export interface Job {
  input: string[];
  output: string[];
}

/** What a text-to-speech service may answer in, each the name of ffmpeg's demuxer. */
export type Container = "mp3" | "ogg" | "flac";

/** ffmpeg's names of the codecs it reads here. */
const RAW = { [CODEC.U8]: "u8", [CODEC.ULAW]: "mulaw", [CODEC.S16]: "s16le" };

const HEARD_RATE = codecRate(CODEC.S16);

/**
 * ffmpeg reads raw sound in packets of 1/25 s of the rate it was told, and holds what does not fill one. Told a
 * quarter of the rate, and `asetrate` back, it holds 10 ms instead of 40.
 */
const SLOWED = 4;

/** Nothing but pipes, no look-ahead at the input, one thread. `-fflags nobuffer` would lose sound. */
const INPUT = [
  ...["-hide_banner", "-nostdin", "-nostats", "-loglevel", "fatal"],
  ...["-protocol_whitelist", "pipe", "-probesize", "32", "-analyzeduration", "0", "-threads", "1"],
];

export function hearJob(codec: Codec): Job {
  if (codec === CODEC.OPUS) throw new SoundError("format");
  return fromRaw(RAW[codec], codecRate(codec), HEARD_RATE, [`highpass=f=${HIGHPASS_HZ}`], MAX_SOUND_S);
}

export function voiceJob(rate: number, codec: Codec): Job {
  requireRate(rate);
  return fromRaw(RAW[CODEC.S16], rate, codecRate(codec), [], MAX_REPLY_S);
}

export function decodeJob(container: Container, rate: number): Job {
  requireRate(rate);
  return { input: [...INPUT, "-f", container], output: toPcm(rate, [], MAX_SOUND_S) };
}

function fromRaw(format: string, rate: number, outRate: number, filters: string[], seconds: number): Job {
  const told = Math.floor(rate / SLOWED);
  return {
    input: [...INPUT, "-f", format, "-ar", String(told), "-ac", "1"],
    output: toPcm(outRate, [`asetrate=${rate}`, ...filters], seconds),
  };
}

function toPcm(rate: number, filters: string[], seconds: number): string[] {
  // a second more than is allowed: what is too long is to be seen, not cut
  return [
    ...["-map", "0:a:0", "-t", String(seconds + 1), "-filter:a", [...filters, `aresample=${rate}`].join(",")],
    ...["-ac", "1", "-c:a", "pcm_s16le", "-f", "s16le", "-flush_packets", "1"],
  ];
}
