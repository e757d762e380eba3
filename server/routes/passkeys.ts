/** Passkeys: sign in with one, add one, see them, remove one. */
import { z } from "zod";
import { Refusal } from "../errors.ts";
import {
  addPasskey,
  invitePasskey,
  inviteSignIn,
  removePasskey,
  signInWithPasskey,
} from "../family/account/passkey.ts";
import { personOf, requireFresh } from "../family/account/session.ts";
import type { Passkey, Site } from "../ports.ts";
import { answerSignIn, fromOf, parentOf, personName, sessionAnswer } from "./account.ts";
import type { AccountRoutePorts } from "./account.ts";
import type { App } from "./app.ts";
import { refuseForeign, siteOf } from "./cookie.ts";

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]*$/, "not base64url");
const credentialId = base64url(1_400).min(1);
const ticket = z.string().max(2_000);

/** Of a browser's answer: what is read, each within bounds; what else browsers add is left out. */
const signInResponse = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}).default({}),
  response: z.object({
    clientDataJSON: base64url(4_000),
    authenticatorData: base64url(4_000),
    signature: base64url(2_000),
    userHandle: base64url(200).optional(),
  }),
});

const newKeyResponse = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}).default({}),
  response: z.object({
    clientDataJSON: base64url(4_000),
    attestationObject: base64url(8_000),
    transports: z
      .array(
        z
          .string()
          .max(20)
          .regex(/^[a-z-]+$/),
      )
      .max(8)
      .optional(),
  }),
});

const invitation = z.object({ options: z.looseObject({}), ticket: z.string() });

const passkeyAnswer = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.string(),
  used_at: z.string().nullable(),
});

const tell = ({ id, name, createdAt, usedAt }: Passkey): z.infer<typeof passkeyAnswer> => ({
  id,
  name,
  created_at: new Date(createdAt).toISOString(),
  used_at: usedAt === undefined ? null : new Date(usedAt).toISOString(),
});

const own = { auth: "parent", may: "account.own", limit: "address" } as const;
const guessable = { auth: "public", limit: "credentials" } as const;

/** A key is bound to a name, and a number is none. */
function named(site: Site): Site {
  if (/^[\d.]+$|^\[/.test(site.name))
    throw new Refusal("INVALID_REQUEST", {
      path: "",
      problem: "passkeys need a name: open http://localhost",
    });
  return site;
}

export function passkeyRoutes(app: App, { desk, publicUrl }: AccountRoutePorts): void {
  app.route({
    method: "POST",
    url: "/api/v1/auth/passkeys/login/options",
    config: guessable,
    schema: { body: z.strictObject({}).nullish(), response: { 200: invitation } },
    handler: async (request) =>
      ({ ...(await inviteSignIn(desk, named(siteOf(publicUrl, request)))) }) as never,
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/passkeys/login",
    config: guessable,
    schema: { body: z.strictObject({ ticket, response: signInResponse }), response: { 200: sessionAnswer } },
    async handler(request, reply) {
      const site = named(siteOf(publicUrl, request));
      refuseForeign(request, site, false);
      const signedIn = await signInWithPasskey(desk, site, request.body, fromOf(request));
      return answerSignIn(desk, reply, signedIn);
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/auth/passkeys",
    config: own,
    schema: { response: { 200: z.object({ passkeys: z.array(passkeyAnswer) }) } },
    async handler(request) {
      const { id } = await personOf(desk, parentOf(request));
      return { passkeys: (await desk.passkeys.list(id)).map(tell) };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/passkeys/options",
    config: own,
    schema: { body: z.strictObject({}).nullish(), response: { 200: invitation } },
    async handler(request) {
      requireFresh(parentOf(request), desk.clock);
      const person = await personOf(desk, parentOf(request));
      return (await invitePasskey(desk, named(siteOf(publicUrl, request)), person)) as never;
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/passkeys",
    config: own,
    schema: {
      body: z.strictObject({ ticket, name: personName, response: newKeyResponse }),
      response: { 201: passkeyAnswer },
    },
    async handler(request, reply) {
      requireFresh(parentOf(request), desk.clock);
      const person = await personOf(desk, parentOf(request));
      const site = named(siteOf(publicUrl, request));
      const passkey = await addPasskey(desk, site, person, request.body, fromOf(request));
      return reply.code(201).send(tell(passkey));
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/auth/passkeys/:id",
    config: own,
    schema: { params: z.strictObject({ id: credentialId }), response: { 204: z.null() } },
    async handler(request, reply) {
      requireFresh(parentOf(request), desk.clock);
      const person = await personOf(desk, parentOf(request));
      await removePasskey(desk, person, request.params.id, fromOf(request));
      return reply.code(204).send(null);
    },
  });
}
