/** Guardians of a family: asked by the parent, let in by their own mail, shut out at once. MISSION C43 */
import { z } from "zod";
import { orUnavailable } from "../errors.ts";
import { acceptInvitation, inviteGuardian, removeGuardian } from "../family/account/guardian.ts";
import type { GuardianDesk } from "../family/account/guardian.ts";
import { personOf, requireFresh } from "../family/account/session.ts";
import type { Guardian } from "../ports.ts";
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
import type { App } from "./app.ts";
import { refuseForeign, siteOf } from "./cookie.ts";
import { mailLanguageOf } from "./languages.ts";

export interface GuardianRoutePorts {
  desk: GuardianDesk;
  publicUrl: string | undefined;
}

const guardianAnswer = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  state: z.enum(["invited", "active"]),
  since: z.string(),
});

function tell({ since, ...guardian }: Guardian): z.infer<typeof guardianAnswer> {
  return { ...guardian, since: new Date(since).toISOString() };
}

const config = { auth: "parent", limit: "address" } as const;

export function guardianRoutes(app: App, { desk, publicUrl }: GuardianRoutePorts): void {
  app.route({
    method: "GET",
    url: "/api/v1/me/guardians",
    config,
    schema: { response: { 200: z.object({ guardians: z.array(guardianAnswer) }) } },
    async handler(request) {
      const { accountId } = parentOf(request);
      const guardians = await orUnavailable(desk.guardians.list(accountId, desk.clock.now()));
      return { guardians: guardians.map(tell) };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/me/guardians",
    config,
    schema: { body: z.strictObject({ email, name: personName }), response: { 201: guardianAnswer } },
    async handler(request, reply) {
      const principal = parentOf(request);
      requireFresh(principal, desk.clock);
      void reply.code(201);
      const { language } = await personOf(desk, principal);
      const wish = { ...request.body, language };
      return tell(await inviteGuardian(desk, principal.accountId, wish, fromOf(request)));
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/me/guardians/:id",
    config,
    schema: { params: z.strictObject({ id: z.string().max(64) }), response: { 204: z.null() } },
    async handler(request, reply) {
      const { accountId } = parentOf(request);
      const by = { actor: accountId, address: request.clientAddress };
      await removeGuardian(desk, accountId, request.params.id, by);
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/auth/invite",
    config: { auth: "public", limit: "credentials" },
    schema: {
      body: z.strictObject({ token: secret, password, name: personName, language: mailLanguage }),
      response: { 200: sessionAnswer },
    },
    async handler(request, reply) {
      refuseForeign(request, siteOf(publicUrl, request), false);
      const { token: secret, password, name } = request.body;
      const wish = { secret, password, name, language: mailLanguageOf(request) };
      const signedIn = await acceptInvitation(desk, wish, fromOf(request));
      return answerSignIn(desk, reply, signedIn);
    },
  });
}
