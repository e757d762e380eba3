/** What those who run a cell ask: is it up, is it ready, what has it counted. MISSION A16, D01–D03, B23 */
import { z } from "zod";
import { Refusal } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { Readiness } from "../watch/health.ts";
import type { Metrics } from "../watch/metrics.ts";
import type { App } from "./app.ts";

export interface WatchRoutePorts {
  clock: Clock;
  ready: () => Promise<Readiness>;
  metrics: Metrics;
  /** of the server, as package.json has it */
  version: string;
}

const checks = z.record(z.string(), z.string());
const config = { auth: "public", limit: "exempt" } as const;

export function watchRoutes(app: App, ports: WatchRoutePorts): void {
  const { clock, ready, metrics, version } = ports;

  app.route({
    method: "GET",
    url: "/healthz",
    config,
    schema: { response: { 200: z.object({ status: z.literal("ok") }) } },
    handler: async () => ({ status: "ok" as const }),
  });

  // the name that older monitors know
  app.route({
    method: "GET",
    url: "/health",
    config,
    schema: {
      response: {
        200: z.object({
          status: z.literal("healthy"),
          ok: z.literal(true),
          data: z.object({ version: z.string(), timestamp: z.int() }),
        }),
      },
    },
    handler: async () => ({
      status: "healthy" as const,
      ok: true as const,
      data: { version, timestamp: clock.now() },
    }),
  });

  app.route({
    method: "GET",
    url: "/readyz",
    config,
    schema: {
      response: {
        200: z.object({ status: z.literal("ready"), checks }),
        // the report and the one envelope both: who asks for readiness, and who knows only errors
        503: z.object({
          status: z.literal("unready"),
          checks,
          error: z.object({ code: z.string(), message: z.string() }),
          requestId: z.string(),
        }),
      },
    },
    async handler(request, reply) {
      const { ready: isReady, checks } = await ready();
      if (isReady) return { status: "ready" as const, checks };
      // the report and the one envelope both: who asks for readiness, and who knows only errors
      const { code, message } = new Refusal("UNAVAILABLE");
      const body = { status: "unready", checks, error: { code, message }, requestId: request.id };
      return reply
        .code(503)
        .type("application/json; charset=utf-8")
        .send(JSON.stringify(body) as never);
    },
  });

  app.route({
    method: "GET",
    url: "/metrics",
    config: { auth: "metrics", limit: "exempt", file: "text/plain" },
    async handler(_request, reply) {
      return reply.type(metrics.contentType).send(await metrics.text());
    },
  });
}
