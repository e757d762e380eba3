/** `bear label`: the label inside a toy. */
import { writeFileSync } from "node:fs";
import { isPairingCode } from "@bearlink/sdk/protocol";
import { command } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import { readToyFile } from "../toy-file.ts";

export const label = command<{ toy: string; out?: string; host?: string }>({
  name: "label",
  about: "make the label that goes inside a toy: a QR code that pairs it, to print",
  options: [
    { flags: "--toy <file>", about: "the toy's file", required: true },
    { flags: "--out <file>", about: "an .svg, or a .png of the code alone; <device_id>.svg without it" },
    { flags: "--host <url>", about: "the parents' app, as a phone finds it; the toy's server without it" },
  ],
  example: "bear label --toy toy.json --host https://bears.example.org --out label.svg",
  async run({ terminal }, { toy: path, out, host }) {
    const toy = readToyFile(path);
    if (!isPairingCode(toy.pairing_code))
      throw new Fault(`${path} has no pairing code: provision the toy anew`, EXIT.USAGE);
    const { labelAddress, labelPng, labelSvg } = await import("../flash/label.ts");
    const address = labelAddress(toy, host);
    const file = out ?? `${toy.device_id}.svg`;
    const picture = /\.png$/i.test(file) ? await labelPng(address) : labelSvg(toy, address);
    // it holds the code: nobody else's eyes
    writeFileSync(file, picture, { mode: 0o600 });
    terminal.answer({ device_id: toy.device_id, file }, [
      `${file} is ready to print: 50 mm wide, or larger.`,
      "Who reads it can ask for the toy: put it inside, and delete the file.",
    ]);
  },
});
