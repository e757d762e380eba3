/** A toy finds its parent, as PROTOCOL.md §8 has it: a press, a window, three words heard in the room, a paw; and what becomes of it. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNodeToy } from "@bearlink/sdk/node";
import { makeDeviceId } from "@bearlink/sdk/protocol";
import { makeToy } from "../../tools/new-toy.ts";
import { TYPES } from "../second-bear/bear.ts";
import type { SecondBear } from "../second-bear/bear.ts";
import { startCell } from "../support/cell.ts";
import type { TestCell } from "../support/cell.ts";
import { pause, until } from "../support/wait.ts";
import { askAs, consent, newChild, newParent, wordsHeard } from "./family.ts";
import type { Answer } from "./family.ts";
import { announced, newBearAt, open, pair, press } from "./pairing.ts";
import type { Family } from "./pairing.ts";
import { newToy, QUESTION } from "./support.ts";

let cell: TestCell;
const bears: SecondBear[] = [];

beforeAll(async () => {
  cell = await startCell();
});
afterAll(async () => {
  for (const bear of bears) bear.close();
  await cell.stop();
});

async function newFamily(name: string): Promise<Family> {
  const parent = await newParent(cell, name);
  const childId = await newChild(parent);
  await consent(cell, parent, childId);
  return { parent, childId };
}

/** Nobody's toy, on the line. */
async function newBear(): Promise<{ bear: SecondBear; code: string }> {
  const made = await newBearAt(cell);
  bears.push(made.bear);
  return made;
}

const commands = (bear: SecondBear): string[] =>
  bear.heard
    .filter(({ type }) => type === TYPES.COMMAND)
    .map(({ payload }) => (JSON.parse(Buffer.from(payload).toString()) as { kind: string }).kind);

describe("a toy and its parent", () => {
  test.concurrent(
    "find each other: press, window, words, paw; then the child is heard, and the toy is let go",
    async () => {
      const family = await newFamily("ada");
      const { parent, childId } = family;
      const { bear, code } = await newBear();
      expect(bear.state).toBe("unpaired");
      await pair(family, bear, code);

      const toys = await parent.ask("GET", "/api/v1/toys");
      expect(toys.body.toys).toMatchObject([
        { device_id: bear.deviceId, child_id: childId, state: "active", microphone_off: false },
      ]);
      const turn = bear.speak(QUESTION);
      await bear.hears(({ type, turn: of }) => type === TYPES.REPLY_AUDIO && of === turn.number, 15_000);

      // taken back in mid-turn
      const revokedAt = performance.now();
      const revoked = await parent.ask("DELETE", `/api/v1/children/${childId}/consent`);
      expect(revoked.status).toBe(200);
      expect(await turn.ended).toBe("STOP");
      expect(performance.now() - revokedAt).toBeLessThan(5_000);
      await until("the toy's microphone is switched off", () => commands(bear).includes("policy"));
      const refused = bear.speak(QUESTION);
      expect(await refused.ended).toBe("REFUSED");

      const askedAt = performance.now();
      const path = `/api/v1/toys/${bear.deviceId}`;
      expect((await parent.ask("POST", `${path}/unpair`)).status).toBe(200);
      await bear.lost;
      expect(performance.now() - askedAt).toBeLessThan(2_000);
      expect((await parent.ask("GET", path)).status).toBe(404);

      // in its next session it is told to move its keys on, once, and then claims under the new one
      expect(await bear.claim()).toMatchObject({ state: "unpaired" });
      await bear.connect();
      await until("the toy is told to move its keys on", () => commands(bear).includes("rekey"));
      await pause(100);
      bear.close();
      await bear.claim();
      await bear.connect();
      await pause(300);
      expect(commands(bear).filter((kind) => kind === "rekey")).toHaveLength(1);
    },
    90_000,
  );

  test.concurrent(
    "find each other where the toy is the kit's own, which takes the paw only after its words",
    async () => {
      const family = await newFamily("grace");
      const toy = makeToy({ BEARLINK_URL: cell.url });
      const pairing_code_sha256 = createHash("sha256").update(toy.pairing_code).digest("hex");
      const { device_id, device_secret } = toy;
      const made = await askAs(cell.url, cell.developerKey, "POST", "/api/v1/toys", {
        ...{ device_id, device_secret, pairing_code_sha256 },
      });
      expect(made.status).toBe(201);
      const cues: string[] = [];
      const counts: Record<string, number> = {};
      const log = (what: string, value?: string | number): void => {
        counts[`${what} ${value}`] = (counts[`${what} ${value}`] ?? 0) + 1;
      };
      const seen = (what: string, type: number): number => counts[`${what} ${type}`] ?? 0;
      const node = createNodeToy({ url: cell.url, toy, log, clip: (clip) => void cues.push(clip) });
      const paw = (): void => [true, false].forEach((down) => node.toy.paw(down));
      const isIn = (name: string) => () => node.toy.state().name === name;
      node.toy.start();
      try {
        await until("the toy is ready", isIn("ready"));
        node.toy.paw(true);
        await until("five seconds of the paw", isIn("pairing"));
        node.toy.paw(false);
        await until("the toy says that it waits for a parent", () => cues.includes("pairing"));
        const opened = await open(family, device_id, toy.pairing_code);
        expect(opened.status).toBe(201);
        const path = `/api/v1/pair/windows/${String(opened.body.window_id)}`;
        await until("its words begin", () => seen("received", TYPES.REPLY_AUDIO) > 20);
        // before they are over, a paw accepts nothing
        paw();
        await until("its words are over", () => seen("received", TYPES.REPLY_END) > 0, 40_000);
        expect(seen("sent", TYPES.PAIR_ACCEPT)).toBe(0);
        await pause(1_500);
        const words = wordsHeard(node.speaker.heard().samples, opened.body.choices as string[]);
        paw();
        await until("the paw was told of", () => seen("sent", TYPES.PAIR_ACCEPT) > 0);
        expect((await family.parent.ask("GET", path)).body.state).toBe("open");
        expect((await family.parent.ask("POST", `${path}/words`, { words })).body.state).toBe("paired");
        await until("the toy is paired", () => node.toy.state().paired);
        expect(cues).toContain("paired");
        expect(node.toy.state().name).toBe("ready");
      } finally {
        node.toy.stop();
      }
    },
    120_000,
  );
});

