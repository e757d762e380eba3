/** The door: what every request passes before its handler, in this order and no other. MISSION D07 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "../../errors.ts";
import type { Doorkeeper, Log, Meter } from "../../ports.ts";
import { SECURITY_HEADERS } from "./answers.ts";
import { hostName } from "./address.ts";
import { addressesOf } from "./forwarded.ts";
import type { KeyLines } from "./key-lines.ts";
import { recordAnswer } from "./record.ts";

export interface DoorPorts {
  log: Log;
  meter: Meter;
  doorkeeper: Doorkeeper;
  /** connections that keys have opened, where anybody closes them */
  keyLines?: KeyLines;
}

export interface DoorSettings {
  /** lower case, without ports; see `allowedHosts` */
  allowedHosts: readonly string[];
  /** exact origins; MISSION A11 */
  corsOrigins: readonly string[];
  /** addresses or CIDR blocks whose X-Forwarded-For is believed */
  trustedProxies: readonly string[];
}

/** What has nothing to wait for answers at once: a promise for each step would cost as much as the steps. */
type Step = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> | void;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's X-Request-ID where it is a UUID, else a new one. MISSION B21 */
export function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && UUID.test(given) ? given.toLowerCase() : randomUUID();
}

function isReading({ method }: FastifyRequest): boolean {
  return method === "GET" || method === "HEAD";
}

type Moment = "onRequest" | "onSend" | "onResponse";

interface DoorStep {
  name: string;
  at: Moment;
  step: Step;
}

/** Tells Fastify that a moment is over, or what went wrong in it. */
type Done = (error?: Error) => void;

/** All steps of one moment, one after another, up to one that answers. */
export function passing(steps: DoorStep[], moment: Moment) {
  const due = steps.filter(({ at }) => at === moment).map(({ step }) => step);
  const isOver = moment === "onRequest" ? ({ sent }: FastifyReply) => sent : () => false;
  return (request: FastifyRequest, reply: FastifyReply, done: Done): void =>
    pass(due, isOver, { request, reply, done });
}

/** No function is made for a request that waits for nothing. */
function pass(
  due: readonly Step[],
  isOver: (reply: FastifyReply) => boolean,
  passed: { request: FastifyRequest; reply: FastifyReply; done: Done },
  from = 0,
): void {
  const { request, reply, done } = passed;
  try {
    for (let at = from; at < due.length; at++) {
      const waiting = due[at]!(request, reply);
      if (waiting) return void waiting.then(() => pass(due, isOver, passed, at + 1), done);
      if (isOver(reply)) return;
    }
  } catch (error) {
    return done(error as Error);
  }
  done();
}

/** The steps of the door, each with the moment it is asked. */
export function doorSteps(ports: DoorPorts, settings: DoorSettings): DoorStep[] {
  const addressOf = addressesOf(settings.trustedProxies);

  const identify: Step = (request, reply) => {
    request.clientAddress = addressOf(request.raw);
    reply.header("x-request-id", request.id);
    ports.keyLines?.arrived(request);
  };

  const writeLine: Step = (request, reply) => {
    recordAnswer(ports, {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? "none",
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
  };

  const writeHeaders: Step = (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  };

  const checkHost: Step = (request) => {
    const host = hostName(request.headers.host);
    if (host === undefined || !settings.allowedHosts.includes(host)) throw new Refusal("MISDIRECTED");
  };

  const answerCors: Step = (request, reply) => {
    const { origin } = request.headers;
    const known = origin !== undefined && settings.corsOrigins.includes(origin);
    if (known)
      reply.headers({
        "access-control-allow-origin": origin,
        "access-control-expose-headers":
          "ETag, Retry-After, X-RateLimit-Layer, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id",
      });
    const preflight = request.method === "OPTIONS" && request.headers["access-control-request-method"];
    if (!preflight || origin === undefined) return;
    if (known)
      reply.headers({
        "access-control-allow-methods": "GET, POST, PATCH, DELETE",
        "access-control-allow-headers": "Authorization, Content-Type, X-Request-ID",
        "access-control-max-age": "600",
      });
    void reply.code(204).send();
  };

  /** A page of another site changes nothing here, whatever its form and whether it could read the answer. */
  const refuseForeign: Step = (request) => {
    const { origin, host } = request.headers;
    if (origin === undefined || isReading(request) || settings.corsOrigins.includes(origin)) return;
    if (!URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()) throw new Refusal("FORBIDDEN");
  };

  /** By who asks, before anybody is refused for who they are. MISSION D07 */
  const limit: Step = async (request, reply) => {
    const { auth = "public", limit = "address" } = request.routeOptions.config;
    request.known = await ports.doorkeeper.know(auth, request.headers.authorization);
    const answer = await ports.doorkeeper.limit(limit, {
      address: request.clientAddress,
      endpoint: request.routeOptions.url ?? "none",
      reading: isReading(request),
      known: request.known,
      // its own id, whatever the caller calls it
      holder: randomUUID(),
    });
    if (!answer) return;
    reply.headers(answer.headers);
    request.release = answer.release;
    if (answer.refusal) throw answer.refusal;
  };

  /** Before the answer leaves: who has it may ask again. Where it never leaves, once it is given up. */
  const giveBack: Step = (request) => {
    const { release } = request;
    request.release = undefined;
    // it falls free by itself where this fails
    return release?.().catch(() => undefined);
  };

  const authenticate: Step = (request) => {
    const { auth = "public" } = request.routeOptions.config;
    request.principal = ports.doorkeeper.authenticate(auth, request.known, {
      address: request.clientAddress,
      presented: request.headers.authorization !== undefined,
    });
    const { principal } = request;
    if (principal.kind === "developer" && principal.expiresAt !== undefined)
      ports.keyLines?.opened(request, principal.keyId);
  };

  const tellClosing: Step = (request, reply) => ports.keyLines?.answering(request, reply);
  const answered: Step = (request) => ports.keyLines?.answered(request);

  const permit: Step = (request) => {
    const { auth = "public", may } = request.routeOptions.config;
    ports.doorkeeper.permit(auth, request.principal, { may, reading: isReading(request) });
  };

  /** Before its body is read. */
  const refuseUnknown: Step = (request) => {
    if (request.is404) throw new Refusal("NOT_FOUND");
    // PROTOCOL.md §3.0: a toy says how long its request is
    if (request.routeOptions.config.wire && request.headers["content-length"] === undefined)
      throw new Refusal("INVALID_REQUEST", { path: "", problem: "no Content-Length" });
  };

  return [
    { name: "id", at: "onRequest", step: identify },
    { name: "log", at: "onResponse", step: writeLine },
    { name: "headers", at: "onRequest", step: writeHeaders },
    { name: "host", at: "onRequest", step: checkHost },
    { name: "cors", at: "onRequest", step: answerCors },
    { name: "origin", at: "onRequest", step: refuseForeign },
    { name: "limit", at: "onRequest", step: limit },
    { name: "release", at: "onSend", step: giveBack },
    { name: "release", at: "onResponse", step: giveBack },
    { name: "auth", at: "onRequest", step: authenticate },
    { name: "close", at: "onSend", step: tellClosing },
    { name: "close", at: "onResponse", step: answered },
    { name: "policy", at: "onRequest", step: permit },
    { name: "route", at: "onRequest", step: refuseUnknown },
  ];
}
