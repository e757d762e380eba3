/** The API as OpenAPI 3.1, made of the routes themselves: their schemas, their classes, and what the table says of each. MISSION B32 */
import type { FastifyContextConfig } from "fastify";
import { z } from "zod";
import { REFUSALS } from "../../errors.ts";
import type { RefusalCode } from "../../errors.ts";
import type { AuthClass, LimitClass } from "../../ports.ts";
import { SECTIONS, saidOf } from "./table.ts";

export type JsonSchema = Record<string, unknown>;

/** A route as it was added. */
export interface AddedRoute {
  method: string;
  /** the template, with `:name` */
  url: string;
  config: FastifyContextConfig;
  schema: { params?: unknown; querystring?: unknown; body?: unknown; response?: unknown };
}

export interface ApiAnswer {
  description: string;
  headers?: Record<string, { $ref: string }>;
  content?: Record<string, { schema: JsonSchema }>;
  /** of an error: what its code may be */
  "x-codes"?: RefusalCode[];
}

export interface ApiOperation {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  "x-limit": LimitClass;
  parameters?: { name: string; in: "path" | "query"; required: boolean; schema: JsonSchema }[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, ApiAnswer>;
}

export interface ApiDocument {
  openapi: "3.1.0";
  info: {
    title: string;
    version: string;
    description: string;
    license: { name: string; identifier: string };
  };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: Record<string, Record<string, JsonSchema>>;
}

const JSON_TYPE = "application/json";
const NOTHING = { $ref: "#/components/responses/Unforeseen" };
const DESCRIPTIONS: Record<number, string> = {
  200: "Done.",
  201: "Made.",
  202: "Taken, and done later.",
  204: "Done; there is nothing to tell.",
  304: "As the asker has it.",
};

const SECURITY: Record<AuthClass, Record<string, string[]>[]> = {
  public: [],
  parent: [{ parent: [] }],
  developer: [{ developer: [] }],
  metrics: [{ metrics: [] }, { developer: [] }],
};

const LIMIT_HEADERS = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
const number = (description: string): JsonSchema => ({
  description,
  schema: { type: "string", pattern: "^\\d+$" },
});
const HEADERS: Record<string, JsonSchema> = {
  "X-Request-Id": {
    description: "The request's id: the caller's own, where that was a UUID.",
    schema: { type: "string", format: "uuid" },
  },
  "X-RateLimit-Limit": number("How many there may be."),
  "X-RateLimit-Remaining": number("How many are left."),
  "X-RateLimit-Reset": number("When there will be more, in seconds of the epoch."),
  "X-RateLimit-Layer": { description: "Which limit refused.", schema: { type: "string" } },
  "Retry-After": number("Seconds to wait."),
};

const ERROR: JsonSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string", enum: Object.keys(REFUSALS) },
        message: { type: "string" },
        details: { type: "object" },
      },
      required: ["code", "message"],
      additionalProperties: false,
    },
    requestId: { type: "string", format: "uuid" },
  },
  required: ["error", "requestId"],
  additionalProperties: false,
};

const WHAT = `How a parent's app, a developer and a toy ask a Bearlink server. Every error has the one envelope \
\`{error: {code, message, details?}, requestId}\`. A request may bring its own \`X-Request-ID\`, a UUID; else it gets one. \
What is limited tells where the limit stands; a refusal names the layer, and when to come again. \
What cannot be read as a request at all is answered 400, 408 or 431, in the same envelope.`;

/** `/a/:b` as `/a/{b}` */
const templateOf = (url: string): string => url.replace(/:(\w+)/g, "{$1}");

/** Whether a route is of the API: the app's own pages and files are not, nor what only refuses. */
export function isOfApi({ method, url, config }: AddedRoute): boolean {
  if (method === "HEAD" || config.others || url.includes("*")) return false;
  return url.startsWith("/api/") || saidOf(`${method} ${url}`) !== undefined;
}

