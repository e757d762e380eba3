/** What a child says goes to the models and to nobody else: not to the log, not to a file, and unchecked to no child. MISSION C46, C52; SAFETY S8 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { encodeSound, openBear, writeWav } from "@bearlink/sdk/node";
import type { Answer } from "@bearlink/sdk/node";
import { CODEC } from "@bearlink/sdk/protocol";
import { openDatabase } from "../../server/adapters/sql/database.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { answerOf, bear, newFolder, startCellProcess } from "../support/processes.ts";
import type { CellProcess } from "../support/processes.ts";
import { expectSound, newToy, QUESTION, startModels } from "./support.ts";
import type { Models } from "./support.ts";

// processes start, and sound takes its time
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const TRANSCRIPT = "Who lives on the marzipan volcano?";
const REPLY = "A polite quokka lives there. It collects thimbles!";
/** words that stand in nothing but these two */
const WORDS = ["marzipan", "volcano", "quokka", "thimble"];

const folder = newFolder();
const [data, temporary] = [newFolder(), newFolder()];
let models: Models;
let cell: CellProcess;
let toy: ToyFile;

beforeAll(async () => {
  models = await startModels({ transcript: TRANSCRIPT, reply: REPLY });
  const env = { ...models.env, LOG_LEVEL: "debug", DATA_DIR: data.path, TMPDIR: temporary.path };
  cell = await startCellProcess(env);
  toy = await newToy(cell);
});
afterAll(async () => {
  cell?.kill("SIGKILL");
  await cell?.ended;
  await models?.close();
  for (const each of [folder, data, temporary]) each.remove();
});

/** One question to its end, by a bear of its own. */
async function ask(): Promise<Answer> {
  models.requests.length = 0;
  const child = await openBear({ url: cell.url, toy: await newToy(cell) });
  try {
    await child.ready();
    return await child.talk({ samples: QUESTION });
  } finally {
    await child.close();
  }
}

/** What the voice was given to say since the last call. */
function spoken(): string {
  const said = models.requests.splice(0).filter(({ kind }) => kind === "speech");
  return said.map(({ json }) => String(json.input)).join(" ");
}

test("bear talk tells what was understood and answered, each service asked with its own key", async () => {
  writeFileSync(folder.file("toy.json"), JSON.stringify(toy));
  writeFileSync(folder.file("question.wav"), writeWav(QUESTION));
  const args = ["talk", "--toy", folder.file("toy.json"), "--in", folder.file("question.wav"), "--json"];
  // the settings of the cell: its key goes to the cell that it is of
  const ended = await bear(args, { DATA_DIR: data.path, PORT: new URL(cell.url).port });
  expect(answerOf(ended)).toMatchObject({
    outcome: "reply",
    transcript: TRANSCRIPT,
    reply: `${REPLY} I am a toy bear, and I am a machine.`,
    lost: 0,
    underruns: 0,
  });
  expect(ended.stderr).not.toContain(toy.device_secret);
  const keys = ["chat", "transcribe", "speech", "moderation"].map((kind) => {
    const asked = models.requests.filter((request) => request.kind === kind);
    return [...new Set(asked.map(({ authorization }) => authorization))];
  });
  const [chat, stt, tts, moderation] = models.keys.map((key) => [`Bearer ${key}`]);
  expect(keys).toEqual([chat, stt, tts, moderation]);
  expect(spoken()).toContain("quokka");
});

test("a turn has one id: in a line of each of its stages, and at each service", async () => {
  expect((await ask()).outcome).toBe("reply");
  const ids = [...new Set(models.requests.map(({ requestId }) => requestId))];
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)]);
  const lines = cell.log().filter(({ requestId }) => requestId === ids[0]);
  const stages =
    "turn listen safety think speak first_sound sound speech-to-text chat text-to-speech moderation";
  expect([...new Set(lines.map(({ stage }) => stage))].sort()).toEqual(stages.split(" ").sort());
  // ffmpeg where it is installed and has a place
  const [sound] = lines.filter(({ stage }) => stage === "sound");
  expect(sound).toMatchObject({
    ears: expect.stringMatching(/^(ffmpeg|typescript)$/),
    mouth: expect.stringMatching(/^(ffmpeg|typescript)$/),
    tokens: expect.any(Number),
  });
  expect(sound!.tokens).toBeGreaterThan(20);
});

