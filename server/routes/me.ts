/** The person who is signed in: their name, their sessions, and leaving. */
import { z } from "zod";
import { orUnavailable, Refusal } from "../errors.ts";
import { closeAccount } from "../family/account/close.ts";
import { endAllSessions, endSession, personOf, requireFresh } from "../family/account/session.ts";
import { accountAnswer, fromOf, parentOf, personName, tellAccount } from "./account.ts";
import type { AccountRoutePorts } from "./account.ts";
import type { App } from "./app.ts";
import { NO_REFRESH_COOKIE } from "./cookie.ts";

const own = { auth: "parent", may: "account.own", limit: "address" } as const;
const sessionId = z.string().regex(/^[0-9a-f]{32}$/, "not the id of a session");

const sessionsAnswer = z.object({
  sessions: z.array(
    z.object({
      id: sessionId,
      /** support's visits are here too, with who and why as their device */
      role: z.enum(["parent", "guardian", "support"]),
      signed_in_at: z.string(),
      used_at: z.string(),
      device: z.string(),
      address: z.string(),
      current: z.boolean(),
    }),
  ),
});

export function meRoutes(app: App, { desk }: AccountRoutePorts): void {
  app.route({
    method: "GET",
    url: "/api/v1/me",
    config: own,
    schema: { response: { 200: accountAnswer } },
    handler: async (request) => tellAccount(await personOf(desk, parentOf(request))),
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/me",
    config: own,
    schema: { body: z.strictObject({ name: personName }), response: { 200: accountAnswer } },
    async handler(request) {
      const person = await personOf(desk, parentOf(request));
      await orUnavailable(desk.accounts.rename(person.id, request.body.name));
      return tellAccount({ ...person, name: request.body.name });
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/me",
    config: own,
    schema: { response: { 204: z.null() } },
    async handler(request, reply) {
      requireFresh(parentOf(request), desk.clock);
      await closeAccount(desk, await personOf(desk, parentOf(request)), fromOf(request));
      return reply.header("set-cookie", NO_REFRESH_COOKIE).code(204).send(null);
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/me/sessions",
    config: own,
    schema: { response: { 200: sessionsAnswer } },
    async handler(request) {
      const principal = parentOf(request);
      const { id } = await personOf(desk, principal);
      const sessions = await orUnavailable(desk.parentSessions.list(id, desk.clock.now()));
      return {
        sessions: sessions.map((session) => ({
          id: session.id,
          role: session.role,
          signed_in_at: new Date(session.signedInAt).toISOString(),
          used_at: new Date(session.usedAt).toISOString(),
          device: session.device,
          address: session.address,
          current: session.id === principal.sessionId,
        })),
      };
    },
  });

  // everywhere: this session too
  app.route({
    method: "DELETE",
    url: "/api/v1/me/sessions",
    config: own,
    schema: { response: { 200: z.object({ ended: z.int() }) } },
    async handler(request, reply) {
      const person = await personOf(desk, parentOf(request));
      const ended = await endAllSessions(desk, person.id, fromOf(request));
      void reply.header("set-cookie", NO_REFRESH_COOKIE);
      return { ended };
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/me/sessions/:id",
    config: own,
    schema: { params: z.strictObject({ id: sessionId }), response: { 204: z.null() } },
    async handler(request, reply) {
      const person = await personOf(desk, parentOf(request));
      if (!(await endSession(desk, person.id, request.params.id, fromOf(request))))
        throw new Refusal("NOT_FOUND");
      return reply.code(204).send(null);
    },
  });
}
