/** What happens to a parent besides: no network, a slow one, a session that ended, a second tab, the back button, and a passkey. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestCell } from "../support/cell.ts";
import { until } from "../support/wait.ts";
import { newChild, newParent } from "../walks/family.ts";
import type { Parent } from "../walks/family.ts";
import { layLine } from "./line.ts";
import { heading, lettersTo, mailed, press, signIn } from "./parent.ts";
import { expectAccessible, launch, startAppCell, tell, visit } from "./support.ts";

let cell: TestCell;
let browser: Browser;
let families = 0;

beforeAll(async () => {
  cell = await startAppCell();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

/** A family of its own for each case: a family may ask so often a minute. */
async function newFamily(): Promise<{
  parent: Parent;
  name: string;
  childId: string;
  person: { email: string; password: string };
}> {
  const name = `ada${++families}`;
  const parent = await newParent(cell, name, `10.9.0.${families}`);
  const childId = await newChild(parent);
  return {
    ...{ parent, name, childId },
    person: { email: parent.email, password: `${name} has a long password of their own` },
  };
}

async function signedIn() {
  const family = await newFamily();
  const visitor = await visit(browser, cell);
  await signIn(visitor.page, family.person);
  await childOnHome(visitor.page).waitFor();
  return { ...family, ...visitor };
}

const childOnHome = (page: Page) => page.locator('a[href^="/children/"]', { hasText: "Pip" });
const nav = (page: Page, name: string) => page.getByRole("navigation").getByRole("link", { name }).click();

/** Signed in over a line that can be cut, with the app's own files kept. */
async function overLine() {
  const { person } = await newFamily();
  const line = await layLine(cell.url);
  const { context, page } = await visit(browser, line);
  await signIn(page, person);
  await childOnHome(page).waitFor();
  await until("the service worker is in charge", () =>
    page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"),
  );
  return {
    page,
    async away() {
      await line.cut();
      await context.setOffline(true);
    },
    async back() {
      await line.mend();
      await context.setOffline(false);
    },
    line,
    async close() {
      await context.close();
      await line.cut();
    },
  };
}

test("without a network the app says so, opens a page that was not open before, and has it when the network is back", async () => {
  const { page, away, back, close } = await overLine();
  await away();
  await page.getByText("You are offline. What you see may be old.").waitFor();
  await expectAccessible(page, "offline");
  await nav(page, "Talks");
  await heading(page, "Conversations");
  await page.getByText("The server cannot be reached").first().waitFor();
  await back();
  await page.getByText("No conversation yet").waitFor();
  await until("nothing is said of a line", async () => (await page.locator(".line-state").count()) === 0);
  await close();
});

test.each(["/privacy", "/children/new"])(
  "opened anew at %s without a network it says so, and goes on by itself when the network is back",
  async (path) => {
    const { page, away, back, close } = await overLine();
    await page.goto(path);
    await away();
    await page.reload();
    await page.getByText("The server cannot be reached").waitFor();
    await page.getByText("It goes on here by itself").waitFor();
    await expectAccessible(page, "opened offline");
    await back();
    await page.getByRole("navigation").waitFor();
    expect(new URL(page.url()).pathname).toBe(path);
    await close();
  },
);

test("opened anew while the server alone is away, it goes on when the server is back", async () => {
  const { page, line, close } = await overLine();
  await line.cut();
  await page.reload();
  await page.getByText("The server cannot be reached").waitFor();
  await line.mend();
  await childOnHome(page).waitFor();
  await close();
});

// DevTools' own figures, and WebPageTest's: bytes a second, and ms there and back
const NETWORKS = [
  { name: "4G", down: 9_000_000 / 8, up: 9_000_000 / 8, latency: 170 },
  { name: "slow 4G", down: 1_600_000 / 8, up: 750_000 / 8, latency: 150 },
];

test.each(NETWORKS)("on a network as slow as $name, home comes all the same", async (network) => {
  const { person } = await newFamily();
  const { context, page } = await visit(browser, cell);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: network.latency,
    downloadThroughput: network.down,
    uploadThroughput: network.up,
  });
  const opened = performance.now();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  tell(
    `${network.name}: the door opens ${Math.round(performance.now() - opened)} ms after its address, nothing cached`,
  );
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  // in the page itself: what the test adds is not the network's
  const usable = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        let clickedAt = 0;
        document.addEventListener("submit", () => (clickedAt = performance.now()), { capture: true });
        new MutationObserver((_, observer) => {
          if (!document.querySelector('a[href^="/children/"]')) return;
          observer.disconnect();
          const asked = performance
            .getEntriesByType("resource")
            .find(({ name }) => name.endsWith("/auth/login"));
          const answeredAt = (asked as PerformanceResourceTiming | undefined)?.responseEnd ?? NaN;
          resolve([performance.now() - clickedAt, performance.now() - answeredAt]);
        }).observe(document, { childList: true, subtree: true });
      }),
  );
  await press(page, "Sign in");
  const [sinceClick, sinceAnswer] = await usable;
  tell(
    `${network.name}: home is usable ${Math.round(sinceClick!)} ms after “Sign in”, ${Math.round(sinceAnswer!)} ms after its answer`,
  );
  await context.close();
});

