import { afterEach, expect, test } from "vitest";
import { CODEC, DOWN, encodeJson, UP } from "@bearlink/sdk/protocol";
import { decodeSound, encodeSound, folderStore, openBear, writeWav } from "@bearlink/sdk/node";
import type { Bear, NodeToyOptions, TalkEvent } from "@bearlink/sdk/node";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEVICE_ID, SECRET } from "../toy/fakes.ts";
import { until } from "../../support/wait.ts";
import { bearServer } from "./server.ts";
import type { BearServer, Reply } from "./server.ts";

const TOY = { device_id: DEVICE_ID, device_secret: Buffer.from(SECRET).toString("hex") };
const QUESTION = Int16Array.from({ length: 5_600 }, (_, i) => 8_000 * Math.sin(i / 3));

let server: BearServer | undefined;
let bear: Bear | undefined;

afterEach(async () => {
  await bear?.close();
  await server?.close();
  bear = undefined;
  server = undefined;
});

async function arrived(reply?: Reply, options: Partial<NodeToyOptions> = {}): Promise<Bear> {
  server = await bearServer(reply);
  bear = await openBear({ url: server.url, toy: TOY, play: [CODEC.ULAW], ...options });
  await bear.ready();
  return bear;
}

test("it asks in real time, and hears the very samples that came back", async () => {
  const talker = await arrived();
  const events: TalkEvent["kind"][] = [];
  const answer = await talker.talk(
    { wav: writeWav(QUESTION) },
    { onEvent: ({ kind }) => void events.push(kind) },
  );
  expect(answer).toMatchObject({ turn: 1, outcome: "reply", frames: 7, lost: 0, underruns: 0, cues: [] });
  expect(answer.first_audio_ms).toBeGreaterThanOrEqual(0);
  expect(answer.heard).toEqual(decodeSound(CODEC.ULAW, encodeSound(CODEC.ULAW, QUESTION)));
  expect(events.slice(0, 3)).toEqual(["turn_start", "turn_end", "reply"]);
  expect(talker.counters.sent[UP.AUDIO]).toBe(7);
  expect(talker.counters.received[DOWN.AUDIO]).toBe(7);
  expect(talker.counters.sent[UP.CREDIT]).toBeGreaterThanOrEqual(2);
});

test("it speaks MQTT over the WebSocket of an address that asks for it", async () => {
  server = await bearServer();
  bear = await openBear({ url: server.webSocketUrl, toy: TOY, play: [CODEC.ULAW], realTime: false });
  await bear.ready();
  expect((await bear.talk({ samples: QUESTION.subarray(0, 1_600) })).outcome).toBe("reply");
});

test("a refusal, a STOP and a clip are told as what they are", async () => {
  const replies: [number, object][] = [
    [DOWN.REFUSED, { code: "NO_CONSENT" }],
    [DOWN.STOP, {}],
  ];
  const talker = await arrived(
    (turn, _sound, send) => {
      send({ type: DOWN.CUE, turn, payload: encodeJson({ clip: "thinking" }) });
      const [type, message] = replies.shift()!;
      send({ type, turn, payload: encodeJson(message) });
      return Promise.resolve();
    },
    { realTime: false },
  );
  const question = { samples: QUESTION.subarray(0, 800) };
  expect(await talker.talk(question)).toMatchObject({
    outcome: "refused",
    code: "NO_CONSENT",
    cues: ["thinking"],
  });
  expect(await talker.talk(question)).toMatchObject({ outcome: "stopped" });
});

test("a second question while a reply plays is a barge-in", async () => {
  const talker = await arrived();
  let first: ReturnType<Bear["talk"]> | undefined;
  await new Promise<void>((playing) => {
    first = talker.talk({ samples: QUESTION }, { onEvent: ({ kind }) => kind === "audio" && playing() });
  });
  const second = await talker.talk({ samples: QUESTION.subarray(0, 800) });
  expect((await first!).outcome).toBe("stopped");
  expect(second).toMatchObject({ turn: 2, outcome: "reply", frames: 1 });
});

test("a line that is cut in a turn ends it, and the bear comes back by itself", async () => {
  const talker = await arrived(() => Promise.resolve(server!.cut()), { realTime: false });
  expect(await talker.talk({ samples: QUESTION })).toMatchObject({ outcome: "none" });
  await talker.ready();
  expect(server!.connections).toBe(2);
});

test("a refused login leads to a new claim", async () => {
  const talker = await arrived();
  server!.connack = 4;
  server!.cut();
  await until("a refused login", () => talker.state() === "claiming");
  server!.connack = 0;
  await talker.ready();
});

test("a server that is not there is told of, with what went wrong", async () => {
  bear = await openBear({ url: "http://127.0.0.1:1", toy: TOY });
  await expect(bear.ready(300)).rejects.toThrow(/not ready after 0.3 s \(.*claim: status 0\)/);
});

test("a folder keeps a bear's boot over its processes, each file for its owner alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bear-"));
  try {
    const store = folderStore(folder);
    const talker = await arrived(undefined, { store });
    const boot = (): number =>
      Math.max(...["boot0", "boot1"].map((name) => readFileSync(join(folder, name))[3]!));
    const first = boot();
    talker.toy.start();
    await talker.ready();
    expect(boot()).toBe(first + 1);
    store.erase("boot0");
    expect(store.get("boot0")).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