test("with moderation away a child hears something else, and no chat model is asked", async () => {
  models.options.fault = ({ kind }) => (kind === "moderation" ? { cut: "headers" } : undefined);
  const answer = await ask();
  expect(answer).toMatchObject({ outcome: "reply", lost: 0, underruns: 0 });
  expectSound(answer.heard, answer.rate);
  expect(models.requests.map(({ kind }) => kind)).toContain("transcribe");
  expect(models.requests.filter(({ kind }) => kind === "chat")).toEqual([]);
  expect(spoken()).not.toMatch(/quokka|thimble/);
});

test("where it goes away between the question and the answer, the model's words are not spoken", async () => {
  models.options.fault = ({ kind, json }) =>
    kind === "moderation" && String(json.input).includes("quokka") ? { status: 503 } : undefined;
  const answer = await ask();
  expect(answer.outcome).toBe("reply");
  expectSound(answer.heard, answer.rate);
  expect(models.requests.filter(({ kind }) => kind === "chat")).toHaveLength(1);
  expect(spoken()).not.toMatch(/quokka|thimble/);
  models.options.fault = undefined;
});

test("after kill -9 in the middle of a turn nothing of it is in any file, nor in the log", async () => {
  const child = await openBear({ url: cell.url, toy: await newToy(cell) });
  try {
    await child.ready();
    const answer = await child.talk(
      { samples: QUESTION },
      { onEvent: ({ kind }) => kind === "audio" && cell.kill("SIGKILL") },
    );
    expect(answer.outcome).toBe("none");
    expect(answer.frames).toBeGreaterThan(0);
  } finally {
    await child.close();
  }
  const { code, stdout, stderr } = await cell.ended;
  expect(code).toBeNull();
  expect(spoken()).toContain("quokka");

  const log = (stdout + stderr).toLowerCase();
  expect(cell.log().some(({ level }) => level === "debug" || level === "info")).toBe(true);
  const masterKey = readFileSync(data.file("master-key"), "utf8").trim();
  const secrets = [...models.keys, cell.developerKey, masterKey, toy.device_secret, toy.pairing_code];
  for (const secret of [...WORDS, ...secrets]) expect(log).not.toContain(secret.toLowerCase());

  const files = filesUnder(data.path);
  const ofTheRecord = /^(?:database|audit-heads)[/.]|^[a-z]+-(key|secret)$/;
  expect(files.map((path) => relative(data.path, path)).filter((path) => !ofTheRecord.test(path))).toEqual(
    [],
  );
  // the machinery that reads TypeScript keeps code there
  files.push(...filesUnder(temporary.path).filter((path) => !/^tsx-/.test(relative(temporary.path, path))));
  const sounds = [CODEC.ULAW, CODEC.S16, CODEC.U8].map((codec) =>
    Buffer.from(encodeSound(codec, QUESTION).subarray(1_000, 1_064)),
  );
  const traces = [...WORDS, ...models.keys, toy.device_secret, "RIFF"].flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, "utf16le"),
  ]);
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const trace of [...sounds, ...traces]) expect(bytes.includes(trace), file).toBe(false);
  }
});

test("what was said is in the record, for the family may keep it, and no dump of it holds a word", async () => {
  const { db, close } = await openDatabase({ dataDir: data.path });
  try {
    const kept = await db.selectFrom("messages").selectAll().execute();
    expect(new Set(kept.map(({ role }) => role))).toEqual(new Set(["child", "bear"]));
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db);
    for (const { name } of tables) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db);
      const dump = rows
        .flatMap((row) => Object.values(row))
        .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)))
        .join("\n")
        .toLowerCase();
      for (const word of WORDS) expect(dump, name).not.toContain(word);
    }
  } finally {
    await close();
  }
});

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