export function describeApi(routes: readonly AddedRoute[], version: string): ApiDocument {
  const paths: ApiDocument["paths"] = {};
  for (const route of routes.filter(isOfApi))
    (paths[templateOf(route.url)] ??= {})[route.method.toLowerCase()] = operationOf(route);
  const used = new Set(
    Object.values(paths).flatMap((path) => Object.values(path).flatMap(({ tags }) => tags)),
  );
  const token = (description: string): JsonSchema => ({ type: "http", scheme: "bearer", description });
  return {
    openapi: "3.1.0",
    info: {
      ...{ title: "Bearlink", version, description: WHAT },
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    tags: SECTIONS.filter(({ title }) => used.has(title)).map(({ title, about }) => ({
      name: title,
      description: about,
    })),
    paths,
    components: {
      schemas: { Error: ERROR },
      headers: HEADERS,
      responses: {
        Unforeseen: {
          description: "Anything that went wrong besides.",
          content: { [JSON_TYPE]: { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
      securitySchemes: {
        parent: token("A parent's access token, from signing in."),
        developer: token("The key of whoever runs the cell."),
        metrics: token("METRICS_TOKEN, which opens /metrics alone."),
      },
    },
  };
}

function operationOf(route: AddedRoute): ApiOperation {
  const { method, url, config, schema } = route;
  const { auth = "public", limit = "address" } = config;
  const { section = "Other", said = [`${method} ${url}`] as const } = saidOf(`${method} ${url}`) ?? {};
  const parameters = [...parametersOf("path", schema.params), ...parametersOf("query", schema.querystring)];
  const body = schema.body as z.ZodType | undefined;
  return {
    operationId: idOf(method, url),
    summary: said[0],
    tags: [section],
    security: SECURITY[auth],
    "x-limit": limit,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { [JSON_TYPE]: { schema: jsonSchema(body, "input") } },
      },
    }),
    responses: answersOf(route),
  };
}

/** Such as `post_toys_by_device_id_unpair`. */
function idOf(method: string, url: string): string {
  const words = url.replace(/^\/(api\/)?(v1\/)?/, "").split(/[/.-]/);
  return [method.toLowerCase(), ...words.map((word) => word.replace(/^:/, "by_"))].join("_");
}

function parametersOf(at: "path" | "query", schema: unknown): NonNullable<ApiOperation["parameters"]> {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema as z.ZodType, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, of]) => ({
    ...{ name, in: at, required: at === "path" || required.includes(name) },
    schema: of,
  }));
}

function answersOf(route: AddedRoute): Record<string, ApiAnswer> {
  const { config, schema } = route;
  const answers: Record<string, ApiAnswer> = {};
  const headers = Object.fromEntries(
    ["X-Request-Id", ...(config.limit === "exempt" ? [] : LIMIT_HEADERS)].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]),
  );
  const told = (schema.response ?? {}) as Record<string, z.ZodType>;
  for (const [status, of] of Object.entries(told)) {
    const empty = of.safeParse(null).success;
    answers[status] = {
      description: DESCRIPTIONS[Number(status)] ?? REFUSALS.UNAVAILABLE[1],
      headers,
      ...(!empty && { content: { [JSON_TYPE]: { schema: jsonSchema(of, "output") } } }),
    };
  }
  if (config.file !== undefined)
    answers[200] = { description: DESCRIPTIONS[200]!, headers, content: { [config.file]: { schema: {} } } };
  const byStatus = new Map<number, RefusalCode[]>();
  for (const code of refusalsOf(route)) {
    const [status] = REFUSALS[code];
    if (!(status in answers)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b))
    answers[status] = {
      description: codes.map((code) => `\`${code}\`: ${REFUSALS[code][1]}`).join(" "),
      headers: {
        ...headers,
        ...(status === 429 && {
          "X-RateLimit-Layer": { $ref: "#/components/headers/X-RateLimit-Layer" },
          "Retry-After": { $ref: "#/components/headers/Retry-After" },
        }),
      },
      content: { [JSON_TYPE]: { schema: { $ref: "#/components/schemas/Error" } } },
      "x-codes": codes,
    };
  return { ...answers, default: NOTHING as never };
}

/** What a route's classes and schemas refuse, and what it says itself. */
function refusalsOf({ method, url, config, schema }: AddedRoute): RefusalCode[] {
  const codes: RefusalCode[] = ["INVALID_REQUEST", "MISDIRECTED", "INTERNAL"];
  if (config.limit !== "exempt") codes.push("RATE_LIMITED", "UNAVAILABLE");
  if (config.auth !== "public") codes.push("UNAUTHORIZED", "FORBIDDEN");
  else if (method !== "GET") codes.push("FORBIDDEN");
  if (schema.params) codes.push("NOT_FOUND");
  if (method !== "GET") codes.push("BODY_TOO_LARGE");
  const [, ...more] = saidOf(`${method} ${url}`)?.said ?? [""];
  return [...new Set([...codes, ...more])];
}

/** Whatever has no bound of its own has the numbers' own: not worth a word. */
const UNBOUNDED = [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];

function jsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return tidy(z.toJSONSchema(schema, { io, unrepresentable: "any" })) as JsonSchema;
}

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, of]) =>
      !((name === "maximum" || name === "minimum") && UNBOUNDED.includes(of as number)) &&
      // the document says once what its schemas are in
      name !== "$schema" &&
      // contentEncoding says it, in the words of the standard
      !(name === "format" && of === "base64"),
  );
  return Object.fromEntries(kept.map(([name, of]) => [name, tidy(of)]));
}
