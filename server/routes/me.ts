/** The person who is signed in: their name, their sessions, and leaving. */
import { z } from "zod";
import { orUnavailable, Refusal } from "../errors.ts";
import { removeGuardian } from "../family/account/guardian.ts";
import type { GuardianDesk } from "../family/account/guardian.ts";
import { endAllSessions, endSession, personOf, requireFresh } from "../family/account/session.ts";
import { askDeletion } from "../family/care/deletion.ts";
import type { DeletionPorts } from "../family/care/deletion.ts";
import { accountAnswer, fromOf, mailLanguage, parentOf, personName, tellAccount } from "./account.ts";
import type { App } from "./app.ts";
import { deletionAnswer, graceQuery, tellDeletion } from "./care.ts";
import { NO_REFRESH_COOKIE } from "./cookie.ts";
import { LANGUAGES } from "../ports.ts";
import type { Account } from "../ports.ts";

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

export interface MeRoutePorts {
  desk: GuardianDesk;
  deleting: DeletionPorts;
}

/** One's own account, with what one takes mail about, and in which language. */
const meAnswer = accountAnswer.extend({ language: z.enum(LANGUAGES), report_mail: z.boolean() });

export function meRoutes(app: App, { desk, deleting }: MeRoutePorts): void {
  const tell = async (account: Account): Promise<z.infer<typeof meAnswer>> => ({
    ...tellAccount(account),
    language: account.language,
    report_mail: await orUnavailable(desk.accounts.reportMail(account.id)),
  });

  app.route({
    method: "GET",
    url: "/api/v1/me",
    config: own,
    schema: { response: { 200: meAnswer } },
    handler: async (request) => tell(await personOf(desk, parentOf(request))),
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/me",
    config: own,
    schema: {
      body: z.strictObject({
        name: personName.optional(),
        language: mailLanguage,
        report_mail: z.boolean().optional(),
      }),
      response: { 200: meAnswer },
    },
    async handler(request) {
      const person = await personOf(desk, parentOf(request));
      const { name = person.name, language = person.language, report_mail } = request.body;
      if (name !== person.name) await orUnavailable(desk.accounts.rename(person.id, name));
      if (language !== person.language) await orUnavailable(desk.accounts.setLanguage(person.id, language));
      if (report_mail !== undefined) await orUnavailable(desk.accounts.setReportMail(person.id, report_mail));
      return tell({ ...person, name, language });
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/me",
    config: own,
    schema: { querystring: graceQuery, response: { 202: deletionAnswer, 204: z.null() } },
    async handler(request, reply) {
      requireFresh(parentOf(request), desk.clock);
      const { accountId } = parentOf(request);
      const person = await personOf(desk, parentOf(request));
      const now = request.query.grace === "0" || person.id !== accountId;
      if (now) void reply.header("set-cookie", NO_REFRESH_COOKIE);
      const address = request.clientAddress;
      if (person.id !== accountId) {
        await removeGuardian(desk, accountId, person.id, { actor: person.id, address });
        return reply.code(204).send(null);
      }
      const deletion = await askDeletion(deleting, { accountId, address }, { childId: undefined, now });
      return reply.code(202).send(tellDeletion(deletion));
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
