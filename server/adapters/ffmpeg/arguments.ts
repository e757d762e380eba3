/** What ffmpeg is told: constants alone, chosen by codec and rate. Nothing anyone says reaches a command line. */
import { CODEC, codecBytes, codecRate, type Codec } from "@bearlink/sdk/protocol";
import { MAX_SOUND_S } from "../../bounds.ts";
import { SoundError } from "../../errors.ts";
import { HIGHPASS_HZ } from "../sound/highpass.ts";
import { requireRate } from "../sound/resample.ts";

export interface Job {
  input: string[];
  output: string[];
}

/** A job that goes on for as long as it is fed: raw sound in, s16le out, sample for sample. */
export interface RawJob extends Job {
  raw: {
    /** bytes of a sample, and the byte that is silence */
    width: number;
    silence: number;
    /** Hz in, and out */
    rate: number;
    outRate: number;
  };
}

/** What a text-to-speech service may answer in, each the name of ffmpeg's demuxer. */
export type Container = "mp3" | "ogg" | "flac";

/** The codecs that ffmpeg reads here: its name of each, and the byte of silence. */
const RAW = {
  [CODEC.U8]: { name: "u8", silence: 0x80 },
  [CODEC.ULAW]: { name: "mulaw", silence: 0xff },
  [CODEC.S16]: { name: "s16le", silence: 0 },
};

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

export function hearJob(codec: Codec): RawJob {
  if (codec === CODEC.OPUS) throw new SoundError("format");
  return rawJob(codec, codecRate(codec), HEARD_RATE, [`highpass=f=${HIGHPASS_HZ}`]);
}

export function voiceJob(rate: number, codec: Codec): RawJob {
  requireRate(rate);
  return rawJob(CODEC.S16, rate, codecRate(codec), []);
}

export function decodeJob(container: Container, rate: number): Job {
  requireRate(rate);
  // a second more than is allowed: what is too long is to be seen, not cut
  const bound = ["-t", String(MAX_SOUND_S + 1)];
  return { input: [...INPUT, "-f", container], output: [...bound, ...toPcm(rate, [])] };
}

function rawJob(codec: keyof typeof RAW, rate: number, outRate: number, filters: string[]): RawJob {
  const { name, silence } = RAW[codec];
  const told = Math.floor(rate / SLOWED);
  return {
    input: [...INPUT, "-f", name, "-ar", String(told), "-ac", "1"],
    output: toPcm(outRate, [`asetrate=${rate}`, ...filters]),
    raw: { width: codecBytes(codec), silence, rate, outRate },
  };
}

function toPcm(rate: number, filters: string[]): string[] {
  return [
    ...["-map", "0:a:0", "-filter:a", [...filters, `aresample=${rate}`].join(",")],
    ...["-ac", "1", "-c:a", "pcm_s16le", "-f", "s16le", "-flush_packets", "1"],
  ];
}
