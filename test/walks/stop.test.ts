/** SIGTERM: a cell lets who is talking finish, tells its toys to come back, and goes. MISSION C32 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openBear } from "@bearlink/sdk/node";
import type { Answer, Bear } from "@bearlink/sdk/node";
import { DOWN } from "@bearlink/sdk/protocol";
import { phraseTexts } from "../../server/adapters/speech/phrases.ts";
import { newFolder, startCellProcess } from "../support/processes.ts";
import type { CellProcess } from "../support/processes.ts";
import { expectSound, newToy, QUESTION, startModels, toneSamples } from "./support.ts";
import type { Models } from "./support.ts";

// processes start, and sound takes its time
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const REPLY = "Bears sleep all winter long.";
const folder = newFolder();
const bears: Bear[] = [];
let models: Models;
let cell: CellProcess;

beforeAll(async () => {
  models = await startModels({ reply: REPLY });
  cell = await startCellProcess({ ...models.env, DATA_DIR: folder.path });
});
afterAll(async () => {
  for (const bear of bears) await bear.close();
  cell?.kill("SIGKILL");
  await models?.close();
  folder.remove();
});

async function newBear(): Promise<Bear> {
  const bear = await openBear({ url: cell.url, toy: await newToy(cell) });
  bears.push(bear);
  await bear.ready();
  return bear;
}

test("the reply that runs and the question that is asked end as they would, each toy is told to come back, and the exit is 0", async () => {
  const [hearing, asking, idle] = [await newBear(), await newBear(), await newBear()];
  const question = { samples: QUESTION };
  let toldAt = 0;
  const [whileHeard, whileAsked] = await new Promise<Promise<Answer>[]>((asked) => {
    const first = hearing.talk(question, {
      onEvent({ kind }) {
        if (kind !== "audio" || toldAt > 0) return;
        toldAt = performance.now();
        asked([
          first,
          asking.talk(question, {
            // once the cell has its first frames: a question that comes after the signal is refused
            onEvent: ({ kind }) => kind === "turn_start" && setTimeout(() => cell.kill("SIGTERM"), 400),
          }),
        ]);
      },
    });
  });

  for (const { outcome, lost, underruns, heard, rate } of await Promise.all([whileHeard!, whileAsked!])) {
    expect({ outcome, lost, underruns }).toEqual({ outcome: "reply", lost: 0, underruns: 0 });
    // to the last sample that the voice made
    expect(heard).toHaveLength(toneSamples(REPLY + phraseTexts.machine, rate));
    expectSound(heard, rate);
  }
  const { code, stderr } = await cell.ended;
  expect(code, stderr).toBe(0);
  expect(performance.now() - toldAt).toBeLessThan(30_000);
  for (const bear of [hearing, asking, idle]) expect(bear.counters.received[DOWN.COMMAND]).toBeGreaterThan(0);
  expect(cell.log().filter(({ level }) => level === "error")).toEqual([]);
});
