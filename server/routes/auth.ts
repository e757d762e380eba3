/** Opening an account, signing in and out, and passwords. MISSION D12 */
import { z } from "zod";
import { Refusal } from "../errors.ts";
import { bearer } from "../keys/developer-key.ts";
import { askReset, changePassword, finishReset } from "../family/account/password.ts";
import { register, verify } from "../family/account/register.ts";
import { endByRefresh, endSession, parentDoor, personOf, refresh } from "../family/account/session.ts";
import { signIn } from "../family/account/sign-in.ts";
import {
  answerSignIn,
  email,
  fromOf,
  mailLanguage,
  parentOf,
  password,
  personName,
  secret,
  sessionAnswer,
} from "./account.ts";
import type { AccountRoutePorts } from "./account.ts";
import type { App } from "./app.ts";
import { mailLanguageOf } from "./languages.ts";
import { NO_REFRESH_COOKIE, refreshTokenOf, refuseForeign, siteOf } from "./cookie.ts";

const guessable = { auth: "public", limit: "credentials" } as const;
const open = { auth: "public", limit: "address" } as const;
const nothing = z.strictObject({}).nullish();
/** The same for every address, known or not. */
const mailSent = z.object({ status: z.literal("mail_sent") });

export function authRoutes(app: App, { desk, publicUrl }: AccountRoutePorts): void {
  const parents = parentDoor(desk);

  app.route({
    method: "POST",
    url: "/api/v1/auth/register",
    config: guessable,
    schema: {
      body: z.strictObject({ email, password, name: personName, language: mailLanguage }),
      response: { 202: mailSent },
    },
    async handler(request, reply) {
      await register(desk, { ...request.body, language: mailLanguageOf(request) });
      return reply.code(202).send({ status: "mail_sent" });
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/verify",
    config: guessable,
    schema: { body: z.strictObject({ token: secret, password }), response: { 200: sessionAnswer } },
    async handler(request, reply) {
      refuseForeign(request, siteOf(publicUrl, request), false);
      const { token, password } = request.body;
      const signedIn = await verify(desk, { secret: token, password }, fromOf(request));
      return answerSignIn(desk, reply, signedIn);
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/login",
    config: guessable,
    schema: { body: z.strictObject({ email, password }), response: { 200: sessionAnswer } },
    async handler(request, reply) {
      // another site must not sign a parent in to an account of its own
      refuseForeign(request, siteOf(publicUrl, request), false);
      return answerSignIn(desk, reply, await signIn(desk, request.body, fromOf(request)));
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/refresh",
    config: open,
    schema: { body: nothing, response: { 200: sessionAnswer } },
    async handler(request, reply) {
      refuseForeign(request, siteOf(publicUrl, request), true);
      const token = refreshTokenOf(request);
      if (token === undefined) throw new Refusal("UNAUTHORIZED");
      return answerSignIn(desk, reply, await refresh(desk, token, fromOf(request)));
    },
  });

  // by cookie, by token, or both: who signs out late has only the cookie left
  app.route({
    method: "POST",
    url: "/api/v1/auth/logout",
    config: open,
    schema: { body: nothing, response: { 204: z.null() } },
    async handler(request, reply) {
      const from = fromOf(request);
      const cookie = refreshTokenOf(request);
      if (cookie !== undefined) {
        refuseForeign(request, siteOf(publicUrl, request), true);
        await endByRefresh(desk, cookie, from);
      }
      const token = bearer(request.headers.authorization);
      const principal = token === undefined ? undefined : await parents.principal(token);
      if (principal) {
        const person = await personOf(desk, principal);
        await endSession(desk, person.id, principal.sessionId, from);
      }
      return reply.header("set-cookie", NO_REFRESH_COOKIE).code(204).send(null);
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/reset",
    config: guessable,
    schema: { body: z.strictObject({ email }), response: { 202: mailSent } },
    async handler(request, reply) {
      await askReset(desk, request.body.email);
      return reply.code(202).send({ status: "mail_sent" });
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/reset/finish",
    config: guessable,
    schema: { body: z.strictObject({ token: secret, password }), response: { 204: z.null() } },
    async handler(request, reply) {
      const { token, password } = request.body;
      await finishReset(desk, { secret: token, password }, fromOf(request));
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/password",
    config: { auth: "parent", may: "account.own", limit: "credentials" },
    schema: { body: z.strictObject({ current: password, password }), response: { 200: sessionAnswer } },
    async handler(request, reply) {
      const person = await personOf(desk, parentOf(request));
      const signedIn = await changePassword(desk, person, request.body, fromOf(request));
      return answerSignIn(desk, reply, signedIn);
    },
  });
}
