/** What a parent consents to, for each recipient by itself: the notice, a request, its proof, and taking it back. MISSION C44; SAFETY S1, S2 */
import { z } from "zod";
import { MAX_EVIDENCE_CHARS } from "../bounds.ts";
import {
  askConsent,
  confirmByCard,
  confirmByCode,
  confirmByForm,
  consentOf,
  revokeConsent,
} from "../family/consent/consent.ts";
import type { ConsentPorts } from "../family/consent/consent.ts";
import { LANGUAGES, RECIPIENTS } from "../ports.ts";
import type { Language } from "../ports.ts";
import { parentOf } from "./account.ts";
import { childParams as params, hex, language, printable } from "./app.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

const recipient = z.enum(RECIPIENTS);
const method = z.enum(["email_plus", "card", "form"]);

const consentAnswer = z.object({
  /** what the notice is told in: its version is of this text */
  language: z.enum(LANGUAGES),
  notice_version: z.string(),
  methods: z.array(method),
  recipients: z.array(
    z.object({
      recipient,
      title: z.string(),
      name: z.string(),
      purpose: z.string(),
      required: z.boolean(),
      state: z.enum(["none", "pending", "granted", "revoked", "changed"]),
    }),
  ),
});

const askBody = z.strictObject({
  method,
  recipients: z.array(recipient).min(1).max(RECIPIENTS.length),
  notice_version: z.string().max(64),
});
const askAnswer = z.object({
  request_id: hex(16),
  method,
  expires_at: z.string(),
  url: z.string().optional(),
});
const confirmBody = z.strictObject({
  request_id: hex(16),
  code: z.string().regex(/^\d{8}$/, "not 8 digits"),
});
const cardBody = z.strictObject({
  request_id: hex(16),
  transaction_id: printable(128),
  at: z.int().min(0).max(0xffffffff),
  signature: hex(32),
});
const formBody = z.strictObject({ reference: printable(MAX_EVIDENCE_CHARS - "form ".length) });

const reader = z.strictObject({ language });

const config = { auth: "parent", limit: "address" } as const;

export function consentRoutes(app: App, consent: ConsentPorts): void {
  const tellConsent = async (
    accountId: string,
    childId: string,
    language: Language,
  ): Promise<z.infer<typeof consentAnswer>> => ({
    language,
    notice_version: consent.notice.in(language).version,
    methods: consent.methods.map(({ name }) => name),
    recipients: (await consentOf(consent, accountId, childId, language)).map(
      ({ recipient, title, name, purpose, required, state }) => ({
        ...{ recipient, title, name, purpose, required, state },
      }),
    ),
  });

  app.route({
    method: "GET",
    url: "/api/v1/children/:child_id/consent",
    config,
    schema: { params, querystring: reader, response: { 200: consentAnswer } },
    handler: (request) =>
      tellConsent(parentOf(request).accountId, request.params.child_id, request.query.language),
  });

  app.route({
    method: "POST",
    url: "/api/v1/children/:child_id/consent",
    config,
    schema: { params, body: askBody, response: { 202: askAnswer } },
    async handler(request, reply) {
      const { method, recipients, notice_version: noticeVersion } = request.body;
      const by = { accountId: parentOf(request).accountId, address: request.clientAddress };
      const wish = { method, recipients, noticeVersion };
      const asked = await askConsent(consent, by, request.params.child_id, wish);
      void reply.code(202);
      return {
        request_id: asked.requestId,
        method: asked.method,
        expires_at: new Date(asked.expiresAt).toISOString(),
        url: asked.url,
      };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/children/:child_id/consent/confirm",
    config,
    schema: { params, querystring: reader, body: confirmBody, response: { 200: consentAnswer } },
    async handler(request) {
      const { accountId } = parentOf(request);
      const { request_id: requestId, code } = request.body;
      const by = { accountId, address: request.clientAddress };
      await confirmByCode(consent, by, request.params.child_id, { requestId, code });
      return tellConsent(accountId, request.params.child_id, request.query.language);
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/children/:child_id/consent",
    config,
    schema: {
      params,
      querystring: reader.extend({ recipient: recipient.optional() }),
      response: { 200: consentAnswer },
    },
    async handler(request) {
      const { accountId } = parentOf(request);
      const { recipient } = request.query;
      const by = { accountId, address: request.clientAddress };
      await revokeConsent(consent, by, request.params.child_id, recipient && [recipient]);
      return tellConsent(accountId, request.params.child_id, request.query.language);
    },
  });

  // a card service's word: it is signed, and so asks for no key
  app.route({
    method: "POST",
    url: "/api/v1/consent/card",
    config: { auth: "public", limit: "address" },
    schema: { body: cardBody, response: { 200: z.object({ confirmed: z.literal(true) }) } },
    async handler(request) {
      const { request_id: requestId, transaction_id: transactionId, at, signature } = request.body;
      const message = { requestId, transactionId, at, signature };
      await confirmByCard(consent, message, request.clientAddress);
      return { confirmed: true as const };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/consent/forms/:request_id",
    config: { auth: "developer", limit: "admin", may: "support.open" },
    schema: {
      params: z.strictObject({ request_id: hex(16) }),
      body: formBody,
      response: { 200: z.object({ confirmed: z.literal(true) }) },
    },
    async handler(request) {
      const { request_id: requestId } = request.params;
      const by = { actor: actorOf(request), address: request.clientAddress };
      await confirmByForm(consent, { requestId, reference: request.body.reference }, by);
      return { confirmed: true as const };
    },
  });
}
