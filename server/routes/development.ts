/** Routes of development: in production they do not exist. */
import { z } from "zod";
import { pairWithDemoFamily } from "../pairing/development.ts";
import { deviceId } from "./app.ts";
import type { App } from "./app.ts";
import { actorOf } from "./keys.ts";

export function developmentRoutes(app: App, ports: Parameters<typeof pairWithDemoFamily>[0]): void {
  app.route({
    method: "POST",
    url: "/api/v1/dev/pair",
    config: { auth: "developer", may: "turns.simulate", limit: "address" },
    schema: {
      body: z.strictObject({ device_id: deviceId }),
      response: { 200: z.object({ account_id: z.string(), child_id: z.string() }) },
    },
    handler: (request) =>
      pairWithDemoFamily(ports, request.body.device_id, {
        actor: actorOf(request),
        address: request.clientAddress,
      }),
  });
}