describe("what does not pair", () => {
  test.concurrent(
    "is answered alike, in the same time: an unknown toy, a wrong code, an owned toy, one not in pairing mode",
    async () => {
      const family = await newFamily("joan");
      const owned = await newToy(cell);
      const { bear, code } = await newBear();
      const cases: [string, string][] = [
        [makeDeviceId(randomBytes(10)), code],
        [bear.deviceId, "0".repeat(26)],
        [owned.device_id, owned.pairing_code],
        [bear.deviceId, code],
      ];
      const answers: Answer[] = [];
      for (const [deviceId, given] of cases) answers.push(await open(family, deviceId, given));
      for (const { status, body, ms } of answers) {
        expect({ status, error: body.error }).toEqual({
          status: 404,
          error: { code: "PAIRING_REFUSED", message: "This toy cannot be paired." },
        });
        // and no longer than that: the desk's own tests, by a clock that stands
        expect(ms).toBeGreaterThan(490);
      }
      expect((await open(family, bear.deviceId, code)).status).toBe(404);
      expect(await open(family, bear.deviceId, code)).toMatchObject({
        status: 429,
        body: { error: { code: "RATE_LIMITED" } },
      });
    },
    60_000,
  );

  test.concurrent(
    "two parents at once: both windows are cancelled, and the toy says so",
    async () => {
      const families = [await newFamily("mary"), await newFamily("emmy")];
      const { bear, code } = await newBear();
      await press(bear);
      const first = await open(families[0]!, bear.deviceId, code);
      expect(first.status).toBe(201);
      const path = `/api/v1/pair/windows/${String(first.body.window_id)}`;
      expect((await families[1]!.parent.ask("GET", path)).status).toBe(404);
      await until("the offer came", () => commands(bear).includes("pair_offer"));
      const since = bear.heard.length;
      expect((await open(families[1]!, bear.deviceId, code)).status).toBe(404);
      expect((await families[0]!.parent.ask("GET", path)).body.state).toBe("cancelled");
      // a paw pressed now pairs with nobody
      bear.pressPaw();
      expect((await announced(bear, since)).length).toBeGreaterThan(8_000 * 2);
      expect(bear.state).toBe("unpaired");
      expect((await families[0]!.parent.ask("GET", "/api/v1/toys")).body.toys).toEqual([]);
      expect((await open(families[0]!, bear.deviceId, code)).status).toBe(404);
    },
    60_000,
  );

  test.concurrent(
    "a toy that leaves in mid-window: its window is cancelled",
    async () => {
      const family = await newFamily("rosa");
      const { bear, code } = await newBear();
      await press(bear);
      const opened = await open(family, bear.deviceId, code);
      const path = `/api/v1/pair/windows/${String(opened.body.window_id)}`;
      await until("the offer came", () => commands(bear).includes("pair_offer"));
      bear.close();
      await until("the window is cancelled", async () => {
        return (await family.parent.ask("GET", path)).body.state === "cancelled";
      });
      await bear.connect();
      expect((await open(family, bear.deviceId, code)).status).toBe(404);
    },
    60_000,
  );

  test.concurrent(
    "a parent whose child nobody consented for, and a child of nobody",
    async () => {
      const parent = await newParent(cell, "ida");
      const childId = await newChild(parent);
      const { bear, code } = await newBear();
      await press(bear);
      expect(await open({ parent, childId }, bear.deviceId, code)).toMatchObject({
        status: 403,
        body: { error: { code: "CONSENT_REQUIRED" } },
      });
      expect(await open({ parent, childId: "someone-else" }, bear.deviceId, code)).toMatchObject({
        status: 404,
        body: { error: { code: "NOT_FOUND" } },
      });
    },
    60_000,
  );
});
