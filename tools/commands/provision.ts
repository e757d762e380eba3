/** `bear provision`: a toy comes to exist. */
import { rmSync } from "node:fs";
import { command } from "../command.ts";
import { Fault, faultOf } from "../fault.ts";
import { makeToy, registerToy } from "../new-toy.ts";
import { writeToyFile } from "../toy-file.ts";

export const provision = command<{ out?: string }>({
  name: "provision",
  about: "make a toy: its id, secret and pairing code, known to the server from now on",
  options: [{ flags: "--out <file>", about: "where its file goes; <device_id>.json without it" }],
  example: "bear provision --out toy.json",
  async run({ env, terminal }, { out }) {
    const toy = makeToy(env);
    const path = out ?? (terminal.json ? undefined : `${toy.device_id}.json`);
    // the file first: a toy that the server knows and nobody else is lost
    if (path !== undefined) writeToyFile(path, toy);
    try {
      await registerToy(env, toy);
    } catch (error) {
      const fault = faultOf(error);
      if (path === undefined) throw fault;
      if (fault.unsure)
        throw new Fault(`${fault.message}; ${path} is kept, the server may know its toy`, fault.exit);
      rmSync(path);
      throw fault;
    }
    terminal.answer(toy, [
      `Made ${toy.device_id} for ${toy.url}`,
      `Its secret is in ${path ?? ""}, readable by you alone, and nowhere else.`,
      `Pairing code, for the label: ${toy.pairing_code}`,
      `Next, for a bear on this computer: bear pair --toy ${path ?? ""}`,
      `Next, for a board: bear flash --toy ${path ?? ""}, as firmware/README.md tells`,
    ]);
  },
});
