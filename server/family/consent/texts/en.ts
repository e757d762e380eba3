/** The notice in English: the text that counts where two differ. A changed sentence is another notice, and asks every parent again. */
import type { Recipient } from "../../../ports.ts";

/** How long a category of the policy is kept, in words. */
export type TimeOf = (category: string) => string;

const titles: Record<Recipient, string> = {
  voice: "Hear your child's voice",
  transcripts: "Keep what was said, for you",
  speech_in: "Turn speech into words",
  chat: "Think of an answer",
  speech_out: "Read the answer aloud",
  moderation: "Check that it is fit for a child",
};

export const en = {
  server: "this Bearlink server",
  time: {
    answer: "until the answer is over",
    days: (days: number) => `for ${days} days`,
    chosen: (most: number) => `for as many days as you choose, 1 to ${most}`,
  },
  titles,
  purposes: (time: TimeOf): Record<Recipient, string> => ({
    voice: `Takes your child's voice while the paw is held, in place of typing. The sound is kept ${time("sound")}, and then deleted. It is never used for training, advertising or analytics.`,
    transcripts: `Keeps what your child and the toy said, encrypted, for you to read; ${time("conversations")}. Without it nothing that was said is kept.`,
    speech_in:
      "Receives the sound of what your child says and answers with the words. Without it the toy does not understand speech and tells stories from its own shelf.",
    chat: "Receives the words your child said and writes the toy's answer. Without it the toy answers from its own shelf.",
    speech_out:
      "Receives the toy's answer and reads it aloud. Without it a plainer voice on this server does.",
    moderation:
      "Receives the words your child said and the toy's answer, and checks that they are fit for a child. Without it the toy answers from its own shelf.",
  }),
};
