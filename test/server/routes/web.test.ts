/** The app is served whole, from a table read at the start, under a content policy that knows this server alone. MISSION B20; SAFETY S7 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readWebFiles } from "../../../server/adapters/web-files.ts";
import { readConfig } from "../../../server/config.ts";
import { openWeb } from "../../../server/main/web.ts";
import { APP_PATHS, webRoutes } from "../../../server/routes/web.ts";
import { pages } from "../../../server/web/router/pages.ts";
import { silent } from "../claim/support.ts";
import { openServer } from "./support.ts";

const PAGE = "<!doctype html><title>Bearlink</title>";
const SCRIPT = "console.log(1);";
let folder: string;
let app: ReturnType<typeof openServer>["app"];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bearlink-web-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), PAGE);
  writeFileSync(join(folder, "assets", "main-abc.js"), SCRIPT);
  writeFileSync(join(folder, "assets", "main-abc.js.gz"), gzipSync(SCRIPT));
  writeFileSync(join(folder, "assets", "notes.md"), "not served");
  writeFileSync(join(folder, "sw.js"), "self;");
  writeFileSync(join(folder, "manifest.webmanifest"), "{}");
  const files = readWebFiles(folder)!;
  app = openServer({ rooms: [(app) => webRoutes(app, files)] }).app;
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

describe("the app", () => {
  test("is one page at each of its paths, asked about each time", async () => {
    for (const path of ["/", "/sign-in", "/children/new", "/children/abc/consent", "/pair?from=label"]) {
      const answer = await get(path);
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toBe(PAGE);
      expect(answer.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
      });
    }
  });

  test("has a page on the server for every page of its own, and no other", () => {
    expect([...APP_PATHS].sort()).toEqual(Object.values(pages).sort());
  });

  test("keeps hashed files for good, and asks about the others", async () => {
    const hashed = await get("/assets/main-abc.js");
    expect(hashed.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(hashed.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    for (const path of ["/sw.js", "/manifest.webmanifest"])
      expect((await get(path)).headers["cache-control"]).toBe("no-cache");
  });

  test("is told apart by its digest: who has it gets 304", async () => {
    const { etag } = (await get("/sw.js")).headers;
    const again = await get("/sw.js", { "if-none-match": `W/${String(etag)}` });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe("");
    expect((await get("/sw.js", { "if-none-match": '"other"' })).statusCode).toBe(200);
  });

  test("travels compressed to who takes it, and only to them", async () => {
    const packed = await get("/assets/main-abc.js", { "accept-encoding": "br, gzip" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.rawPayload).toEqual(gzipSync(SCRIPT));
    expect(packed.headers.vary).toContain("Accept-Encoding");
    for (const takes of ["identity", "gzip;q=0", ""]) {
      const plain = await get("/assets/main-abc.js", { "accept-encoding": takes });
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.body).toBe(SCRIPT);
    }
  });

  test("runs nothing that is not from here, and may use camera and microphone", async () => {
    const { headers } = await get("/");
    expect(headers["content-security-policy"]).toMatch(/^default-src 'self';/);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|http|\*|data:/);
    expect(headers["permissions-policy"]).toBe("geolocation=(), microphone=(self), camera=(self)");
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "strict-origin-when-cross-origin",
    });
  });

  test.each([
    "/no-such-page",
    "/api/v1/nothing",
    "/index.html",
    "/assets/",
    "/assets/notes.md",
    "/assets/main-abc.js.gz",
    "/assets/../index.html",
    "/assets/%2e%2e/index.html",
    "/assets/..%2findex.html",
    "/assets/%2e%2e%2f%2e%2e%2fpackage.json",
    "//etc/passwd",
  ])("is not at %s", async (path) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ error: { code: "NOT_FOUND" } });
  });
});

describe("without a build", () => {
  const nowhere = join(tmpdir(), "bearlink-no-such-folder");

  test("production does not start, and says how to mend it; development serves the routes alone", () => {
    const config = readConfig({});
    expect(() => openWeb({ ...config, NODE_ENV: "production" }, silent, nowhere)).toThrow(/npm run build/);
    expect(openWeb(config, silent, nowhere)).toBeUndefined();
  });
});
