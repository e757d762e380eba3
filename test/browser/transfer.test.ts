/** A bear goes from one family to another: one parent pairs it by its typed label and hands it on, the other takes it over by the link, and it is theirs alone. PROTOCOL.md §8.6 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestCell } from "../support/cell.ts";
import { until } from "../support/wait.ts";
import { consent, newChild, newParent } from "../walks/family.ts";
import type { Parent } from "../walks/family.ts";
import { newToy, startModels } from "../walks/support.ts";
import type { Models } from "../walks/support.ts";
import { heading, pairFromPress, press, signIn } from "./parent.ts";
import { expectAccessible, launch, startAppCell, visit } from "./support.ts";
import { openToy } from "./toy.ts";

let models: Models;
let cell: TestCell;
let browser: Browser;

beforeAll(async () => {
  models = await startModels({ transcript: "", reply: "" });
  cell = await startAppCell(models.env);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
  await models?.close();
});

async function newHome(name: string, nickname: string, from: string) {
  const parent = await newParent(cell, name, from);
  const childId = await newChild(parent);
  await parent.ask("PATCH", `/api/v1/children/${childId}`, { nickname });
  await consent(cell, parent, childId);
  const { context, page, complaints } = await visit(browser, cell);
  await signIn(page, { email: parent.email, password: `${name} has a long password of their own` });
  await page.locator('a[href^="/children/"]', { hasText: nickname }).waitFor();
  return { parent, page, complaints, close: () => context.close() };
}

/** All that a parent finds of what was said. */
async function read(parent: Parent): Promise<string> {
  const { body } = await parent.ask("GET", "/api/v1/chatkit/sessions");
  const talks = (body.sessions as { id: string }[]).map(async ({ id }) => {
    const talk = await parent.ask("GET", `/api/v1/chatkit/sessions/${id}`);
    return JSON.stringify(talk.body);
  });
  return (await Promise.all(talks)).join();
}

const toysOf = async (parent: Parent) =>
  ((await parent.ask("GET", "/api/v1/toys")).body.toys as { device_id: string }[]).map(
    ({ device_id }) => device_id,
  );

test("a bear that is handed on talks for its new family, and the former one has nothing of it any more", async () => {
  const toy = await newToy(cell, { paired: false });
  const { device_id } = toy;
  const ada = await newHome("ada", "Pip", "10.9.1.1");
  const bear = await openToy(cell.url, toy);
  try {
    await ada.page.goto("/pair");
    await press(ada.page, "Continue");
    await press(ada.page, "Type the code instead");
    await ada.page.getByLabel("The bear's number").fill(device_id);
    await ada.page.getByLabel("Code").fill(toy.pairing_code.toLowerCase());
    await expectAccessible(ada.page, "pair: typed");
    await press(ada.page, "Continue");
    await pairFromPress(ada.page, bear, async () => undefined);
    Object.assign(models.options, { transcript: "Tell Pip of the moon.", reply: "The moon is round." });
    expect(await bear.ask()).toMatchObject({ event: "done" });

    await ada.page.locator(`a[href="/toys/${device_id}"]`).click();
    await press(ada.page, "Make a code");
    const link = ada.page.getByText(new RegExp(`/accept#${device_id}\\.`));
    await link.waitFor();
    await expectAccessible(ada.page, "handed on");
    const given = (await link.textContent())!.trim();
    await ada.page.getByRole("navigation").getByRole("link", { name: "Talks" }).click();
    await ada.page.locator('a[href="/talks/live"]').click();

    const grace = await newHome("grace", "Momo", "10.9.1.2");
    const comings = bear.comings();
    await grace.page.goto(given);
    await press(grace.page, "Continue");
    await expectAccessible(grace.page, "accept");
    await press(grace.page, "Take it over");
    await heading(grace.page, "It is your bear now");
    await grace.page.getByRole("link", { name: "Go to Home" }).click();
    await grace.page.locator(`a[href="/toys/${device_id}"]`).waitFor();
    // its session has ended with the former family
    await until("the bear comes anew", () => bear.comings() > comings, 60_000);
    await grace.page.getByRole("navigation").getByRole("link", { name: "Talks" }).click();
    await grace.page.locator('a[href="/talks/live"]').click();
    Object.assign(models.options, { transcript: "Tell Momo of the sun.", reply: "The sun is warm." });
    await until(
      "the bear has answered its new child",
      async () => (await bear.ask()).event === "done",
      60_000,
    );
    await grace.page.getByText("Tell Momo of the sun.").first().waitFor();
    await until("it is kept", async () => (await read(grace.parent)).includes("The sun is warm."));
    expect(await read(grace.parent)).not.toContain("moon");

    expect(await toysOf(grace.parent)).toEqual([device_id]);
    expect(await toysOf(ada.parent)).toEqual([]);
    const path = `/api/v1/toys/${device_id}`;
    const asks: [method: string, path: string, body?: object][] = [
      ["GET", path],
      ["PATCH", path, { volume: 10 }],
      ["POST", `${path}/transfer`],
      ["POST", `${path}/unpair`],
    ];
    for (const asked of asks) expect(await ada.parent.ask(...asked)).toMatchObject({ status: 404 });
    // what her own child said stays hers, and nothing has come to it
    const hers = await read(ada.parent);
    expect(hers).toContain("The moon is round.");
    expect(hers).not.toContain("sun");
    // nor has she seen anything of it live
    expect(await ada.page.getByText(/Momo|sun/).count()).toBe(0);
    await ada.page.goto("/");
    await heading(ada.page, "No bear yet");
    await ada.page.goto(`/toys/${device_id}`);
    await ada.page.getByText("It is not here, or no longer.").waitFor();
    // the code was for once
    await ada.page.goto("about:blank");
    await ada.page.goto(given);
    await press(ada.page, "Continue");
    await press(ada.page, "Take it over");
    await ada.page.getByText("This toy cannot be paired.").waitFor();
    expect(await toysOf(grace.parent)).toEqual([device_id]);
    expect([...ada.complaints, ...grace.complaints]).toEqual([]);
    await Promise.all([ada.close(), grace.close()]);
  } finally {
    bear.stop();
  }
});
