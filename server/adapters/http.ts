/** The HTTP server: a Fastify that has the door, the envelope and the bounds, and starts only with routes that say whom they serve. */
import { fastify } from "fastify";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawServerDefault,
  RouteOptions,
} from "fastify";
import type { IncomingMessage, ServerResponse } from "node:http";
import { validatorCompiler } from "fastify-type-provider-zod";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  DEADLINE_LOOK_MS,
  HEADERS_MS,
  IDLE_MS,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  REQUEST_MS,
} from "../bounds.ts";
import { Refusal } from "../errors.ts";
import type { AuthClass, Capability, Known, LimitClass, Principal } from "../ports.ts";
import { refusalOf, escapeNonAscii, SECURITY_HEADERS, sendRefusal } from "./http/answers.ts";
import { doorSteps, passing, requestId } from "./http/door.ts";
import type { DoorPorts, DoorSettings } from "./http/door.ts";
import { answerParserError } from "./http/parser.ts";
import { recordAnswer } from "./http/record.ts";

export { allowedHosts, hostName } from "./http/address.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    auth?: AuthClass;
    /** what its caller must be allowed; else reading a parent's route is `family.read`, and all else `family.change` */
    may?: Capability;
    limit?: LimitClass;
    /** bound to PROTOCOL.md §3.0: its length is said, and too much is 422 */
    wire?: boolean;
    /** the type of a whole answer that no schema describes */
    file?: string;
    /** stands for the methods that a path does not have */
    others?: boolean;
  }
  interface FastifyRequest {
    /** the socket's, or what a configured proxy says */
    clientAddress: string;
    /** who asks, as the limits counted it */
    known: Known;
    /** who asks, as the route's auth class has it */
    principal: Principal;
    /** gives back the place that it holds among those under way */
    release: (() => Promise<void>) | undefined;
  }
}

export type HttpApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface HttpSettings extends DoorSettings {
  /** other than those of bounds.ts in tests alone: until headers and a whole request must be there, and between two looks at that */
  deadlines?: { headersMs: number; requestMs: number; lookMs: number };
}

const DEADLINES = { headersMs: HEADERS_MS, requestMs: REQUEST_MS, lookMs: DEADLINE_LOOK_MS };

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/**
 * Throws where a route has no auth class or no limit class, or where one template stands twice.
 * `rooms` add the routes; the answer listens, and closes, as Fastify does.
 *
 *     const app = openHttp({ log, meter, doorkeeper }, settings, [(app) => claimRoutes(app, desk)]);
 *     await app.listen({ host, port });
 */
export function openHttp(
  ports: DoorPorts,
  settings: HttpSettings,
  rooms: readonly ((app: HttpApp) => void)[],
): HttpApp {
  const { headersMs, requestMs, lookMs } = settings.deadlines ?? DEADLINES;
  const app = fastify({
    logger: false,
    genReqId: requestId,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: requestMs,
    keepAliveTimeout: IDLE_MS,
    // while it closes it still answers what has arrived, in the one form
    return503OnClosing: false,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: headersMs,
      connectionsCheckingInterval: lookMs,
      // Node would answer a request without Host itself, with bare headers; the door does
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => answerParserError(ports, error, socket),
    // a path that cannot be decoded reaches no hook
    frameworkErrors: (_error, request, reply) => {
      reply.headers({ ...SECURITY_HEADERS, "x-request-id": request.id });
      void sendRefusal(new Refusal("NOT_FOUND"), request, reply);
      recordAnswer(ports, { requestId: request.id, method: request.method, route: "none", status: 404 });
    },
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  // what a schema does not tell of is not in the answer; checked forwards, for Zod's encoding looks twice
  app.setSerializerCompiler<z.ZodType>(
    ({ schema }) =>
      (data) =>
        escapeNonAscii(JSON.stringify(schema.parse(data))),
  );
  // the wire does not ask for a Content-Type: whatever it says, a body is JSON or refused
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, app.getDefaultJsonParser("error", "error"));

  app.decorateRequest("clientAddress", "unknown");
  // the door sets it before any handler; an object here would be shared by all requests
  app.decorateRequest("principal", null as never);
  app.decorateRequest("known", null as never);
  app.decorateRequest("release", undefined);
  const steps = doorSteps(ports, settings);
  app.addHook("onRequest", passing(steps, "onRequest"));
  const beforeSend = passing(steps, "onSend");
  app.addHook("onSend", (request, reply, _payload, done) => beforeSend(request, reply, done));
  app.addHook("onResponse", passing(steps, "onResponse"));
  app.setErrorHandler((error, request, reply) => {
    let refusal = refusalOf(error);
    if (refusal.code === "BODY_TOO_LARGE" && request.routeOptions.config.wire)
      refusal = new Refusal("INVALID_REQUEST", { path: "", problem: "too long" });
    // nobody is known where the door has not asked yet
    if (refusal.code === "FORBIDDEN" && request.principal)
      ports.doorkeeper.forbidden(request.principal, {
        address: request.clientAddress,
        act: `${request.method} ${request.routeOptions.url ?? "none"}`,
      });
    if (refusal.status >= 500)
      ports.log.error({ requestId: request.id, code: refusal.code, error: refusal.cause }, "request failed");
    return sendRefusal(refusal, request, reply);
  });

  // Node would refuse an unknown Expect itself, with bare headers
  app.server.on("checkExpectation", (request, response) => app.routing(request, response));

  addRooms(app, rooms);
  return app;
}

/** The rooms' routes, each checked; then every other method of their paths, which is refused. */
function addRooms(app: HttpApp, rooms: readonly ((app: HttpApp) => void)[]): void {
  const paths = new Map<string, { methods: string[]; config: RouteOptions["config"] }>();
  app.addHook("onRoute", (route) => {
    const { auth, limit } = route.config ?? {};
    if (!auth || !limit)
      throw new Error(`${String(route.method)} ${route.url} has no auth class or no limit class`);
    // strict everywhere: what a route does not take, it refuses. MISSION B08
    route.schema = { querystring: z.strictObject({}), ...route.schema };
    const path = paths.get(route.url) ?? { methods: [], config: route.config };
    path.methods.push(...[route.method].flat());
    paths.set(route.url, path);
  });
  for (const room of rooms) room(app);
  for (const [url, { methods, config }] of [...paths]) {
    const method = METHODS.filter((name) => !methods.includes(name));
    if (method.length === 0) continue;
    const allow = methods.join(", ");
    const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header("allow", allow);
      throw new Refusal("METHOD_NOT_ALLOWED");
    };
    // before its body is read, and never reaching the handler that Fastify wants
    app.route({ method, url, config: { ...config, others: true }, onRequest: refuse, handler: refuse });
  }
}
