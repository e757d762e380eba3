/** A virtual bear in the room with the parent: its label before the camera, its paw, its questions, and what it says aloud. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNodeToy } from "@bearlink/sdk/node";
import { DOWN } from "@bearlink/sdk/protocol";
import { expect } from "vitest";
import { labelAddress, labelPng } from "../../tools/flash/label.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { pause, until } from "../support/wait.ts";
import { wordsHeard } from "../walks/family.ts";
import { QUESTION } from "../walks/support.ts";

/** What a camera sees that is held over the label: the answer is a file for Chromium's own fake one. */
export async function filmLabel(folder: string, toy: ToyFile): Promise<string> {
  const picture = join(folder, "label.png");
  const film = join(folder, "label.mjpeg");
  writeFileSync(picture, await labelPng(labelAddress(toy)));
  // a little off the middle, and not as sharp as a print
  const filter = "scale=340:340,pad=640:480:180:60:color=0xe8dcc8,gblur=0.6,format=yuvj420p";
  const made = spawnSync(
    "ffmpeg",
    ["-v", "error", "-y", "-loop", "1", "-i", picture, "-vf", filter, "-t", "1", "-r", "10", film],
    { encoding: "utf8" },
  );
  expect(made.stderr).toBe("");
  return film;
}

export interface RoomAnswer {
  /** how the turn ended, in the toy's own word */
  event: string;
  /** why it was refused */
  code: string | undefined;
  /** of the process's clock, when the first sound of the answer came */
  firstSoundAt: number | undefined;
}

export interface RoomToy {
  /** Holds the paw for five seconds, until the bear says that it waits. */
  longPress(): Promise<void>;
  press(): void;
  /** The three words, once the bear has said them. */
  words(choices: readonly string[]): Promise<string[]>;
  /** A child asks, and hears the answer to its end. */
  ask(): Promise<RoomAnswer>;
  /** What it says by itself, from now on: once that is over. */
  saysAloud(): Promise<Int16Array>;
  paired(): boolean;
  /** How often it has come to the broker. */
  comings(): number;
  stop(): void;
}

export async function openToy(url: string, toy: ToyFile): Promise<RoomToy> {
  const cues: string[] = [];
  const received = new Map<string | number | undefined, number>();
  let answer: RoomAnswer | undefined;
  let over: ((answer: RoomAnswer) => void) | undefined;
  let comings = 0;
  const node = createNodeToy({
    url,
    toy,
    log(what, value) {
      if (what === "state" && value === "connecting") comings++;
      if (what === "received") received.set(value, (received.get(value) ?? 0) + 1);
      if (what === "refused" && answer) answer.code = String(value);
      if (what === "reply" && value === DOWN.AUDIO && answer) answer.firstSoundAt ??= performance.now();
      if (what === "turn_over" && answer) over?.({ ...answer, event: String(value) });
    },
    clip: (clip) => void cues.push(clip),
  });
  const ends = (): number => received.get(DOWN.REPLY_END) ?? 0;
  node.toy.start();
  await until("the toy is ready", () => node.toy.state().name === "ready", 30_000);
  return {
    async longPress() {
      node.toy.paw(true);
      await until("five seconds of the paw", () => node.toy.state().name === "pairing");
      node.toy.paw(false);
      await until("the toy says that it waits for a parent", () => cues.includes("pairing"));
    },
    press: () => [true, false].forEach((down) => node.toy.paw(down)),
    async words(choices) {
      await until("its words begin", () => (received.get(DOWN.AUDIO) ?? 0) > 20, 30_000);
      await until("its words are over", () => ends() > 0, 60_000);
      await pause(1_500);
      return wordsHeard(node.speaker.heard().samples, choices);
    },
    async ask() {
      await until("the toy is ready", () => node.toy.state().name === "ready", 30_000);
      node.speaker.heard();
      answer = { event: "", code: undefined, firstSoundAt: undefined };
      const ended = new Promise<RoomAnswer>((resolve) => (over = resolve));
      node.microphone.hear(QUESTION, () => node.toy.hush());
      node.toy.talk("button");
      return ended;
    },
    async saysAloud() {
      const before = ends();
      await until("it has said something", () => ends() > before, 30_000);
      await pause(1_000);
      return node.speaker.heard().samples;
    },
    paired: () => node.toy.state().paired,
    comings: () => comings,
    stop: () => node.toy.stop(),
  };
}
