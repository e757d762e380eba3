/** What a parent does in the app, step by step, and what they must then see. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { readOutbox } from "../../server/adapters/mail/outbox.ts";
import type { Posted } from "../../server/adapters/mail/outbox.ts";
import { join } from "node:path";
import { until } from "../support/wait.ts";
import type { RoomToy } from "./toy.ts";

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Called at each screen that is come to. */
export type Look = (where: string) => Promise<void>;

export const heading = (page: Page, name: string) =>
  page.getByRole("heading", { name, exact: true }).waitFor();
export const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** The letters that this cell would have sent to an address, oldest first. */
export function lettersTo(dataDir: string, email: string): Posted[] {
  return readOutbox(join(dataDir, "outbox")).filter(({ to }) => to === email);
}

/** What the newest letter says where `pattern` looks. */
export async function mailed(dataDir: string, email: string, pattern: RegExp): Promise<string> {
  let found: string | undefined;
  await until(`a letter with ${pattern}`, () => {
    found = lettersTo(dataDir, email)
      .map(({ text }) => pattern.exec(text)?.[1])
      .findLast((one) => one !== undefined);
    return found !== undefined;
  });
  return found!;
}

export async function signUp(page: Page, dataDir: string, person: Person, look: Look): Promise<void> {
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look("welcome");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await look("sign up");
  await press(page, "Create account");
  await page.getByText("Look into your mail").waitFor();
  await look("sign up: sent");

  await page.goto(await mailed(dataDir, person.email, /(http\S+\/verify#[0-9a-f]+)/));
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  // the secret of the link is not left in the history
  await until("the secret has left the address", () => !page.url().includes("#"));
  await look("verify");
  await press(page, "Open my account");
  await heading(page, `Hello, ${person.name}`);
}

export async function signIn(page: Page, person: Omit<Person, "name">): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await press(page, "Sign in");
}

export async function addChild(page: Page, nickname: string, look: Look): Promise<void> {
  await page.getByRole("link", { name: "Add a child" }).click();
  await page.getByLabel("Nickname").fill(nickname);
  await page.getByLabel("Month", { exact: true }).selectOption("April");
  await page.getByLabel("Year", { exact: true }).selectOption("2019");
  await look("new child");
  await press(page, "Add child");
  await page.getByRole("switch").first().waitFor();
}

export async function consentToAll(page: Page, dataDir: string, email: string, look: Look): Promise<void> {
  const switches = page.getByRole("switch");
  // nothing is agreed to beforehand
  for (const one of await switches.all()) expect(await one.isChecked()).toBe(false);
  await look("consent");
  for (const one of await switches.all()) await one.check();
  await press(page, "I agree to what is switched on");
  await page.getByLabel("Code").fill(await mailed(dataDir, email, /code there: (\d{8})/));
  await look("consent: code");
  await press(page, "Confirm consent");
  await page.getByRole("link", { name: "Pair the bear" }).waitFor();
}

export async function pairBear(page: Page, bear: RoomToy, look: Look): Promise<void> {
  await page.getByRole("link", { name: "Pair the bear" }).click();
  await press(page, "Continue");
  await look("pair: label");
  await press(page, "Scan with the camera");
  await pairFromPress(page, bear, look);
}

/** From the press that makes it listen for a parent to home, whoever told its label. */
export async function pairFromPress(page: Page, bear: RoomToy, look: Look): Promise<void> {
  await heading(page, "Hold the bear's paw for five seconds");
  await look("pair: press");
  await bear.longPress();
  await press(page, "The bear says it waits");

  const tiles = page.locator(".tile");
  await tiles.first().waitFor();
  await look("pair: words");
  expect(await tiles.count()).toBe(16);
  const choices = await tiles.locator(".tile-word").allTextContents();
  const words = await bear.words(choices);
  const pick = async (order: readonly string[]): Promise<void> => {
    for (const word of order) await tiles.filter({ hasText: new RegExp(`^${word}$`) }).click();
    await press(page, "These three");
  };
  // in a wrong order first
  await pick([words[1]!, words[0]!, words[2]!]);
  await page.getByText("2 tries left").waitFor();
  await pick(words);
  await heading(page, "Now press the paw");
  await look("pair: paw");
  bear.press();
  await heading(page, "It is your bear now");
  await look("pair: done");
  await until("the bear knows it", () => bear.paired());
  await page.getByRole("link", { name: "Go to Home" }).click();
  await heading(page, "Bears");
}

/** Opens a child's page from home. */
export async function openChild(page: Page, nickname: string): Promise<void> {
  await page.getByRole("link", { name: "Home" }).click();
  await page.locator('a[href^="/children/"]', { hasText: nickname }).click();
  await heading(page, nickname);
}

/** Bedtime from an hour ago until an hour from now, as the clock beside the parent shows it. */
export async function setBedtime(page: Page, look: Look): Promise<void> {
  await page.getByRole("link", { name: "Bedtime, limits and topics" }).click();
  await page.getByRole("switch", { name: "The bear sleeps at night" }).check();
  const clock = (ms: number) =>
    page.evaluate((at) => new Date(at).toTimeString().slice(0, 5), Date.now() + ms);
  await page.getByLabel("From", { exact: true }).fill(await clock(-3_600_000));
  await page.getByLabel("To", { exact: true }).fill(await clock(3_600_000));
  await look("limits");
  await press(page, "Save");
  await page.getByText("Saved", { exact: true }).waitFor();
}

/** All that is kept of the family, as the file that the browser saved. */
export async function takeExport(page: Page, look: Look): Promise<string> {
  await page.getByRole("link", { name: "Privacy" }).click();
  await press(page, "Prepare a file");
  const button = page.getByRole("button", { name: "Download" });
  await button.waitFor();
  await look("privacy: export");
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  expect(download.suggestedFilename()).toMatch(/^bearlink-\d{4}-\d\d-\d\d\.json$/);
  const text = readFileSync(await download.path(), "utf8");
  await download.delete();
  return text;
}

export async function deleteChild(page: Page, look: Look): Promise<void> {
  await press(page, "Delete this child");
  await page.getByRole("radio", { name: /At once/ }).check();
  await look("child: delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await heading(page, "Deletions");
  await page.getByText("Done", { exact: true }).waitFor();
  await page.getByText("Receipt", { exact: true }).click();
  await look("privacy: receipt");
}

export async function deleteAccount(page: Page, look: Look): Promise<void> {
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("radio", { name: /At once/ }).check();
  await look("account: delete");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Delete/ })
    .click();
  await page.getByRole("link", { name: "Create an account" }).waitFor();
}
