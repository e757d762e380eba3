/** Which container a service really sent, told by its first bytes: some answer with another than was asked for. */
import { ModelError } from "../../errors.ts";
import { plausible } from "./wav.ts";
import type { PcmFormat } from "./wav.ts";

export type Compressed = "mp3" | "ogg" | "flac";

export type Container = { name: "wav" } | { name: Compressed } | { name: "pcm"; format: PcmFormat };

/** bytes that are enough to tell */
export const HEAD_BYTES = 12;

/** Throws `garbage` where it is text, or nothing. `type` is the media type, in lower case; `rate` is what PCM has where its type does not say. */
export function containerOf(head: Buffer, type: string, rate: number): Container {
  const start = (length: number): string => head.toString("latin1", 0, length);
  if (head.length === 0 || /^(application\/(problem\+)?json|text\/)/.test(type))
    throw new ModelError("garbage");
  if (start(4) === "RIFF" && head.toString("latin1", 8, 12) === "WAVE") return { name: "wav" };
  if (start(4) === "OggS") return { name: "ogg" };
  if (start(4) === "fLaC") return { name: "flac" };
  if (start(3) === "ID3") return { name: "mp3" };
  const pcm = /^audio\/(x-)?(pcm|l16|raw)\b/.test(type);
  if (!pcm && startsMp3Frame(head)) return { name: "mp3" };
  // two samples of speech do not begin like this; words about an error do
  if (/^(\{\s*"|<!|<\w)/.test(start(HEAD_BYTES)) && !pcm) throw new ModelError("garbage");
  const format = {
    rate: Number(/;\s*rate=(\d+)/.exec(type)?.[1] ?? rate),
    channels: Number(/;\s*channels=(\d+)/.exec(type)?.[1] ?? 1),
    bits: 16,
    float: false,
  };
  if (!plausible(format)) throw new ModelError("garbage");
  return { name: "pcm", format };
}

/** ISO 11172-3 §2.4.1.3: sync, layer III, a bitrate and a sampling frequency that exist. PCM rarely looks so. */
function startsMp3Frame(head: Buffer): boolean {
  if (head.length < 4) return false;
  const [sync, layer, rates] = [head[0]!, head[1]!, head[2]!];
  const bitrate = rates >> 4;
  return (
    sync === 0xff && (layer & 0xe6) === 0xe2 && bitrate !== 0 && bitrate !== 15 && (rates & 0x0c) !== 0x0c
  );
}
