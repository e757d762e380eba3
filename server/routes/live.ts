/** The way to the live feed: a ticket, which opens it once. MISSION D13 */
import { z } from "zod";
import { issueTicket } from "../live/ticket.ts";
import type { TicketPorts } from "../live/ticket.ts";
import { parentOf } from "./account.ts";
import type { App } from "./app.ts";

export function liveRoutes(app: App, ports: TicketPorts): void {
  app.route({
    method: "POST",
    url: "/api/v1/live/tickets",
    config: { auth: "parent", may: "family.read", limit: "address" },
    schema: { response: { 201: z.object({ ticket: z.string(), expires_in: z.int() }) } },
    async handler(request, reply) {
      const watcher = { ...parentOf(request), address: request.clientAddress };
      const { ticket, expiresInS } = await issueTicket(ports, watcher);
      void reply.code(201).header("cache-control", "no-store");
      return { ticket, expires_in: expiresInS };
    },
  });
}
