/** What the browser's walks share: Chromium at a phone's size, a cell, eyes for what the content policy refused, and axe. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { buildWeb } from "../../tools/web.mjs";
import { startCell } from "../support/cell.ts";
import type { TestCell } from "../support/cell.ts";

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };

/** A cell that serves the app as its sources are now. */
export async function startAppCell(variables: Record<string, string> = {}): Promise<TestCell> {
  await buildWeb();
  const cell = await startCell({ TRUSTED_PROXIES: "127.0.0.1", ...variables });
  return { ...cell, url: byName(cell.url) };
}

/** Cookies and passkeys are bound to names. */
export const byName = (url: string): string => url.replace("127.0.0.1", "localhost");

/** A figure for whoever reads the report: shown, and never a condition. */
export function tell(figure: string): void {
  process.stderr.write(`  · ${figure}\n`);
}

/** Chromium, at CHROMIUM or where Debian has it; `video` is what its camera sees. */
export function launch({ video }: { video?: string } = {}): Promise<Browser> {
  const camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", ...(video ? [...camera, `--use-file-for-fake-video-capture=${video}`] : [])],
  });
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** what the browser complained of: refused by the content policy, thrown, or not found */
  complaints: string[];
}

let visitors = 0;

/** A visitor with a browser and a home of their own: an address may sign in so often a minute. */
export async function visit(
  browser: Browser,
  cell: Pick<TestCell, "url">,
  { viewport = PHONE, dark = false, locale = "en-GB" } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: cell.url,
    viewport,
    locale,
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    hasTouch: viewport.width < 600,
    extraHTTPHeaders: { "x-forwarded-for": `10.8.0.${++visitors}` },
  });
  const page = await context.newPage();
  return { context, page, complaints: listen(page) };
}

/** The server's own refusals are answers, and shown by the browser as if they were faults. */
export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (/status of 40[0-9]|status of 429|ERR_INTERNET_DISCONNECTED/.test(message.text())) return;
    complaints.push(message.text());
  });
  return complaints;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeFinding {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** WCAG 2.2 AA as axe can tell: no finding. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  // by the debugger's door, which the page's content policy does not guard
  await page.evaluate(axeSource);
  const findings = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: AxeFinding[] }> };
    };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await axe.run({ runOnly: tags })).violations;
  });
  const told = findings.map(
    ({ id, nodes }) => `${where}: ${id} ${nodes.map(({ html }) => html).join(" | ")}`,
  );
  expect(told).toEqual([]);
}
