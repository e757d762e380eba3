/** What is slow the first time is done once before a child speaks: expressions are compiled, filters made, loops made fast. */
import { CODEC } from "@bearlink/sdk/protocol";
import type { Safety, Sound, SoundPipe } from "../ports.ts";
import { createSafety } from "../safety/safety.ts";

/** Hz of what a service speaks in */
const SPEECH_RATE = 24_000;
/** bytes of a frame, and how many: enough for the compiler to take notice */
const FRAME_BYTES = 800;
const FRAMES = 20;

/** Takes a moment, which the first turn would have taken longer; asks no service anything. Rejects where a player fails. */
export async function warmVoices({ players }: { players: Sound[] }): Promise<void> {
  await warmRules(createSafety({}));
  for (const { hear, voice } of players)
    await Promise.all([warmPipe(hear(CODEC.ULAW)), warmPipe(voice(SPEECH_RATE, CODEC.U8))]);
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
