/** A virtual bear in the room with the parent: its label before the camera, its paw, and the words it says aloud. */
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

export interface RoomToy {
  /** Holds the paw for five seconds, until the bear says that it waits. */
  longPress(): Promise<void>;
  press(): void;
  /** The three words, once the bear has said them. */
  words(choices: readonly string[]): Promise<string[]>;
  paired(): boolean;
  stop(): void;
}

export async function openToy(url: string, toy: ToyFile): Promise<RoomToy> {
  const cues: string[] = [];
  const received = new Map<string | number | undefined, number>();
  const node = createNodeToy({
    url,
    toy,
    log(what, value) {
      if (what === "received") received.set(value, (received.get(value) ?? 0) + 1);
    },
    clip: (clip) => void cues.push(clip),
  });
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
      await until("its words are over", () => (received.get(DOWN.REPLY_END) ?? 0) > 0, 60_000);
      await pause(1_500);
      return wordsHeard(node.speaker.heard().samples, choices);
    },
    paired: () => node.toy.state().paired,
    stop: () => node.toy.stop(),
  };
}
