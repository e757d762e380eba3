/** A parent's side of pairing: a window, the words that were heard, how it stands. PROTOCOL.md §8 */
import { isPairingCode } from "@bearlink/sdk/protocol";
import { z } from "zod";
import { PAIR_CHOICES, PAIR_WORDS } from "../bounds.ts";
import { lookAtWindow, openWindow, pickWords } from "../pairing/window.ts";
import type { WindowPorts, WindowView } from "../pairing/window.ts";
import { parentOf } from "./account.ts";
import { deviceId, hex } from "./app.ts";
import type { App } from "./app.ts";

/** As it stands on the label; typed by hand it may be in small letters and in groups. */
export const pairingCode = z
  .string()
  .max(64)
  .transform((text) => text.replace(/[\s-]/g, "").toUpperCase())
  .refine(isPairingCode, "not a pairing code");
export const childId = z.string().min(1).max(64);
const word = z.string().regex(/^[a-z]{1,20}$/, "not a word");

const openBody = z.strictObject({ device_id: deviceId, pairing_code: pairingCode, child_id: childId });
const openAnswer = z.object({
  window_id: hex(16),
  choices: z.array(word).length(PAIR_CHOICES),
  expires_in: z.int(),
});
const wordsBody = z.strictObject({ words: z.array(word).length(PAIR_WORDS) });
const viewAnswer = z.object({
  state: z.enum(["open", "paired", "expired", "cancelled"]),
  picked: z.boolean(),
  tries_left: z.int(),
  expires_in: z.int(),
});

function tell({ state, picked, triesLeft, expiresInS }: WindowView): z.infer<typeof viewAnswer> {
  return { state, picked, tries_left: triesLeft, expires_in: expiresInS };
}

const config = { auth: "parent", limit: "address" } as const;
const params = z.strictObject({ window_id: hex(16) });

export function pairRoutes(app: App, ports: WindowPorts): void {
  app.route({
    method: "POST",
    url: "/api/v1/pair/windows",
    config,
    schema: { body: openBody, response: { 201: openAnswer } },
    async handler(request, reply) {
      const { device_id, pairing_code, child_id } = request.body;
      const window = await openWindow(ports, {
        deviceId: device_id,
        pairingCode: pairing_code,
        childId: child_id,
        accountId: parentOf(request).accountId,
        address: request.clientAddress,
      });
      void reply.code(201);
      return { window_id: window.windowId, choices: window.choices, expires_in: window.expiresInS };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/pair/windows/:window_id/words",
    config,
    schema: { params, body: wordsBody, response: { 200: viewAnswer } },
    async handler(request) {
      const by = { accountId: parentOf(request).accountId, address: request.clientAddress };
      return tell(await pickWords(ports, by, request.params.window_id, request.body.words));
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/pair/windows/:window_id",
    config,
    schema: { params, response: { 200: viewAnswer } },
    handler: async (request) =>
      tell(await lookAtWindow(ports, parentOf(request).accountId, request.params.window_id)),
  });
}
