/** What the walks share: a toy that is someone's, a question, models that answer shortly, and an ear for the answer. */
import { createHash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { PEAK_DBFS } from "@bearlink/sdk/protocol";
import { makeToy } from "../../tools/new-toy.ts";
import { startStandIn, toneFor } from "../../tools/stand-in.ts";
import type { StandIn, StandInOptions } from "../../tools/stand-in.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { post } from "../second-bear/post.ts";

interface Door {
  url: string;
  developerKey: string;
}

/** A toy that this cell knows, of the demo family unless told otherwise. */
export async function newToy({ url, developerKey }: Door, { paired = true } = {}): Promise<ToyFile> {
  const toy = makeToy({ BEARLINK_URL: url });
  const { device_id, device_secret, pairing_code } = toy;
  const headers = { authorization: `Bearer ${developerKey}` };
  const pairing_code_sha256 = createHash("sha256").update(pairing_code).digest("hex");
  const request = { device_id, device_secret, pairing_code_sha256 };
  expect(await post(`${url}/api/v1/toys`, request, headers)).toMatchObject({ status: 201 });
  if (paired)
    expect(await post(`${url}/api/v1/dev/pair`, { device_id }, headers)).toMatchObject({ status: 200 });
  return toy;
}

/** A second and less of something voiced, 8 kHz: the stand-in's ears hear what they are told to. */
export const QUESTION = Int16Array.from({ length: 5_600 }, (_, i) =>
  [1, 2, 3].reduce((sum, k) => sum + (5_000 / k) * Math.sin((2 * Math.PI * 140 * k * i) / 8_000), 0),
);

export interface Models extends StandIn {
  /** for a cell's environment: all four kinds of work go there, each with a key of its own */
  env: Record<string, string>;
  keys: string[];
}

/** Models that know one answer. */
export async function startModels(options: StandInOptions): Promise<Models> {
  const standIn = await startStandIn(options);
  const env: Record<string, string> = {
    CHAT_MODEL: "stand-in",
    STT_MODEL: "stand-in",
    TTS_MODEL: "stand-in",
  };
  const keys = ["CHAT", "STT", "TTS", "MODERATION"].map((kind) => {
    env[`${kind}_URL`] = standIn.url;
    return (env[`${kind}_KEY`] = `sk-${kind.toLowerCase()}-${randomBytes(12).toString("hex")}`);
  });
  return Object.assign(standIn, { env, keys });
}

/** How many samples the stand-in's voice makes of a text, at a toy's rate. */
export function toneSamples(text: string, rate: number): number {
  return Math.round((toneFor(text).length / 2 / 24_000) * rate);
}

/** of 16 bits. PROTOCOL.md §7.5 */
const LOUDEST = 32_768 * 10 ** (PEAK_DBFS / 20);
/** of 16 bits: what is heard at all */
const AUDIBLE = 1_000;
const LONGEST_SILENCE_S = 1.5;

/** Sound that a child could hear as it was meant: not too loud, not silent, and with no hole in its middle. */
export function expectSound(samples: Int16Array, rate: number): void {
  let peak = 0;
  let lastSound = -1;
  let silence = 0;
  samples.forEach((sample, at) => {
    const size = Math.abs(sample);
    peak = Math.max(peak, size);
    // one step of the coarsest codec
    if (size <= 256) return;
    if (lastSound >= 0) silence = Math.max(silence, at - lastSound);
    lastSound = at;
  });
  expect(peak).toBeLessThanOrEqual(LOUDEST);
  expect(peak).toBeGreaterThan(AUDIBLE);
  expect(silence / rate).toBeLessThan(LONGEST_SILENCE_S);
}
