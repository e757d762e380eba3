/** `bear talk`: a virtual bear asks one question out of a WAV file, and its answer becomes another. */
import { readFileSync, writeFileSync } from "node:fs";
import { folderStore, readWav, WavError } from "@bearlink/sdk/node";
import type { ToyStore } from "@bearlink/sdk/toy";
import { answers, cellAt, cellUrl } from "../cell.ts";
import { command } from "../command.ts";
import { conversationSteps } from "../conversation.ts";
import type { Spoken, TalkingBear } from "../conversation.ts";
import { EXIT, Fault } from "../fault.ts";
import { readToyFile } from "../toy-file.ts";
import type { ToyFile } from "../toy-file.ts";

export const talk = command<{ toy: string; in: string; out?: string; state?: string; firmware?: boolean }>({
  name: "talk",
  about: "a virtual bear asks one question, in real time, and saves the answer",
  options: [
    { flags: "--toy <file>", about: "the toy's file", required: true },
    { flags: "--in <wav>", about: "the question: any usual PCM", required: true },
    { flags: "--out <wav>", about: "where the answer goes" },
    { flags: "--state <folder>", about: "the toy's flash; <toy file>.state without it" },
    { flags: "--firmware", about: "the bear is the toy's own program, on a twin of its chip" },
  ],
  example: "bear talk --toy toy.json --in question.wav --out answer.wav",
  async run({ env, terminal }, { toy: toyPath, in: inPath, out, state, firmware }) {
    const toy = readToyFile(toyPath);
    const wav = readQuestion(inPath);
    const url = env.BEARLINK_URL ? cellUrl(env) : toy.url || cellUrl(env);
    if (!(await answers(url)))
      throw new Fault(`no cell answers at ${url}: start one (bear start), or set BEARLINK_URL`);
    const store = folderStore(state ?? toyPath.replace(/\.json$/, "") + ".state");
    let spoken: Spoken | undefined;
    const open = firmware ? () => firmwareBear(url, toy, store) : undefined;
    await terminal.steps(
      conversationSteps({ url, toy, wav, store, cell: cellAt(url, env), ...(open && { open }) }, (told) => {
        spoken = told;
      }),
    );
    const { wav: answer, ...told } = spoken!;
    if (out !== undefined) writeFileSync(out, answer);
    terminal.answer({ ...told, ...(out !== undefined && { out }) }, describe(spoken!, out));
  },
});

/** The bundle, built now, on its twin. */
async function firmwareBear(url: string, toy: ToyFile, store: ToyStore): Promise<TalkingBear> {
  const { buildFirmware } = await import("../firmware/build.ts");
  const { openFirmwareBear } = await import("../twin/bear.ts");
  return openFirmwareBear({ url, toy, store, ...(await buildFirmware({ profile: "development" })) });
}

function readQuestion(path: string): Uint8Array {
  const bytes = readFileSync(path);
  try {
    readWav(bytes);
    return bytes;
  } catch (error) {
    if (error instanceof WavError) throw new Fault(`${path}: ${error.message}`, EXIT.USAGE);
    throw error;
  }
}

/** An answer in words. */
export function describe(spoken: Spoken, out?: string): string[] {
  const { transcript, reply, seconds, first_audio_ms, lost, underruns } = spoken;
  const gaps = lost + underruns === 0 ? "without a gap" : `with ${lost} samples lost and ${underruns} gaps`;
  return [
    ...(transcript ? [`The bear was asked: ${transcript}`] : []),
    ...(reply ? [`It answered: ${reply}`] : []),
    `${seconds.toFixed(1)} s of speech, ${gaps}; the first sound came ${first_audio_ms ?? "?"} ms after the question.`,
    ...(out === undefined ? [] : [`Saved as ${out}`]),
  ];
}
