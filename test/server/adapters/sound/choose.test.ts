import { CODEC } from "@bearlink/sdk/protocol";
import { describe, expect, test } from "vitest";
import { chooseSound } from "../../../../server/adapters/sound/choose.ts";
import { openPipe } from "../../../../server/adapters/sound/pipe.ts";
import { SoundError } from "../../../../server/errors.ts";
import type { Sound, SoundPipe } from "../../../../server/ports.ts";
import { collect, through } from "./waves.ts";

/** A player whose pipes give back what they take, or fail at the `failAt`th write. */
function player(fails?: { reason: SoundError["reason"]; atWrite: number }) {
  const pipes = { hear: 0, voice: 0 };
  const open = (kind: keyof typeof pipes): SoundPipe => {
    pipes[kind]++;
    let writes = 0;
    return openPipe({ mostIn: 100, mostOut: 100 }, "a player", (outlet) => ({
      push(bytes) {
        if (++writes === fails?.atWrite) outlet.fail(fails.reason);
        else outlet.push(bytes);
      },
      end: outlet.close,
      stop() {},
    }));
  };
  const sound: Sound = { hear: () => open("hear"), voice: () => open("voice") };
  return { sound, pipes };
}

const two = Uint8Array.of(1, 2);
const hears = (sound: Sound) => sound.hear(CODEC.U8);

describe("choosing who plays", () => {
  test("ffmpeg serves as many turns as it may, TypeScript those beyond", () => {
    const [ffmpeg, typescript] = [player(), player()];
    const sound = chooseSound({ ffmpeg: ffmpeg.sound, typescript: typescript.sound, most: 2 });
    for (let turn = 0; turn < 3; turn++) {
      sound.hear(CODEC.U8);
      sound.voice(24_000, CODEC.U8);
    }
    expect(ffmpeg.pipes).toEqual({ hear: 2, voice: 2 });
    expect(typescript.pipes).toEqual({ hear: 1, voice: 1 });
  });

  test("a place is free again when its pipe is read to the end, destroyed or left, and counts once", async () => {
    const [ffmpeg, typescript] = [player(), player()];
    const sound = chooseSound({ ffmpeg: ffmpeg.sound, typescript: typescript.sound, most: 1 });
    await through(hears(sound), two);
    const destroyed = hears(sound);
    destroyed.destroy();
    destroyed.destroy();
    const left = hears(sound);
    left.write(two);
    for await (const bytes of left.out) if (bytes.length > 0) break;
    hears(sound);
    expect(ffmpeg.pipes.hear).toBe(4);
    hears(sound);
    expect([ffmpeg.pipes.hear, typescript.pipes.hear]).toEqual([4, 1]);
  });

  test("TypeScript serves all where there is no ffmpeg, or none may run", () => {
    const [ffmpeg, typescript] = [player(), player()];
    chooseSound({ ffmpeg: undefined, typescript: typescript.sound, most: 9 }).hear(CODEC.U8);
    chooseSound({ ffmpeg: ffmpeg.sound, typescript: typescript.sound, most: 0 }).hear(CODEC.U8);
    expect([ffmpeg.pipes.hear, typescript.pipes.hear]).toEqual([0, 2]);
  });

  test("where a process fails before it gave a byte, TypeScript plays all of it, and the place is free", async () => {
    const [ffmpeg, typescript] = [player({ reason: "process", atWrite: 1 }), player()];
    const sound = chooseSound({ ffmpeg: ffmpeg.sound, typescript: typescript.sound, most: 1 });
    expect(await through(hears(sound), Uint8Array.of(1, 2, 3, 4), [3])).toEqual(Buffer.of(1, 2, 3, 4));
    hears(sound);
    expect([ffmpeg.pipes.hear, typescript.pipes.hear]).toEqual([2, 1]);
  });

  test("what is written after such a change is played too", async () => {
    const [ffmpeg, typescript] = [player({ reason: "process", atWrite: 1 }), player()];
    const pipe = hears(chooseSound({ ffmpeg: ffmpeg.sound, typescript: typescript.sound, most: 1 }));
    const reading = collect(pipe.out);
    pipe.write(two);
    await new Promise(setImmediate);
    pipe.write(two);
    pipe.end();
    expect(await reading).toEqual(Buffer.of(1, 2, 1, 2));
  });

  test("a fault after the first byte, or of another kind, is told", async () => {
    for (const fails of [
      { reason: "process", atWrite: 2 } as const,
      { reason: "deadline", atWrite: 1 } as const,
    ]) {
      const pipe = hears(chooseSound({ ffmpeg: player(fails).sound, typescript: player().sound, most: 1 }));
      const reading = collect(pipe.out).catch((error: unknown) => error);
      pipe.write(two);
      await new Promise(setImmediate);
      pipe.write(two);
      expect(await reading).toEqual(new SoundError(fails.reason));
    }
  });

  test("a pipe that cannot even be opened takes no place", () => {
    const refuses: Sound = {
      hear: () => {
        throw new SoundError("format");
      },
      voice: () => {
        throw new SoundError("process");
      },
    };
    const typescript = player();
    const sound = chooseSound({ ffmpeg: refuses, typescript: typescript.sound, most: 1 });
    expect(() => sound.hear(CODEC.OPUS)).toThrow(new SoundError("format"));
    sound.voice(24_000, CODEC.U8);
    expect(typescript.pipes.voice).toBe(1);
  });
});
