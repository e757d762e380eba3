/** What a child and its toy said, for the parent to read and to delete. MISSION A06–A08 */
import { z } from "zod";
import { CONVERSATIONS_LISTED, MAX_CONVERSATIONS_LISTED } from "../bounds.ts";
import { listConversations, removeConversation, viewConversation } from "../family/conversation/history.ts";
import type { HistoryPorts } from "../family/conversation/history.ts";
import type { KeptConversation, ListPlace } from "../ports.ts";
import { parentOf } from "./account.ts";
import type { App } from "./app.ts";

const sessionFields = {
  id: z.string(),
  child_id: z.string(),
  device_id: z.string().nullable(),
  started_at: z.string(),
  last_at: z.string(),
  turns: z.int(),
  flagged: z.boolean(),
};
const messageAnswer = z.object({
  id: z.string(),
  role: z.enum(["child", "bear"]),
  text: z.string(),
  at: z.string(),
  safety: z.object({ action: z.enum(["allow", "redirect", "escalate"]), reason: z.string() }),
});

const PLACE_FORM = /^(\d{1,16}) ([0-9a-f]{1,64})$/;

/** Where a list goes on, as a word that only this server reads. */
export function writeCursor({ lastAt, conversationId }: ListPlace): string {
  return Buffer.from(`${lastAt} ${conversationId}`).toString("base64url");
}

const cursor = z
  .string()
  .max(128)
  .transform((text, context): ListPlace => {
    const [, lastAt, conversationId] = PLACE_FORM.exec(Buffer.from(text, "base64url").toString()) ?? [];
    if (lastAt !== undefined && conversationId !== undefined && Number.isSafeInteger(Number(lastAt)))
      return { lastAt: Number(lastAt), conversationId };
    context.addIssue({ code: "custom", message: "not a cursor of this list" });
    return z.NEVER;
  });

function tell(conversation: KeptConversation) {
  return {
    id: conversation.conversationId,
    child_id: conversation.childId,
    device_id: conversation.deviceId,
    started_at: new Date(conversation.startedAt).toISOString(),
    last_at: new Date(conversation.lastAt).toISOString(),
    turns: conversation.turns,
    flagged: conversation.flagged,
  };
}

const config = { auth: "parent", limit: "chat" } as const;
const params = z.strictObject({ session_id: z.string().max(64) });

export function chatkitRoutes(app: App, history: HistoryPorts): void {
  app.route({
    method: "GET",
    url: "/api/v1/chatkit/sessions",
    config,
    schema: {
      querystring: z.strictObject({
        child_id: z.string().max(64).optional(),
        cursor: cursor.optional(),
        limit: z.coerce.number().int().min(1).max(MAX_CONVERSATIONS_LISTED).default(CONVERSATIONS_LISTED),
      }),
      response: {
        200: z.object({ sessions: z.array(z.object(sessionFields)), next_cursor: z.string().nullable() }),
      },
    },
    async handler(request, reply) {
      const { child_id: childId, cursor: after, limit: most } = request.query;
      const { accountId } = parentOf(request);
      const { conversations, next } = await listConversations(history, accountId, { childId, after, most });
      void reply.header("cache-control", "no-store"); // MISSION B20
      return { sessions: conversations.map(tell), next_cursor: next ? writeCursor(next) : null };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/chatkit/sessions/:session_id",
    config,
    schema: {
      params,
      response: { 200: z.object({ ...sessionFields, messages: z.array(messageAnswer) }) },
    },
    async handler(request, reply) {
      const viewer = { ...parentOf(request), address: request.clientAddress };
      const found = await viewConversation(history, viewer, request.params.session_id);
      void reply.header("cache-control", "no-store");
      const messages = found.messages.map(({ turnId, role, text, at, action, reason }) => ({
        ...{ id: `${turnId}-${role}`, role, text },
        at: new Date(at).toISOString(),
        safety: { action, reason },
      }));
      return { ...tell(found), messages };
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/chatkit/sessions/:session_id",
    config,
    schema: { params, response: { 204: z.null() } },
    async handler(request, reply) {
      const by = { accountId: parentOf(request).accountId, address: request.clientAddress };
      await removeConversation(history, by, request.params.session_id);
      return reply.code(204).send(null);
    },
  });
}
