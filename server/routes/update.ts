/** Updates over HTTP: publishing and staging by key, the manifest's download by anyone. PROTOCOL.md §9, §10 */
import { z } from "zod";
import { MAX_UPDATE_BODY_BYTES } from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import type { Bundle, Tally } from "../ports/updates.ts";
import type { Offers } from "../update/offer.ts";
import { publish } from "../update/publish.ts";
import type { PublishPorts } from "../update/publish.ts";
import { compareVersions, FIRST_BOARD, readVersion } from "../update/version.ts";
import { deviceId, hex } from "./app.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";
import type { FirmwareManifest } from "./toys.ts";

export interface UpdateRoutePorts extends PublishPorts {
  offers: Pick<Offers, "wouldGet">;
  /** where a toy downloads it */
  urlOf(bundle: Bundle): string;
  /** Tells every cell, this one too, that what is published has changed. */
  tellCells(): Promise<void>;
}

const version = z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/, "not a version such as 1.2.0");
const board = z.string().regex(/^[a-z0-9-]{1,20}$/, "not a board's name");
const percent = z.int().min(0).max(100);

const publishBody = z.strictObject({
  version,
  board,
  min_version: version,
  sha256: hex(32),
  signature: hex(64),
  percent,
  paused: z.boolean(),
  bundle: z.base64(),
});
const stageBody = z.strictObject({ percent: percent.optional(), paused: z.boolean().optional() });
const tallyAnswer = z.object({ offered: z.int(), ok: z.int(), failed: z.int(), refused: z.int() });
const bundleAnswer = z.object({
  version,
  board,
  min_version: version,
  size: z.int(),
  sha256: z.string(),
  percent: z.int(),
  paused: z.boolean(),
  published_at: z.string(),
  toys: tallyAnswer,
});

const NO_TOYS: Tally = { offered: 0, ok: 0, failed: 0, refused: 0 };
const publishing = { auth: "developer", may: "updates.publish", limit: "address" } as const;
const looking = { auth: "developer", may: "updates.look", limit: "address" } as const;
/** a version's bytes never change */
const FOR_GOOD = "public, max-age=31536000, immutable";

function answerOf(bundle: Bundle, toys = NO_TOYS): z.infer<typeof bundleAnswer> {
  const { version, board, minVersion: min_version, size, sha256, percent, paused, publishedAt } = bundle;
  const published_at = new Date(publishedAt).toISOString();
  return { version, board, min_version, size, sha256, percent, paused, published_at, toys };
}

/** What `GET /api/v1/esp32/firmware` tells: the newest that any toy may have, of the first board. */
export async function manifestOf({
  updates,
  urlOf,
}: Pick<UpdateRoutePorts, "updates" | "urlOf">): Promise<FirmwareManifest | undefined> {
  const [newest] = (await updates.list())
    .filter((bundle) => bundle.board === FIRST_BOARD && !bundle.paused && bundle.percent > 0)
    .sort((a, b) => compareVersions(readVersion(b.version)!, readVersion(a.version)!));
  if (!newest) return undefined;
  const { version, size, sha256, minVersion: min_version, signature } = newest;
  return { version, url: urlOf(newest), size, sha256, min_version, signature };
}

export function updateRoutes(app: App, ports: UpdateRoutePorts): void {
  const { updates } = ports;

  app.route({
    method: "POST",
    url: "/api/v1/updates",
    config: publishing,
    bodyLimit: MAX_UPDATE_BODY_BYTES,
    schema: { body: publishBody, response: { 201: bundleAnswer } },
    async handler(request, reply) {
      const { bundle: base64, ...said } = request.body;
      const bytes = new Uint8Array(Buffer.from(base64, "base64"));
      const by = { actor: actorOf(request), address: request.clientAddress };
      const bundle = await publish(ports, { ...said, bytes }, by);
      await ports.tellCells();
      return reply.code(201).send(answerOf(bundle));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/updates",
    config: looking,
    schema: { response: { 200: z.object({ updates: z.array(bundleAnswer) }) } },
    async handler() {
      const [bundles, tallies] = await orUnavailable(Promise.all([updates.list(), updates.tallies()]));
      return { updates: bundles.map((bundle) => answerOf(bundle, tallies.get(bundle.version))) };
    },
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/updates/:board/:version",
    config: publishing,
    schema: {
      params: z.strictObject({ board, version }),
      body: stageBody,
      response: { 200: bundleAnswer },
    },
    async handler(request) {
      const { board, version } = request.params;
      const changed = updates.change(board, version, request.body, ({ percent, paused }) => ({
        at: ports.clock.now(),
        action: "firmware_staged",
        outcome: "success",
        actor: actorOf(request),
        resource: `${board}/${version}`,
        address: request.clientAddress,
        reason: `percent ${percent}${paused ? ", paused" : ""}`,
      }));
      const bundle = await orUnavailable(changed);
      if (!bundle) throw new Refusal("NOT_FOUND");
      await ports.tellCells();
      return answerOf(bundle, (await orUnavailable(updates.tallies())).get(version));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/updates/offers/:device_id",
    config: looking,
    schema: {
      params: z.strictObject({ device_id: deviceId }),
      response: { 200: z.object({ version: z.string().nullable(), why: z.string().nullable() }) },
    },
    async handler(request) {
      const choice = await orUnavailable(ports.offers.wouldGet(request.params.device_id));
      return "bundle" in choice
        ? { version: choice.bundle.version, why: null }
        : { version: null, why: choice.why };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/esp32/firmware/:board/:file",
    config: { auth: "public", limit: "address", file: "text/javascript" },
    schema: { params: z.strictObject({ board, file: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}\.js$/) }) },
    async handler(request, reply) {
      const { board, file } = request.params;
      const bytes = await orUnavailable(updates.bytes(board, file.replace(/\.js$/, "")));
      if (!bytes) throw new Refusal("NOT_FOUND");
      const body = Buffer.from(bytes);
      return reply
        .headers({ "cache-control": FOR_GOOD, "content-type": "text/javascript; charset=us-ascii" })
        .send(body);
    },
  });
}

/** The path of the download, under the server's own address. */
export const downloadPath = ({ board, version }: Bundle): string =>
  `/api/v1/esp32/firmware/${board}/${version}.js`;
