/**
 * Every screen with a family's data in it, on a phone and at a desk, light and dark, in both languages: axe finds nothing,
 * nothing is wider than the screen, and the browser complains of nothing. SCREENSHOTS names a folder for pictures of all.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresMissing } from "../support/postgres.ts";
import { openHome } from "./home.ts";
import type { FamilyHome } from "./home.ts";
import { mailed, signIn } from "./parent.ts";
import { DESK, expectAccessible, launch, PHONE, visit } from "./support.ts";

const SECRET = "0".repeat(64);

let home: FamilyHome;
let browser: Browser;

beforeAll(async () => {
  if (postgresMissing) return;
  home = await openHome();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await home?.close();
});

const looks = [
  { name: "phone-light-en", viewport: PHONE, dark: false, locale: "en-GB" },
  { name: "phone-dark-de", viewport: PHONE, dark: true, locale: "de-DE" },
  { name: "desk-light-de", viewport: DESK, dark: false, locale: "de-DE" },
  { name: "desk-dark-en", viewport: DESK, dark: true, locale: "en-GB" },
];

/** Where each is, and what is there once its data is. */
function inside(): [name: string, path: string, there: string][] {
  const { childId, deviceId, talkId } = home;
  return [
    ["home", "/", `a[href="/toys/${deviceId}"]`],
    ["new-child", "/children/new", "form"],
    ["child", `/children/${childId}`, `a[href="/children/${childId}/limits"]`],
    ["consent", `/children/${childId}/consent`, '[role="switch"], .tag'],
    ["limits", `/children/${childId}/limits`, "form"],
    ["report", `/children/${childId}/report`, "canvas"],
    ["toy", `/toys/${deviceId}`, "dl"],
    ["pair", "/pair", ".pair-card"],
    ["accept", `/accept#${deviceId}.${"A".repeat(20)}`, ".card"],
    ["talks", "/talks", `a[href="/talks/${talkId}"]`],
    ["talk", `/talks/${talkId}`, ".bubble"],
    ["live", "/talks/live", ".card.empty"],
    ["alerts", "/alerts", ".card.link"],
    ["privacy", "/privacy", ".list li"],
    ["account", "/account", ".list li"],
  ];
}

async function look(page: Page, name: string, where: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, `${where} is wider than the screen`).toBeLessThanOrEqual(0);
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${where}-${name}.png`), fullPage: true });
  }
  await expectAccessible(page, `${where} ${name}`);
}

describe.skipIf(postgresMissing)(`the screens${postgresMissing && ` (skipped: ${postgresMissing})`}`, () => {
  test.each(looks)("of a parent: $name", async ({ name, ...as }) => {
    const { context, page, complaints } = await visit(browser, home.cell, as);
    await page.goto("/sign-in");
    await page.locator('input[type="email"]').fill(home.person.email);
    await page.locator('input[type="password"]').fill(home.person.password);
    await page.locator('button[type="submit"]').click();
    await page.locator(`a[href="/toys/${home.deviceId}"]`).waitFor();
    for (const [where, path, there] of inside()) {
      await page.goto(path);
      await page.locator(there).first().waitFor();
      await look(page, name, where);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(looks)("of a stranger: $name", async ({ name, ...as }) => {
    const { context, page, complaints } = await visit(browser, home.cell, as);
    for (const [where, path] of [
      ["welcome", "/welcome"],
      ["sign-in", "/sign-in"],
      ["sign-up", "/sign-up"],
      ["verify", `/verify#${SECRET}`],
      ["reset", "/reset"],
      ["reset-new", `/reset#${SECRET}`],
      ["invite", `/#/invite/${SECRET}`],
      ["invite-none", "/invite"],
    ] as const) {
      await page.goto("about:blank");
      await page.goto(path);
      await page.locator("h1").waitFor();
      await look(page, name, where);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("of a guardian, who comes by the link of the mail and may change nothing", async () => {
    const { context, page, complaints } = await visit(browser, home.cell);
    await page.goto(await mailed(home.cell.dataDir, "gran@example.org", /(http\S+\/invite\S+)/));
    await page.getByLabel("Your name").fill("Gran");
    await page.getByLabel("Password", { exact: true }).fill("a long password of a grandmother");
    await page.getByRole("button", { name: "Accept the invitation" }).click();
    await page.locator(`a[href="/toys/${home.deviceId}"]`).waitFor();
    for (const [where, path, there] of inside().filter(([where]) => where !== "report")) {
      await page.goto(path);
      await page
        .locator(["new-child", "pair", "accept"].includes(where) ? "h1" : there)
        .first()
        .waitFor();
      await look(page, "guardian", where);
    }
    await page.goto(`/children/${home.childId}/limits`);
    await page.getByText("As a guardian you can look at this").waitFor();
    expect(await page.getByRole("button", { name: "Save" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a forgotten password is chosen anew by the link of the mail, in the same tab as well", async () => {
    const { context, page } = await visit(browser, home.cell);
    const { email } = home.person;
    await page.goto("/reset");
    await page.getByLabel("Email address").fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("Look into your mail").waitFor();
    await page.goto(await mailed(home.cell.dataDir, email, /(http\S+\/reset#[0-9a-f]+)/));
    const password = "another long password of theirs";
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Set the new password" }).click();
    await page.getByText("Your new password is set.").waitFor();
    await signIn(page, { email, password });
    await page.getByRole("heading", { name: "Hello, ada" }).waitFor();
    await context.close();
  });
});
