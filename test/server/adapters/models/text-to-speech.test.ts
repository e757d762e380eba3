import { describe, expect, it } from "vitest";
import { openTextToSpeech } from "../../../../server/adapters/models/text-to-speech.ts";
import type { Decode } from "../../../../server/adapters/models/text-to-speech.ts";
import { wavOf } from "../../../../server/adapters/models/wav.ts";
import { MAX_SOUND_S } from "../../../../server/bounds.ts";
import { SoundError } from "../../../../server/errors.ts";
import { all, cutInto, NEVER, serviceOf, toneFor } from "../../../support/models.ts";

const TONE = toneFor("hello");
const VOICE = { model: "m", voice: "v" };

async function speechOf(pieces: readonly Uint8Array[], options = {}, decode?: Decode): Promise<Buffer> {
  const port = openTextToSpeech(serviceOf(pieces, { type: "audio/pcm", ...options }), VOICE, decode);
  return Buffer.concat(await all(port.speak("hello", NEVER)));
}

/** Takes bytes, and gives them back in reverse once they have all come. */
function mirror(asked: string[]): Decode {
  return (container, rate) => {
    asked.push(`${container} ${rate}`);
    const taken: Uint8Array[] = [];
    let done = (): void => undefined;
    const ended = new Promise<void>((resolve) => (done = resolve));
    return {
      write: (bytes) => void taken.push(bytes),
      end: () => done(),
      destroy: () => done(),
      out: (async function* () {
        await ended;
        yield Buffer.concat(taken).reverse();
      })(),
    };
  };
}

describe("speech", () => {
  it("is the PCM that was asked for, in whole samples however it is cut", async () => {
    for (const size of [1, 2, 3, 1_001, TONE.length]) {
      const port = openTextToSpeech(serviceOf(cutInto(TONE, size), { type: "audio/pcm" }), VOICE);
      const pieces = await all(port.speak("hello", NEVER));
      expect(pieces.every((piece) => piece.length > 0 && piece.length % 2 === 0)).toBe(true);
      expect(Buffer.concat(pieces)).toEqual(TONE);
    }
  });

  it("loses half a sample at the end, not more", async () => {
    expect(await speechOf([TONE, Buffer.from([1])])).toEqual(TONE);
  });

  it("of another rate is told by its type", async () => {
    expect((await speechOf([TONE], { type: "audio/pcm;rate=48000;channels=1" })).length).toBe(
      TONE.length / 2,
    );
    expect((await speechOf([TONE], { type: "audio/pcm; rate=24000; channels=2" })).length).toBe(
      TONE.length / 2,
    );
    await expect(speechOf([TONE], { type: "audio/pcm;rate=7" })).rejects.toThrow("model: garbage");
  });

  it("is taken out of a WAV file, without what comes after it", async () => {
    const wav = Buffer.concat([wavOf(TONE, 24_000), Buffer.from("LIST\x04\0\0\0abcd", "latin1")]);
    for (const size of [1, 13, wav.length]) {
      expect(await speechOf(cutInto(wav, size), { type: "audio/wav" })).toEqual(TONE);
      expect(await speechOf(cutInto(wav, size))).toEqual(TONE); // said to be PCM
    }
  });

  it("is `cut` where a WAV file holds less than it says, and its header least of all", async () => {
    const wav = wavOf(TONE, 24_000);
    for (const end of [20, 43, 44, wav.length - 2]) {
      await expect(speechOf([wav.subarray(0, end)])).rejects.toThrow("model: cut");
    }
  });

  it("is all that comes where a WAV file does not say how much it holds", async () => {
    const wav = wavOf(TONE, 24_000);
    wav.writeUInt32LE(0xffffffff, 40);
    expect(await speechOf(cutInto(wav, 999))).toEqual(TONE);
  });

  it.each([
    ["mp3", "audio/pcm", "ID3\x04\0\0"],
    ["mp3", "audio/mpeg", "\xff\xf3\xe4\xc4"],
    ["mp3", "", "\xff\xfb\x90\x64"],
    ["ogg", "audio/pcm", "OggS\0\x02"],
    ["flac", "application/octet-stream", "fLaC\0\0"],
  ])("in %s sent as %j goes through the decoder", async (container, type, start) => {
    const bytes = Buffer.concat([Buffer.from(start, "latin1"), TONE]);
    const asked: string[] = [];
    expect(await speechOf(cutInto(bytes, 500), { type }, mirror(asked))).toEqual(
      Buffer.from(bytes).reverse(),
    );
    expect(asked).toEqual([`${container} 24000`]);
    await expect(speechOf([bytes], { type })).rejects.toThrow("model: garbage");
  });

  it("that begins like an MP3 frame is PCM where its type says so", async () => {
    const pcm = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), TONE]);
    expect(await speechOf([pcm])).toEqual(pcm);
  });

  it("is `cut` where a compressed stream is cut, and `garbage` where it cannot be decoded", async () => {
    const ogg = [Buffer.from("OggS12345678")];
    await expect(speechOf(ogg, { cut: true }, mirror([]))).rejects.toThrow("model: cut");
    const loud: Decode = (container, rate) => {
      let fail: (error: Error) => void;
      const failed = new Promise<never>((_, reject) => (fail = reject));
      return {
        ...mirror([])(container, rate),
        destroy: () => fail(new SoundError("process")),
        out: { [Symbol.asyncIterator]: () => ({ next: () => failed }) },
      };
    };
    await expect(speechOf(ogg, { cut: true }, loud)).rejects.toThrow("model: cut");
    const broken: Decode = (container, rate) => ({
      ...mirror([])(container, rate),
      out: {
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new SoundError("format")) }),
      },
    });
    await expect(speechOf(ogg, {}, broken)).rejects.toThrow("model: garbage");
  });

  it.each([
    ["nothing", "audio/pcm", ""],
    ["half a sample", "audio/pcm", "x"],
    ["JSON", "application/json", '{"error":"sk-echo"}'],
    ["JSON said to be sound", "application/octet-stream", '{"error":"sk-echo"}'],
    ["a page", "text/html; charset=utf-8", "<!doctype html>"],
    ["a page said to be bytes", "application/octet-stream", "<html><body>"],
  ])("is `garbage` where the answer is %s", async (_name, type, body) => {
    await expect(speechOf([Buffer.from(body)], { type })).rejects.toThrow("model: garbage");
  });

  it("longer than its bound is `garbage`", async () => {
    const second = Buffer.alloc(48_000);
    const endless = Array.from({ length: MAX_SOUND_S + 1 }, () => second);
    await expect(speechOf(endless)).rejects.toThrow("model: garbage");
  });

  it("is `cut` where the connection is lost", async () => {
    await expect(speechOf([TONE], { cut: true })).rejects.toThrow("model: cut");
  });
});
