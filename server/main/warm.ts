/** What is slow the first time is done once before a child speaks: expressions are compiled, filters made, loops made fast. */
import { CODEC } from "@bearlink/sdk/protocol";
import type { Safety, Sound, SoundPipe } from "../ports.ts";
import { createSafety } from "../safety/safety.ts";

/** Hz of what a service speaks in */
const SPEECH_RATE = 24_000;
/** bytes of a frame, and how many: enough for the compiler to take notice */
const FRAME_BYTES = 800;
const FRAMES = 20;

/** Takes about 0.1 s, which the first turn would have taken longer; asks no service anything. */
export async function warmVoices({ sound }: { sound: Sound }): Promise<void> {
  await warmRules(createSafety({}));
  for (const pipe of [sound.hear(CODEC.ULAW), sound.voice(SPEECH_RATE, CODEC.U8)]) await warmPipe(pipe);
}

/** An expression is compiled for good only at its second use. */
async function warmRules(rules: Safety): Promise<void> {
  const { signal } = new AbortController();
  for (const text of ["What is the moon?", "It is a big round rock."]) {
    await rules.words(text, signal);
    await rules.sentence(text, signal);
  }
}

async function warmPipe(pipe: SoundPipe): Promise<void> {
  for (let frame = 0; frame < FRAMES; frame++) pipe.write(new Uint8Array(FRAME_BYTES));
  pipe.end();
  for await (const sound of pipe.out) void sound;
}
