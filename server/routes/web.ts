/** The parents' app: its files, and its one page at each of its paths. Everything else stays a 404 of the API's own form. MISSION B20; SAFETY S7 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { WebFile } from "../ports/web.ts";
import type { App } from "./app.ts";

/** Where the app has a page: the table of server/web/router/pages.ts, which a test holds against this one. */
export const APP_PATHS = [
  "/",
  "/welcome",
  "/sign-in",
  "/sign-up",
  "/verify",
  "/reset",
  "/invite",
  "/accept",
  "/pair",
  "/children/new",
  "/children/:child_id",
  "/children/:child_id/consent",
  "/children/:child_id/limits",
  "/children/:child_id/report",
  "/toys/:device_id",
  "/talks",
  "/talks/live",
  "/talks/:talk_id",
  "/alerts",
  "/privacy",
  "/account",
] as const;

const PAGE = "/index.html";
const FOR_GOOD = "public, max-age=31536000, immutable";
/** kept, but asked about each time: a new version is seen at once */
const ASK_FIRST = "no-cache";

/** Only from here, and nothing inline: no third party's script, font or picture. */
const APP_HEADERS = {
  "content-security-policy": [
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; "),
  "permissions-policy": "geolocation=(), microphone=(self), camera=(self)",
  vary: "Origin, Accept-Encoding",
} as const;

/** What the asker takes, the smallest first; a weight of 0 is a no. */
function encodingOf({ headers }: FastifyRequest, { bodies }: WebFile): "br" | "gzip" | "identity" {
  const takes = String(headers["accept-encoding"] ?? "")
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
    .map((one) => one.split(";")[0]);
  return (["br", "gzip"] as const).find((name) => bodies[name] && takes.includes(name)) ?? "identity";
}

function send(file: WebFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers({
    ...APP_HEADERS,
    etag: file.etag,
    "cache-control": file.immutable ? FOR_GOOD : ASK_FIRST,
  });
  const known = (request.headers["if-none-match"] ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes(file.etag)) return reply.code(304).send();
  const encoding = encodingOf(request, file);
  if (encoding !== "identity") void reply.header("content-encoding", encoding);
  return reply.type(file.type).send(file.bodies[encoding]);
}

const config = { auth: "public", limit: "address" } as const;
/** links from elsewhere may bring what they like: the page does not read it */
const querystring = z.looseObject({});

/** `files` is a whole build, its page included. */
export function webRoutes(app: App, files: readonly WebFile[]): void {
  const page = files.find(({ path }) => path === PAGE);
  if (!page) throw new Error("a build of the app without its page");
  const add = (url: string, file: WebFile): void => {
    app.route({
      method: "GET",
      url,
      config,
      schema: { querystring },
      handler: (request, reply) => send(file, request, reply),
    });
  };
  for (const file of files) if (file !== page) add(file.path, file);
  for (const path of APP_PATHS) add(path, page);
}
