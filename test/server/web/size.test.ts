/** What a parent's phone fetches first: at most 40 KB of compressed script; the scanner and the charts come when they are needed. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { buildWeb } from "../../../tools/web.mjs";

const dist = new URL("../../../server/web/dist/", import.meta.url).pathname;
const MOST_BYTES = 40 * 1024;
let html: string;

beforeAll(async () => {
  await buildWeb();
  html = readFileSync(`${dist}index.html`, "utf8");
}, 120_000);

const read = (path: string): string => readFileSync(dist + path.replace(/^\//, ""), "utf8");
const scripts = (): string[] => [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, path]) => path!);

describe("the first load", () => {
  test.each(["en", "de"])("is at most 40 KB of compressed script, the words of %s among them", (language) => {
    const words = readdirSync(`${dist}assets`).filter(
      (name) => name.startsWith(`${language}-`) && name.endsWith(".js"),
    );
    expect(words).toHaveLength(1);
    const first = [...scripts(), `assets/${words[0]}`];
    const bytes = first.reduce((sum, path) => sum + gzipSync(read(path)).length, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });

  test("names every script that the first one needs", () => {
    const named = scripts();
    for (const path of named)
      for (const [, needed] of read(path).matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g))
        expect(named).toContain(`/assets/${needed}`);
  });

  test("holds neither the scanner nor the charts", () => {
    const all = scripts().map(read).join("\n");
    expect(all).not.toContain('inversionAttempts:"attemptBoth"');
    expect(all).not.toContain("u-over");
    for (const form of [/^jsQR-.*js$/, /^uPlot.*js$/i])
      expect(readdirSync(`${dist}assets`).some((name) => form.test(name))).toBe(true);
  });

  test("has nothing inline, and nothing from elsewhere", () => {
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});

test("the worker keeps the shell, not the scanner, and nothing of the API", () => {
  const worker = read("sw.js");
  expect(worker).not.toMatch(/__(VERSION|SHELL)__/); // a hash may have two lines of its own
  for (const path of scripts()) expect(worker).toContain(`"${path}"`);
  // one that is not there, and the browser keeps none of them
  const shell = JSON.parse(/const shell = (\[.*\]);/.exec(worker)![1]!) as string[];
  for (const path of shell.slice(1)) expect(() => read(path.slice(1)), path).not.toThrow();
  expect(worker).not.toMatch(/jsQR-|uPlot/i);
  expect(worker).toContain('startsWith("/api/")');
});
