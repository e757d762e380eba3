/** `bear pair`: a toy goes to the demo family; in development only. */
import { command } from "../command.ts";
import { withCell } from "../new-toy.ts";
import { readToyFile } from "../toy-file.ts";

export const pair = command<{ toy: string }>({
  name: "pair",
  about: "pair a toy with a demo family (development only)",
  options: [{ flags: "--toy <file>", about: "the toy's file", required: true }],
  example: "bear pair --toy toy.json",
  async run({ env, terminal }, { toy }) {
    const { device_id } = readToyFile(toy);
    const family = await withCell(
      env,
      (cell) => cell.post("/api/v1/dev/pair", { device_id }),
      async (record) => ({ ...(await record.pairWithDemoFamily(device_id)) }),
    );
    terminal.answer({ device_id, ...family }, [
      `${device_id} belongs to the demo family now.`,
      `Next: bear talk --toy ${toy} --in question.wav --out answer.wav`,
    ]);
  },
});
