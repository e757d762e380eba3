/** A family's children: what a parent tells of each. MISSION C45 */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import {
  MAX_INTERESTS,
  MAX_NICKNAME_CHARS,
  MAX_RETENTION_DAYS,
  MAX_TOPICS,
  RETENTION_DAYS,
} from "../bounds.ts";
import { requireFresh } from "../family/account/session.ts";
import { askDeletion } from "../family/care/deletion.ts";
import type { DeletionPorts } from "../family/care/deletion.ts";
import { addChild, changeChild, findChild, listChildren } from "../family/child.ts";
import type { Child, ChildPorts, NewChild } from "../family/child.ts";
import { parentOf } from "./account.ts";
import { childParams as params, printable } from "./app.ts";
import type { App } from "./app.ts";
import { deletionAnswer, graceQuery, tellDeletion } from "./care.ts";
import { ageLimitsAnswer, chosenLimits, chosenOf, tellAgeLimits, tellChosen } from "./age-limits.ts";

export interface ChildrenRoutePorts {
  children: ChildPorts;
  deleting: DeletionPorts;
}

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
  quiet_hours: z
    .strictObject({ from: time, to: time, time_zone: timeZone })
    .refine(({ from, to }) => from !== to, "must not end as they begin")
    .nullable(),
  filter: z.enum(["strict", "standard"]),
  topics_off: z.array(printable(MAX_NICKNAME_CHARS)).max(MAX_TOPICS),
  retention_days: z.int().min(1).max(MAX_RETENTION_DAYS),
  keeps_transcripts: z.boolean(),
  /** null leaves what is usual for the age; a parent may only lower it */
  limits: chosenLimits,
};
const { nickname, birth_month } = childFields;
const changeBody = z.strictObject(childFields).partial();
const newBody = z.strictObject({
  ...changeBody.shape,
  nickname,
  birth_month,
});
const text = z.string();
/** the same fields as they were accepted: checked then, and not again at each reading */
const childAnswer = z.object({
  id: text,
  ...{
    nickname: text,
    birth_month: text,
    language: text,
    voice: text.nullable(),
    filter: childFields.filter,
  },
  ...{ interests: z.array(text), topics_off: z.array(text) },
  quiet_hours: z.object({ from: text, to: text, time_zone: text }).nullable(),
  ...{ retention_days: z.number(), keeps_transcripts: z.boolean(), limits: chosenLimits },
  age: z.int(),
  /** the age's own, whatever was chosen: no more than these can be */
  age_limits: ageLimitsAnswer,
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
    topicsOff: fields.topics_off,
    retentionDays: fields.retention_days,
    keepsTranscripts: fields.keeps_transcripts,
    ...(fields.limits && { limits: chosenOf(fields.limits) }),
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
  topicsOff: [],
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
    topics_off: child.topicsOff,
    retention_days: child.retentionDays,
    keeps_transcripts: child.keepsTranscripts,
    limits: tellChosen(child.limits),
    age_limits: tellAgeLimits(child),
    created_at: new Date(child.createdAt).toISOString(),
  };
}

/** Who acts, as the audit names them. */
const byOf = (request: FastifyRequest) => ({
  accountId: parentOf(request).accountId,
  address: request.clientAddress,
});

const config = { auth: "parent", limit: "address" } as const;

export function childrenRoutes(app: App, ports: ChildrenRoutePorts): void {
  const { children, deleting } = ports;

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
      return tellChild(await addChild(children, byOf(request), child));
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
      const change = childOf(request.body);
      return tellChild(await changeChild(children, byOf(request), request.params.child_id, change));
    },
  });

  app.route({
    method: "DELETE",
    url: "/api/v1/children/:child_id",
    config,
    schema: { params, querystring: graceQuery, response: { 202: deletionAnswer } },
    async handler(request, reply) {
      requireFresh(parentOf(request), children.clock);
      void reply.code(202).header("cache-control", "no-store");
      const wish = { childId: request.params.child_id, now: request.query.grace === "0" };
      return tellDeletion(await askDeletion(deleting, byOf(request), wish));
    },
  });
}
