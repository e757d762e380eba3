/** The voice of flite inside ffmpeg, where its build has it: the text can only go in as part of a filter, so few signs may. */
import type { TextToSpeech } from "../../ports.ts";
import { wholeSamples } from "./pcm.ts";
import { runProgram } from "./program.ts";
import type { SpeakingPorts } from "./program.ts";
import { hasWords, speakable } from "./speakable.ts";

/** Hz, of flite's voice slt */
const RATE = 16_000;

/**
 * A filter that says `text`. Only these signs pass: letters and digits of ASCII, space, `. , ! ? ' -`. The apostrophe is
 * escaped for the option and again for the graph, the comma for the graph. ffmpeg-filters "Notes on filtergraph escaping"
 */
export function fliteGraph(text: string): string {
  const words = speakable(text)
    .normalize("NFD")
    .replace(/[;:]/g, ",")
    .replace(/[^A-Za-z0-9 .,!?'-]/g, "")
    .replaceAll("'", "\\\\\\'")
    .replaceAll(",", "\\,");
  return `flite=voice=slt:text=${words}`;
}

/** `path` is that of an ffmpeg with libflite. Throws as `runProgram` does; a text without a word is no sound. */
export function createFlite(ports: SpeakingPorts, path: string): TextToSpeech {
  return {
    rate: RATE,
    async *speak(text, signal) {
      if (!hasWords(text)) return;
      const args = ["-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "pipe"];
      args.push("-f", "lavfi", "-i", fliteGraph(text), "-f", "s16le", "-ac", "1", "-ar", `${RATE}`, "pipe:1");
      yield* wholeSamples(runProgram(ports, { path, args, input: "" }, signal));
    },
  };
}

/** Whether this ffmpeg can speak: an ffmpeg built without libflite fails at the filter's name. */
export async function hasFlite(ports: SpeakingPorts, path: string): Promise<boolean> {
  try {
    const speech = createFlite(ports, path).speak("yes", new AbortController().signal);
    for await (const bytes of speech) if (bytes.length > 0) return true;
    return false;
  } catch {
    return false;
  }
}
