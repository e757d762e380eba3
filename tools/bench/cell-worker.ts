/** A cell in a process of its own, as `bear start` would run it. */
import { startCell } from "@bearlink/server";
import type { Cell } from "@bearlink/server";
import { readConfig } from "@bearlink/server/config";
import { answerParent } from "./worker.ts";

let cell: Cell | undefined;

answerParent({
  start: async (env: Record<string, string>): Promise<{ url: string; sound: string }> => {
    cell = await startCell(readConfig(env));
    return { url: cell.url, sound: cell.voices.sound };
  },
  stop: () => cell?.stop(),
});
