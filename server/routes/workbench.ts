/** What a developer may look at in their own cell: the newest turn's words, and the schema. In production these do not exist. */
import { z } from "zod";
import { Refusal } from "../errors.ts";
import { deviceId } from "./app.ts";
import type { App } from "./app.ts";

export interface WorkbenchPorts {
  /** undefined where the toy has not talked lately */
  lastTurn: (deviceId: string) => { transcript: string | undefined; reply: string } | undefined;
  migrations: () => Promise<{ name: string; state: string }[]>;
}

const operator = { auth: "developer", limit: "address" } as const;

export function workbenchRoutes(app: App, { lastTurn, migrations }: WorkbenchPorts): void {
  app.route({
    method: "GET",
    url: "/api/v1/dev/toys/:device_id/last-turn",
    config: { ...operator, may: "turns.simulate" },
    schema: {
      params: z.strictObject({ device_id: deviceId }),
      response: { 200: z.object({ transcript: z.string().nullable(), reply: z.string() }) },
    },
    async handler(request, reply) {
      const turn = lastTurn(request.params.device_id);
      if (!turn) throw new Refusal("NOT_FOUND");
      void reply.header("cache-control", "no-store"); // MISSION B20
      return { transcript: turn.transcript ?? null, reply: turn.reply };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/dev/migrations",
    config: operator,
    schema: {
      response: { 200: z.object({ migrations: z.array(z.object({ name: z.string(), state: z.string() })) }) },
    },
    handler: async () => ({ migrations: await migrations() }),
  });
}
