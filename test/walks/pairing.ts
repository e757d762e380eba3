/** A pairing as PROTOCOL.md §8 has it, step by step: a press, a window, the words that the toy says, and the paw. */
import { expect } from "vitest";
import { SecondBear, TYPES } from "../second-bear/bear.ts";
import { until } from "../support/wait.ts";
import { fromU8, wordsHeard } from "./family.ts";
import type { Answer, Parent } from "./family.ts";
import { newToy } from "./support.ts";

export interface Family {
  parent: Parent;
  childId: string;
}

/** Nobody's toy, on the line of this cell. */
export async function newBearAt(cell: {
  url: string;
  developerKey: string;
}): Promise<{ bear: SecondBear; code: string }> {
  const toy = await newToy(cell, { paired: false });
  const { device_id: deviceId, device_secret, pairing_code: code } = toy;
  const deviceSecret = Buffer.from(device_secret, "hex");
  const bear = new SecondBear({ url: cell.url, deviceId, deviceSecret, boot: 1 });
  await bear.claim();
  await bear.connect();
  return { bear, code };
}

export async function press(bear: SecondBear): Promise<void> {
  const before = bear.heard.length;
  bear.pressForPairing();
  await until("the toy hears that it is in pairing mode", () =>
    bear.heard.slice(before).some(({ type }) => type === TYPES.CUE),
  );
}

export const open = ({ parent, childId }: Family, deviceId: string, code: string): Promise<Answer> =>
  parent.ask("POST", "/api/v1/pair/windows", {
    device_id: deviceId,
    pairing_code: code,
    child_id: childId,
  });

/** What the server says on turn 0, to its end. */
export async function announced(bear: SecondBear, since: number): Promise<Int16Array> {
  const own = () => bear.heard.slice(since).filter(({ turn, type }) => turn === 0 && type !== TYPES.CUE);
  await until("the toy has said its words", () => own().some(({ type }) => type === TYPES.REPLY_END), 40_000);
  return fromU8(
    Buffer.concat(
      own()
        .filter(({ type }) => type === TYPES.REPLY_AUDIO)
        .map(({ payload }) => payload),
    ),
  );
}

/** From the press to the owner. */
export async function pair(family: Family, bear: SecondBear, code: string): Promise<Answer[]> {
  await press(bear);
  const since = bear.heard.length;
  const opened = await open(family, bear.deviceId, code);
  expect(opened.status).toBe(201);
  const { window_id, choices } = opened.body as { window_id: string; choices: string[] };
  const words = wordsHeard(await announced(bear, since), choices);
  const path = `/api/v1/pair/windows/${window_id}`;
  const wrong = [words[1], words[0], words[2]];
  const missed = await family.parent.ask("POST", `${path}/words`, { words: wrong });
  expect(missed).toMatchObject({ status: 200, body: { state: "open", picked: false, tries_left: 2 } });
  const picked = await family.parent.ask("POST", `${path}/words`, { words });
  expect(picked).toMatchObject({ status: 200, body: { state: "open", picked: true } });
  bear.pressPaw();
  await until("the toy is paired", () => bear.state === "paired");
  const view = await family.parent.ask("GET", path);
  expect(view).toMatchObject({ status: 200, body: { state: "paired" } });
  return [missed, picked, view];
}
