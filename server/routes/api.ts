/** What this server can be asked, as it is added: for programs as OpenAPI and AsyncAPI, and as a page for people. MISSION B32 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyReply, FastifyRequest } from "fastify";
import { describeApi } from "./api/document.ts";
import type { AddedRoute, ApiDocument } from "./api/document.ts";
import { describeWire } from "./api/wire.ts";
import { pageOf } from "./api/page.ts";
import type { App } from "./app.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** every route of the API that was added; once all are, nothing more changes */
    describeApi(): ApiDocument;
  }
}

const STYLE = readFileSync(new URL("./api/page.css", import.meta.url), "utf8");
const ASK_FIRST = "no-cache";
/** Nothing from elsewhere, and no script at all. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const config = { auth: "public", limit: "address" } as const;

/** The first room: it sees each route that is added after it. */
export function apiRoutes(app: App, { version }: { version: string }): void {
  const added: AddedRoute[] = [];
  let document: ApiDocument | undefined;
  const describe = (): ApiDocument => (document ??= describeApi(added, version));
  app.decorate("describeApi", describe);
  app.addHook("onRoute", ({ method, url, config = {}, schema = {} }) => {
    for (const one of [method].flat()) added.push({ method: one, url, config, schema });
  });

  const files = {
    "/api/openapi.json": { type: "application/json", body: () => JSON.stringify(describe(), null, 2) },
    "/api/asyncapi.json": {
      type: "application/json",
      body: () => JSON.stringify(describeWire(version), null, 2),
    },
    "/api/docs": { type: "text/html", body: () => pageOf(describe()) },
    "/api/docs.css": { type: "text/css", body: () => STYLE },
  };
  for (const [url, { type, body }] of Object.entries(files)) {
    let made: { text: string; etag: string } | undefined;
    app.route({
      method: "GET",
      url,
      config: { ...config, file: type },
      handler: (request, reply) => sendKept(request, reply, (made ??= tagged(body())), type),
    });
  }
}

function tagged(text: string): { text: string; etag: string } {
  return { text, etag: `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"` };
}

function sendKept(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { text, etag }: { text: string; etag: string },
  type: string,
): FastifyReply {
  void reply.headers({ etag, "cache-control": ASK_FIRST });
  if (type === "text/html") void reply.header("content-security-policy", PAGE_POLICY);
  const known = (headers["if-none-match"] ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes(etag)) return reply.code(304).send();
  return reply.type(`${type}; charset=utf-8`).send(text);
}
