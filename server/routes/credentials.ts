/** A family's own keys to model services, and the tenant's: kept, changed and erased here, and never told again. MISSION B09 */
import { z } from "zod";
import { CREDENTIAL_OVERLAP_S, MAX_CREDENTIAL_CHARS, MAX_NICKNAME_CHARS } from "../bounds.ts";
import { PROVIDERS, TENANT } from "../ports.ts";
import type { AuthClass, Capability, Credential } from "../ports.ts";
import { addCredential, listCredentials, removeCredential, rotateCredential } from "../vault/credentials.ts";
import type { CredentialOwner, CredentialPorts } from "../vault/credentials.ts";
import { parentOf } from "./account.ts";
import { hex, printable } from "./app.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

const ID_BYTES = 12;

// it goes into a header, as it stands
const value = z
  .string()
  .min(1)
  .max(MAX_CREDENTIAL_CHARS)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");
const expires_at = z.iso.datetime({ offset: true }).nullable().optional();
const newBody = z.strictObject({
  provider: z.enum(PROVIDERS),
  name: printable(MAX_NICKNAME_CHARS).optional(),
  value,
  expires_at,
});
const rotateBody = z.strictObject({
  value,
  overlap_seconds: z.int().min(0).max(CREDENTIAL_OVERLAP_S).optional(),
  expires_at,
});
const params = z.strictObject({ id: z.string().max(64) });
const time = z.string().nullable();
const answer = z.object({
  id: hex(ID_BYTES),
  provider: z.enum(PROVIDERS),
  name: z.string(),
  version: z.int(),
  created_at: z.string(),
  rotated_at: time,
  expires_at: time,
  overlap_until: time,
  failing_since: time,
});

const rfc3339 = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString();

function tell(credential: Credential): z.infer<typeof answer> {
  const { id, provider, name, version, createdAt } = credential;
  return {
    ...{ id, provider, name, version, created_at: new Date(createdAt).toISOString() },
    rotated_at: rfc3339(credential.rotatedAt),
    expires_at: rfc3339(credential.expiresAt),
    overlap_until: rfc3339(credential.overlapUntil),
    failing_since: rfc3339(credential.failingSince),
  };
}

/** epoch ms; undefined where it never runs out */
const expiryOf = (text: string | null | undefined): number | undefined =>
  text ? Date.parse(text) : undefined;

interface Side {
  path: string;
  auth: AuthClass;
  read: Capability;
  change: Capability;
  ownerOf(request: Parameters<typeof parentOf>[0]): CredentialOwner;
}

const SIDES: Side[] = [
  {
    path: "/api/v1/credentials",
    auth: "parent",
    read: "family.read",
    change: "family.change",
    ownerOf(request) {
      const { accountId } = parentOf(request);
      return { ownerId: accountId, actor: accountId, address: request.clientAddress };
    },
  },
  {
    path: "/api/v1/tenant/credentials",
    auth: "developer",
    read: "cell.operate",
    change: "cell.operate",
    ownerOf: (request) => ({ ownerId: TENANT, actor: actorOf(request), address: request.clientAddress }),
  },
];

export function credentialRoutes(app: App, ports: CredentialPorts): void {
  for (const { path, auth, read, change, ownerOf } of SIDES) {
    const reading = { auth, limit: "credentials", may: read } as const;
    const changing = { auth, limit: "credentials", may: change } as const;

    app.route({
      method: "GET",
      url: path,
      config: reading,
      schema: { response: { 200: z.object({ credentials: z.array(answer) }) } },
      async handler(request, reply) {
        void reply.header("cache-control", "no-store");
        return { credentials: (await listCredentials(ports, ownerOf(request))).map(tell) };
      },
    });

    app.route({
      method: "POST",
      url: path,
      config: changing,
      schema: { body: newBody, response: { 201: answer } },
      async handler(request, reply) {
        const { provider, name, value, expires_at } = request.body;
        const credential = { provider, name: name ?? provider, value, expiresAt: expiryOf(expires_at) };
        void reply.code(201).header("cache-control", "no-store");
        return tell(await addCredential(ports, ownerOf(request), credential));
      },
    });

    app.route({
      method: "POST",
      url: `${path}/:id/rotate`,
      config: changing,
      schema: { params, body: rotateBody, response: { 200: answer } },
      async handler(request, reply) {
        const { value, overlap_seconds: overlapS = 0, expires_at } = request.body;
        const next = { value, overlapMs: overlapS * 1000, expiresAt: expiryOf(expires_at) };
        void reply.header("cache-control", "no-store");
        return tell(await rotateCredential(ports, ownerOf(request), request.params.id, next));
      },
    });

    app.route({
      method: "DELETE",
      url: `${path}/:id`,
      config: changing,
      schema: { params, response: { 204: z.null() } },
      async handler(request, reply) {
        await removeCredential(ports, ownerOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    });
  }
}
