/** ffmpeg for as many turns as the machine can spawn for; TypeScript beyond, without it, and where it fails to start. */
import { SoundError } from "../../errors.ts";
import type { Sound, SoundPipe } from "../../ports.ts";

/** `most`: turns that ffmpeg serves at once. A turn has one pipe to hear and one to speak; each kind is counted while it lives. */
export function chooseSound(players: { ffmpeg: Sound | undefined; typescript: Sound; most: number }): Sound {
  const { ffmpeg, typescript, most } = players;
  if (!ffmpeg) return typescript;
  const places = { hear: most, voice: most };
  const open = (kind: keyof typeof places, first: () => SoundPipe, second: () => SoundPipe) => {
    if (places[kind] <= 0) return second();
    places[kind]--;
    return withSpare(first, second, () => places[kind]++);
  };
  return {
    hear: (codec) =>
      open(
        "hear",
        () => ffmpeg.hear(codec),
        () => typescript.hear(codec),
      ),
    voice: (rate, codec) =>
      open(
        "voice",
        () => ffmpeg.voice(rate, codec),
        () => typescript.voice(rate, codec),
      ),
  };
}

/** The first pipe; where its process fails before it gave a byte, the second, from the beginning. `onOver` is called once. */
function withSpare(first: () => SoundPipe, second: () => SoundPipe, onOver: () => void): SoundPipe {
  let pipe: SoundPipe;
  try {
    pipe = first();
  } catch (error) {
    onOver();
    if (isProcessFault(error)) return second();
    throw error;
  }
  /** what was written while the first has not shown that it works; the pipe itself bounds it */
  let written: Uint8Array[] | undefined = [];
  let ended = false;
  let over = false;

  const finish = () => {
    if (!over) onOver();
    over = true;
    written = undefined;
  };
  const destroy = () => {
    finish();
    pipe.destroy();
  };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      try {
        for await (const chunk of pipe.out) {
          written = undefined;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!written || !isProcessFault(error)) throw error;
      }
      const again = written ?? [];
      finish();
      pipe = second();
      for (const bytes of again) pipe.write(bytes);
      if (ended) pipe.end();
      yield* pipe.out;
    } finally {
      destroy();
    }
  }
  return {
    write(bytes) {
      written?.push(bytes);
      pipe.write(bytes);
    },
    end() {
      ended = true;
      pipe.end();
    },
    destroy,
    out: read(),
    get player() {
      return pipe.player;
    },
  };
}

function isProcessFault(error: unknown): boolean {
  return error instanceof SoundError && error.reason === "process";
}
