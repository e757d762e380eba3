/** A family's children, and what their parent consents to. MISSION C44, C45; SAFETY S1, S2 */
import { z } from "zod";
import {
  MAX_EVIDENCE_CHARS,
  MAX_INTERESTS,
  MAX_NICKNAME_CHARS,
  MAX_RETENTION_DAYS,
  RETENTION_DAYS,
} from "../bounds.ts";
import { requireFresh } from "../family/account/session.ts";
import { addChild, changeChild, findChild, listChildren, removeChild } from "../family/child.ts";
import type { Child, ChildPorts, NewChild } from "../family/child.ts";
import {
  askConsent,
  confirmByCard,
  confirmByCode,
  confirmByForm,
  consentOf,
  revokeConsent,
} from "../family/consent/consent.ts";
import type { ConsentPorts } from "../family/consent/consent.ts";
import { unpair } from "../pairing/owner.ts";
import type { OwnerPorts } from "../pairing/owner.ts";
import { RECIPIENTS } from "../ports.ts";
import { parentOf } from "./account.ts";
import { hex } from "./app.ts";
import type { App } from "./app.ts";

export interface ChildrenRoutePorts {
  children: ChildPorts;
  consent: ConsentPorts;
  owner: OwnerPorts;
}

const ID_BYTES = 12;

const printable = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{C}+$/u, "holds control characters");
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "not a time such as 20:00");
const timeZone = z.string().max(64).refine(isTimeZone, "not a time zone");

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const childFields = {
  nickname: printable(MAX_NICKNAME_CHARS),
  birth_month: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, "not a month such as 2019-04"),
  language: z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, "not a language such as en or en-GB"),
  voice: printable(MAX_NICKNAME_CHARS).nullable(),
  interests: z.array(printable(MAX_NICKNAME_CHARS)).max(MAX_INTERESTS),
  quiet_hours: z.strictObject({ from: time, to: time, time_zone: timeZone }).nullable(),
  filter: z.enum(["strict", "standard"]),
  retention_days: z.int().min(1).max(MAX_RETENTION_DAYS),
  keeps_transcripts: z.boolean(),
};
const { nickname, birth_month } = childFields;
const changeBody = z.strictObject(childFields).partial();
const newBody = z.strictObject({
  ...changeBody.shape,
  nickname,
  birth_month,
});
const childAnswer = z.object({
  id: hex(ID_BYTES),
  ...childFields,
  age: z.int(),
  created_at: z.string(),
});

type Fields = z.infer<typeof changeBody>;

/** What the body says of a child; what it does not say is not in the answer. */
function childOf(fields: Fields): Partial<NewChild> {
  const { quiet_hours: hours, voice } = fields;
  const said: Partial<NewChild> = {
    nickname: fields.nickname,
    birthMonth: fields.birth_month,
    language: fields.language,
    interests: fields.interests,
    filter: fields.filter,
    retentionDays: fields.retention_days,
    keepsTranscripts: fields.keeps_transcripts,
  };
  for (const key of Object.keys(said) as (keyof NewChild)[]) if (said[key] === undefined) delete said[key];
  // null takes it back
  if (voice !== undefined) said.voice = voice ?? undefined;
  if (hours !== undefined)
    said.quietHours = hours ? { from: hours.from, to: hours.to, timeZone: hours.time_zone } : undefined;
  return said;
}

const DEFAULTS: Omit<NewChild, "nickname" | "birthMonth"> = {
  language: "en",
  voice: undefined,
  interests: [],
  quietHours: undefined,
  filter: "strict",
  retentionDays: RETENTION_DAYS,
  keepsTranscripts: true,
};

function tellChild(child: Child): z.infer<typeof childAnswer> {
  const { quietHours: hours } = child;
  return {
    id: child.childId,
    nickname: child.nickname,
    birth_month: child.birthMonth,
    age: child.age,
    language: child.language,
    voice: child.voice ?? null,
    interests: child.interests,
    quiet_hours: hours ? { from: hours.from, to: hours.to, time_zone: hours.timeZone } : null,
    filter: child.filter,
    retention_days: child.retentionDays,
    keeps_transcripts: child.keepsTranscripts,
    created_at: new Date(child.createdAt).toISOString(),
  };
}

