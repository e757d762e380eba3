/** The voice of espeak-ng: text on its stdin, WAV on its stdout, as it is made. */
import type { TextToSpeech } from "../../ports.ts";
import { withoutHeader, wholeSamples } from "./pcm.ts";
import { runProgram } from "./program.ts";
import type { SpeakingPorts } from "./program.ts";
import { hasWords, speakable } from "./speakable.ts";

/** Hz, of all espeak-ng voices */
const RATE = 22_050;

/** A warm voice, higher (-p) than the default of 50 and slower (-s, words a minute) than 175. */
const ARGS = ["-v", "en-us+f3", "-p", "58", "-s", "152", "-b", "1", "--stdin", "--stdout"];

/** `path` is that of espeak-ng. Throws as `runProgram` does; a text without a word is no sound. */
export function createEspeak(ports: SpeakingPorts, path: string): TextToSpeech {
  return {
    rate: RATE,
    async *speak(text, signal) {
      const input = speakable(text);
      if (!hasWords(input)) return;
      const wav = runProgram(ports, { path, args: ARGS, input: `${input}\n` }, signal);
      yield* wholeSamples(withoutHeader(wav, RATE));
    },
  };
}
