/** Keys of developers and fleets, over HTTP: made by a key that holds as much, shown once, changed and revoked. MISSION B17 */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { KEY_DAYS, MAX_KEY_DAYS } from "../bounds.ts";
import { Refusal } from "../errors.ts";
import { changeKey, findKey, keyActor, listKeys, makeKey, revokeKey } from "../keys/desk.ts";
import type { KeyMaker, KeyPorts } from "../keys/desk.ts";
import { SCOPES, TIERS } from "../ports.ts";
import type { DeveloperKey, DeveloperPrincipal } from "../ports.ts";
import { fromOf, personName } from "./account.ts";
import { hex } from "./app.ts";
import type { App } from "./app.ts";

const ID_BYTES = 4;

const days = z.int().min(1).max(MAX_KEY_DAYS);
const newBody = z.strictObject({
  name: personName,
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  expires_in_days: days.default(KEY_DAYS),
});
const changeBody = z.strictObject({ name: personName.optional(), expires_in_days: days.optional() });
const params = z.strictObject({ id: hex(ID_BYTES) });
const answer = z.object({
  id: hex(ID_BYTES),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  /** of the account: nobody chooses it here. MISSION B16 */
  tier: z.enum(TIERS),
  made_by: hex(ID_BYTES).nullable(),
  created_at: z.string(),
  expires_at: z.string(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  uses: z.int(),
});

const rfc3339 = (at: number): string => new Date(at).toISOString();

/** As a key is told of. */
export function tellKey(key: DeveloperKey): z.infer<typeof answer> {
  const { id, name, scopes, makerId, createdAt, expiresAt, revokedAt, lastUsedAt, uses } = key;
  return {
    ...{ id, name, scopes: [...scopes], tier: "enterprise", made_by: makerId ?? null, uses },
    ...{ created_at: rfc3339(createdAt), expires_at: rfc3339(expiresAt) },
    revoked_at: revokedAt === undefined ? null : rfc3339(revokedAt),
    last_used_at: lastUsedAt === undefined ? null : rfc3339(lastUsedAt),
  };
}

/** Of routes whose class is `developer`. */
export function developerOf({ principal }: FastifyRequest): DeveloperPrincipal {
  if (principal.kind !== "developer") throw new Refusal("UNAUTHORIZED");
  return principal;
}

/** As the trail names whoever asks with a key. */
export const actorOf = (request: FastifyRequest): string => keyActor(developerOf(request));

const makerOf = (request: FastifyRequest): KeyMaker => ({ ...developerOf(request), ...fromOf(request) });

export function keyRoutes(app: App, ports: KeyPorts): void {
  const config = { auth: "developer", may: "keys.manage", limit: "keys" } as const;

  app.route({
    method: "GET",
    url: "/api/v1/keys",
    config,
    schema: { response: { 200: z.object({ keys: z.array(answer) }) } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      return { keys: (await listKeys(ports, makerOf(request))).map(tellKey) };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/keys",
    config,
    schema: { body: newBody, response: { 201: answer.extend({ key: z.string() }) } },
    async handler(request, reply) {
      const { expires_in_days: days, ...wish } = request.body;
      const { key, made } = await makeKey(ports, makerOf(request), { ...wish, days });
      void reply.code(201).header("cache-control", "no-store");
      return { ...tellKey(made), key };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/keys/:id",
    config,
    schema: { params, response: { 200: answer } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      return tellKey(await findKey(ports, makerOf(request), request.params.id));
    },
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/keys/:id",
    config,
    schema: { params, body: changeBody, response: { 200: answer } },
    async handler(request, reply) {
      const { name, expires_in_days: days } = request.body;
      void reply.header("cache-control", "no-store");
      return tellKey(await changeKey(ports, makerOf(request), request.params.id, { name, days }));
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/keys/:id",
    config,
    schema: { params, response: { 204: z.null() } },
    async handler(request, reply) {
      await revokeKey(ports, makerOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  });
}
