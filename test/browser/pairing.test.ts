/** As a new parent would, on a phone: sign up, confirm, consent, add a child, and pair the bear whose label is before the camera. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postedMail } from "../../server/main/outbox.ts";
import type { TestCell } from "../support/cell.ts";
import { until } from "../support/wait.ts";
import { newToy } from "../walks/support.ts";
import type { ToyFile } from "../../tools/toy-file.ts";
import { expectAccessible, launch, startAppCell, visit } from "./support.ts";
import { filmLabel, openToy } from "./toy.ts";
import type { RoomToy } from "./toy.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "a long password of our own";

let cell: TestCell;
let toy: ToyFile;
let bear: RoomToy;
let browser: Browser;

beforeAll(async () => {
  cell = await startAppCell();
  toy = await newToy(cell, { paired: false });
  browser = await launch({ video: await filmLabel(cell.dataDir, toy) });
  bear = await openToy(cell.url, toy);
});
afterAll(async () => {
  bear?.stop();
  await browser?.close();
  await cell?.stop();
});

/** What the newest letter says where `pattern` looks. */
async function mailed(pattern: RegExp): Promise<string> {
  let found: string | undefined;
  await until(`a letter with ${pattern}`, () => {
    found = postedMail({ DATA_DIR: cell.dataDir })
      .filter(({ to }) => to === EMAIL)
      .map(({ text }) => pattern.exec(text)?.[1])
      .findLast((one) => one !== undefined);
    return found !== undefined;
  });
  return found!;
}

describe("a new parent", () => {
  test("signs up, consents, adds a child and pairs the bear in the room", async () => {
    const { page, complaints } = await visit(browser, cell);
    await page.goto("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await expectAccessible(page, "welcome");
    await page.getByRole("link", { name: "Create an account" }).click();

    await page.getByLabel("Your name").fill("Ada");
    await page.getByLabel("Email address").fill(EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await expectAccessible(page, "sign up");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Look into your mail").waitFor();

    await page.goto(await mailed(/(http\S+\/verify#[0-9a-f]+)/));
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    // the secret of the link is not left in the history
    await until("the secret has left the address", () => !page.url().includes("#"));
    await expectAccessible(page, "verify");
    await page.getByRole("button", { name: "Open my account" }).click();
    await page.getByRole("heading", { name: "Hello, Ada" }).waitFor();
    await page.getByRole("link", { name: "Add a child" }).click();

    await page.getByLabel("Nickname").fill("Pip");
    await page.getByLabel("Month", { exact: true }).selectOption("April");
    await page.getByLabel("Year", { exact: true }).selectOption("2019");
    await expectAccessible(page, "new child");
    await page.getByRole("button", { name: "Add child" }).click();

    const switches = page.getByRole("switch");
    await switches.first().waitFor();
    // nothing is agreed to beforehand
    for (const one of await switches.all()) expect(await one.isChecked()).toBe(false);
    await expectAccessible(page, "consent");
    for (const one of await switches.all()) await one.check();
    await page.getByRole("button", { name: "I agree to what is switched on" }).click();
    await page.getByLabel("Code").fill(await mailed(/code there: (\d{8})/));
    await page.getByRole("button", { name: "Confirm consent" }).click();
    await page.getByRole("link", { name: "Pair the bear" }).click();

    await page.getByRole("button", { name: "Continue" }).click();
    await expectAccessible(page, "pair: label");
    await page.getByRole("button", { name: "Scan with the camera" }).click();
    await page
      .getByRole("heading", { name: "Hold the bear’s paw for five seconds".replace("’", "'") })
      .waitFor();
    await expectAccessible(page, "pair: press");
    await bear.longPress();
    await page.getByRole("button", { name: "The bear says it waits" }).click();

    const tiles = page.locator(".tile");
    await tiles.first().waitFor();
    await expectAccessible(page, "pair: words");
    expect(await tiles.count()).toBe(16);
    const choices = await tiles.locator(".tile-word").allTextContents();
    const words = await bear.words(choices);
    // in a wrong order first
    const pick = async (order: readonly string[]): Promise<void> => {
      for (const word of order) await tiles.filter({ hasText: new RegExp(`^${word}$`) }).click();
      await page.getByRole("button", { name: "These three" }).click();
    };
    await pick([words[1]!, words[0]!, words[2]!]);
    await page.getByText("2 tries left").waitFor();
    await pick(words);
    await page.getByRole("heading", { name: "Now press the paw" }).waitFor();
    await expectAccessible(page, "pair: paw");
    bear.press();
    await page.getByRole("heading", { name: "It is your bear now" }).waitFor();
    await expectAccessible(page, "pair: done");
    expect(bear.paired()).toBe(true);

    await page.getByRole("link", { name: "Go to Home" }).click();
    await page.getByRole("heading", { name: "Bears" }).waitFor();
    await page.locator(`a[href="/toys/${toy.device_id}"]`).waitFor();
    await expectAccessible(page, "home");
    expect(complaints).toEqual([]);
  });
});