test("a session that was ended elsewhere asks for a new sign-in, and leads back to where one was", async () => {
  const { context, page, parent, person } = await signedIn();
  await page.goto("/privacy");
  await heading(page, "Privacy");
  const { body } = await parent.ask("GET", "/api/v1/me/sessions");
  for (const { id, current } of body.sessions as { id: string; current: boolean }[])
    if (!current) await parent.ask("DELETE", `/api/v1/me/sessions/${id}`);
  // the line tells at once, without a click
  await page.getByText("Your session has ended.").waitFor();
  await expectAccessible(page, "session ended");
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await press(page, "Sign in");
  await heading(page, "Privacy");
  expect(new URL(page.url()).pathname).toBe("/privacy");
  await context.close();
});

test("a second tab needs no second sign-in, and who signs out in one has signed out in both", async () => {
  const { context, page, person } = await signedIn();
  const second = await context.newPage();
  await second.goto("/");
  await childOnHome(second).waitFor();
  await nav(second, "Account");
  await heading(second, "Account");
  await second.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByText("Your session has ended.").waitFor();
  await second.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  // nothing of the family is one step back
  await second.goBack();
  await until("the door again", () => /\/(sign-in|welcome)$/.test(second.url()));
  expect(await second.getByText(person.email).count()).toBe(0);
  await context.close();
});

test("a parent who reads German consents to what stands there in German", async () => {
  const { parent, childId, person } = await newFamily();
  const { context, page, complaints } = await visit(browser, cell, { locale: "de-DE" });
  await page.goto("/sign-in");
  await page.locator('input[type="email"]').fill(person.email);
  await page.locator('input[type="password"]').fill(person.password);
  await press(page, "Anmelden");
  await childOnHome(page).waitFor();
  await page.goto(`/children/${childId}/consent`);
  await page.getByText("Nimmt die Stimme Ihres Kindes auf, solange die Pfote gedrückt ist").waitFor();
  await page.getByRole("switch").first().check();
  const [asked] = await Promise.all([
    page.waitForRequest((one) => one.method() === "POST" && one.url().endsWith("/consent")),
    press(page, "Ich willige in alles Eingeschaltete ein"),
  ]);
  const { body } = await parent.ask("GET", `/api/v1/children/${childId}/consent?language=de`);
  expect(asked.postDataJSON()).toMatchObject({ notice_version: body.notice_version });
  await page.goto("/privacy");
  await page.getByText("Die Stimme Ihres Kindes, um sie zu verstehen.").waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("a parent who reads German is written to in German, from the sign-up on, until they choose English", async () => {
  const { context, page, complaints } = await visit(browser, cell, { locale: "de-DE" });
  const email = "emmy@example.org";
  await page.goto("/sign-up");
  await page.getByLabel("Ihr Name").fill("Emmy");
  await page.getByLabel("E-Mail-Adresse").fill(email);
  await page.getByLabel("Passwort", { exact: true }).fill("ein langes Passwort von Emmy");
  await press(page, "Konto anlegen");
  await page.getByText("Sehen Sie in Ihr Postfach").waitFor();
  await page.goto(await mailed(cell.dataDir, email, /(http\S+\/verify#[0-9a-f]+)/));
  expect(lettersTo(cell.dataDir, email).map(({ subject }) => subject)).toEqual([
    "Bearlink: Bitte bestätigen Sie Ihre Adresse",
  ]);
  await page.getByLabel("Passwort", { exact: true }).fill("ein langes Passwort von Emmy");
  await press(page, "Mein Konto eröffnen");
  await page.getByText("Hallo, Emmy").waitFor();

  await page.goto("/account");
  const choice = page.getByLabel("Sprache unserer E-Mails");
  await expect.poll(() => choice.inputValue()).toBe("de");
  await choice.selectOption("en");
  await page.getByText("Gespeichert").waitFor();
  await page.getByRole("switch", { name: "Die Woche in Zahlen" }).uncheck();
  await page.reload();
  await expect.poll(() => choice.inputValue()).toBe("en");
  await expect.poll(() => page.getByRole("switch", { name: "Die Woche in Zahlen" }).isChecked()).toBe(false);
  await page.request.post("/api/v1/auth/reset", { data: { email } });
  await mailed(cell.dataDir, email, /(http\S+\/reset#[0-9a-f]+)/);
  expect(lettersTo(cell.dataDir, email).at(-1)!.subject).toBe("Bearlink: choose a new password");
  expect(complaints).toEqual([]);
  await context.close();
});

test("the back button goes back, page by page, to the place on each, and forward again", async () => {
  const { context, page, name } = await signedIn();
  await childOnHome(page).click();
  await heading(page, "Pip");
  await page.getByRole("link", { name: "Bedtime, limits and topics" }).click();
  await heading(page, "Bedtime, limits and topics");
  await page.goBack();
  await heading(page, "Pip");
  await page.goBack();
  await heading(page, `Hello, ${name}`);
  await page.goForward();
  await heading(page, "Pip");
  // what was replaced is not come back to
  await nav(page, "Home");
  await page.getByRole("link", { name: "Add a child" }).click();
  await page.getByLabel("Nickname").fill("Momo");
  await page.getByLabel("Month", { exact: true }).selectOption("April");
  await page.getByLabel("Year", { exact: true }).selectOption("2020");
  await press(page, "Add child");
  await heading(page, "What the bear may do");
  await page.goBack();
  await heading(page, `Hello, ${name}`);
  await context.close();
});

test("a passkey is added, and signs in without a password", async () => {
  const { context, page, complaints } = await signedIn();
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
  await nav(page, "Account");
  await press(page, "Add a passkey");
  await page.getByLabel("Name of the passkey").fill("My telephone");
  await press(page, "Add a passkey");
  await page.getByText("My telephone").waitFor();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await press(page, "Sign in with a passkey");
  await heading(page, "Account");
  expect(complaints).toEqual([]);
  await context.close();
});
