/** `bear demo`: the main job once, end to end, through the same routes and the same MQTT as any toy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Cell } from "@bearlink/server";
import { readConfig } from "@bearlink/server/config";
import { developerKey, openCellApi } from "../cell.ts";
import type { CellApi } from "../cell.ts";
import { command } from "../command.ts";
import type { Spoken } from "../conversation.ts";
import { makeToy, registerToy } from "../new-toy.ts";
import type { Step } from "../terminal.ts";
import type { ToyFile } from "../toy-file.ts";
import { describe } from "./talk.ts";

const QUESTION = new URL("../demo/question.wav", import.meta.url);
const QUESTION_WORDS = "Hello bear! Will you tell me a story, please?";

/** What a run gathers on its way. */
interface Demo {
  cell?: Cell;
  api?: CellApi;
  toy?: ToyFile;
  spoken?: Spoken;
}

export const demo = command<{ out: string }>({
  name: "demo",
  about: "start a cell, make and pair a virtual bear, ask it something, save what it answers",
  options: [{ flags: "--out <wav>", about: "where the answer goes", default: "answer.wav" }],
  example: "bear demo --out answer.wav",
  async run({ env, terminal }, { out }) {
    const folder = mkdtempSync(join(tmpdir(), "bearlink-demo-"));
    const own = {
      ...env,
      ...{ NODE_ENV: "development", HOST: "127.0.0.1", PORT: "0", MQTT_PORT: "0", DATA_DIR: folder },
      ...{ DATABASE_URL: "", REDIS_URL: "", BEARLINK_KEY: "", BEARLINK_URL: "", PUBLIC_MQTT_HOST: "" },
      ...{ PUBLIC_MQTT_PORT: "", PUBLIC_MQTT_TLS: "", ALLOWED_HOSTS: "", TRUSTED_PROXIES: "" },
    };
    const made: Demo = {};
    terminal.say("Bearlink, from a question to its answer:\n");
    try {
      await terminal.steps([startStep(own, made), provisionStep(own, made), pairStep(made)]);
      const { toy, cell, api } = made as Required<Demo>;
      const { conversationSteps } = await import("../conversation.ts");
      const question = { url: cell.url, toy, wav: readFileSync(QUESTION), cell: api };
      await terminal.steps(conversationSteps(question, (spoken) => (made.spoken = spoken)));
      const { wav, ...told } = made.spoken!;
      writeFileSync(out, wav);
      terminal.answer({ ...told, question: QUESTION_WORDS, voices: cell.voices, out: resolve(out) }, [
        "",
        `Spoken into its microphone: “${QUESTION_WORDS}”`,
        ...describe(made.spoken!, resolve(out)),
        "",
        ...outlook(cell.voices),
      ]);
    } finally {
      await made.cell?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

function startStep(env: Record<string, string | undefined>, made: Demo): Step {
  return {
    title: "A cell starts on embedded defaults",
    async run() {
      const { startCell } = await import("@bearlink/server");
      const { quietLog } = await import("@bearlink/server/log");
      made.cell = await startCell(readConfig(env), { log: quietLog });
      made.api = openCellApi(made.cell.url, developerKey(env));
      return made.cell.url;
    },
  };
}

function provisionStep(env: Record<string, string | undefined>, made: Demo): Step {
  return {
    title: "A toy is provisioned",
    async run() {
      const beside = { ...env, BEARLINK_URL: made.cell!.url };
      made.toy = makeToy(beside);
      await registerToy(beside, made.toy);
      return made.toy.device_id;
    },
  };
}

function pairStep(made: Demo): Step {
  return {
    title: "A demo family pairs it",
    run: async () => void (await made.api!.post("/api/v1/dev/pair", { device_id: made.toy!.device_id })),
  };
}

/** What was played by whom, and what a key would change. */
function outlook({ speech_in, chat, speech_out, sound }: Cell["voices"]): string[] {
  const lines = [`Speech out: ${speech_out}. Chat: ${chat}. Sound: ${sound}.`];
  if (speech_in === "none")
    lines.push(
      "No speech recognition is configured, so the bear said that it cannot understand words yet, and told something of its own.",
      "OPENROUTER_API_KEY=… npm run demo lets it understand and answer the question (OPENAI_API_KEY works too).",
    );
  return [...lines, "Next: npm start keeps a cell running; README.md shows the rest."];
}