const params = z.strictObject({ child_id: z.string().max(64) });
const recipient = z.enum(RECIPIENTS);
const method = z.enum(["email_plus", "card", "form"]);

const consentAnswer = z.object({
  notice_version: z.string(),
  methods: z.array(method),
  recipients: z.array(
    z.object({
      recipient,
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

const config = { auth: "parent", limit: "address" } as const;

export function childrenRoutes(app: App, ports: ChildrenRoutePorts): void {
  const { children, consent, owner } = ports;

  const tellConsent = async (accountId: string, childId: string): Promise<z.infer<typeof consentAnswer>> => ({
    notice_version: consent.notice.version,
    methods: consent.methods.map(({ name }) => name),
    recipients: (await consentOf(consent, accountId, childId)).map(
      ({ recipient, name, purpose, required, state }) => ({ recipient, name, purpose, required, state }),
    ),
  });

  app.route({
    method: "GET",
    url: "/api/v1/children",
    config,
    schema: { response: { 200: z.object({ children: z.array(childAnswer) }) } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store"); // MISSION B20
      return { children: (await listChildren(children, parentOf(request).accountId)).map(tellChild) };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/children",
    config,
    schema: { body: newBody, response: { 201: childAnswer } },
    async handler(request, reply) {
      const { nickname, birth_month: birthMonth } = request.body;
      const child = { ...DEFAULTS, ...childOf(request.body), nickname, birthMonth };
      void reply.code(201).header("cache-control", "no-store");
      return tellChild(await addChild(children, parentOf(request).accountId, child));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/children/:child_id",
    config,
    schema: { params, response: { 200: childAnswer } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      return tellChild(await findChild(children, parentOf(request).accountId, request.params.child_id));
    },
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/children/:child_id",
    config,
    schema: { params, body: changeBody, response: { 200: childAnswer } },
    async handler(request, reply) {
      void reply.header("cache-control", "no-store");
      const { accountId } = parentOf(request);
      const change = childOf(request.body);
      return tellChild(await changeChild(children, accountId, request.params.child_id, change));
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/children/:child_id",
    config,
    schema: { params, response: { 200: z.object({ deleted: z.literal(true) }) } },
    async handler(request) {
      const principal = parentOf(request);
      requireFresh(principal, children.clock);
      const by = { accountId: principal.accountId, address: request.clientAddress };
      await removeChild(children, by, request.params.child_id, (deviceId) => unpair(owner, by, deviceId));
      return { deleted: true as const };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/children/:child_id/consent",
    config,
    schema: { params, response: { 200: consentAnswer } },
    handler: (request) => tellConsent(parentOf(request).accountId, request.params.child_id),
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
    schema: { params, body: confirmBody, response: { 200: consentAnswer } },
    async handler(request) {
      const { accountId } = parentOf(request);
      const { request_id: requestId, code } = request.body;
      const by = { accountId, address: request.clientAddress };
      await confirmByCode(consent, by, request.params.child_id, { requestId, code });
      return tellConsent(accountId, request.params.child_id);
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/children/:child_id/consent",
    config,
    schema: {
      params,
      querystring: z.strictObject({ recipient: recipient.optional() }),
      response: { 200: consentAnswer },
    },
    async handler(request) {
      const { accountId } = parentOf(request);
      const { recipient } = request.query;
      const by = { accountId, address: request.clientAddress };
      await revokeConsent(consent, by, request.params.child_id, recipient && [recipient]);
      return tellConsent(accountId, request.params.child_id);
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
    config: { auth: "developer", limit: "address", may: "support.open" },
    schema: {
      params: z.strictObject({ request_id: hex(16) }),
      body: formBody,
      response: { 200: z.object({ confirmed: z.literal(true) }) },
    },
    async handler(request) {
      const { request_id: requestId } = request.params;
      await confirmByForm(consent, { requestId, reference: request.body.reference }, request.clientAddress);
      return { confirmed: true as const };
    },
  });
}
