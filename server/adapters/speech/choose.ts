/** The voice of a server without a speech service: espeak-ng, else ffmpeg's flite, else the phrase book, each behind the last. */
import type { Log, TextToSpeech } from "../../ports.ts";
import type { Book } from "./book.ts";
import { createEspeak } from "./espeak.ts";
import { createFlite, hasFlite } from "./flite.ts";
import { atRate } from "./pcm.ts";
import { createPhraseBook } from "./phrase-book.ts";
import { findProgram } from "./program.ts";
import type { SpeakingPorts } from "./program.ts";

export interface SpeechChoice {
  speech: TextToSpeech;
  /** for the start's log and for people, such as "espeak-ng, then flite in ffmpeg, then the phrase book" */
  description: string;
}

export interface NamedVoice {
  name: string;
  voice: TextToSpeech;
}

/** `which` finds a program's path by its name; it is asked here, once, and never while a child waits. */
export async function chooseSpeech({
  log,
  book,
  which = findProgram,
  ...ports
}: SpeakingPorts & {
  log: Log;
  book: Book;
  which?: (name: string) => string | undefined;
}): Promise<SpeechChoice> {
  const voices: NamedVoice[] = [];
  const espeak = which("espeak-ng");
  if (espeak) voices.push({ name: "espeak-ng", voice: createEspeak(ports, espeak) });
  const ffmpeg = which("ffmpeg");
  if (ffmpeg && (await hasFlite(ports, ffmpeg)))
    voices.push({ name: "flite in ffmpeg", voice: createFlite(ports, ffmpeg) });
  voices.push({ name: "the phrase book", voice: createPhraseBook(book) });
  return {
    speech: chainSpeech(voices, log),
    description: voices.map(({ name }) => name).join(", then "),
  };
}

/** The first voice that can say a sentence says it, at the first one's rate; none takes over in the middle of one. */
export function chainSpeech(voices: readonly NamedVoice[], log: Log): TextToSpeech {
  const rate = voices[0]!.voice.rate;
  return {
    rate,
    async *speak(text, signal) {
      for (const [at, { name, voice }] of voices.entries()) {
        let heard = false;
        try {
          for await (const bytes of atRate(voice.speak(text, signal), voice.rate, rate)) {
            heard = true;
            yield bytes;
          }
          return;
        } catch (fault) {
          if (heard || signal.aborted || at === voices.length - 1) throw fault;
          log.warn({ voice: name, fault: String(fault) }, "a voice could not speak; the next one does");
        }
      }
    },
  };
}
