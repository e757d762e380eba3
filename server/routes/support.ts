/** How whoever runs a cell looks into a family's settings: with a name and a reason, for a quarter of an hour at most, in the parent's sight. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { SUPPORT_MS } from "../bounds.ts";
import { openVisit } from "../family/account/support.ts";
import type { VisitKey } from "../family/account/support.ts";
import { keyActor, recordedIdOf } from "../keys/desk.ts";
import { email, fromOf, personName } from "./account.ts";
import type { AccountRoutePorts } from "./account.ts";
import type { App } from "./app.ts";
import { developerOf } from "./keys.ts";

function keyOf(request: FastifyRequest): VisitKey {
  const principal = developerOf(request);
  const { expiresAt = Infinity } = principal;
  return { id: recordedIdOf(principal), actor: keyActor(principal), expiresAt };
}

export function supportRoutes(app: App, { desk }: AccountRoutePorts): void {
  app.route({
    method: "POST",
    url: "/api/v1/support/visits",
    config: { auth: "developer", may: "support.open", limit: "credentials" },
    schema: {
      body: z.strictObject({
        email,
        /** who looks */
        by: personName,
        reason: personName.min(10),
        minutes: z
          .int()
          .min(1)
          .max(SUPPORT_MS / 60_000),
      }),
      response: {
        201: z.object({
          session_id: z.string(),
          access_token: z.string(),
          token_type: z.literal("Bearer"),
          until: z.string(),
        }),
      },
    },
    async handler(request, reply) {
      const from = { ...fromOf(request), key: keyOf(request) };
      const { sessionId, accessToken, until } = await openVisit(desk, request.body, from);
      return reply.code(201).send({
        session_id: sessionId,
        access_token: accessToken,
        token_type: "Bearer",
        until: new Date(until).toISOString(),
      });
    },
  });
}
