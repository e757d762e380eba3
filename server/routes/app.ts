/** What a room of routes is handed: the app to which it adds them, each with its auth class and its limit class. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { isDeviceId } from "@bearlink/sdk/protocol";
import { LANGUAGES } from "../ports.ts";

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Lower-case hex of exactly that many bytes. PROTOCOL.md §1.4 */
export function hex(bytes: number): z.ZodString {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `not ${bytes * 2} characters of lower-case hex`);
}

export const deviceId = z.string().refine(isDeviceId, "not a device id");
export const u32 = z.int().min(0).max(0xffffffff);

/** Text that a person wrote, without what cannot be seen. */
export const printable = (most: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{C}+$/u, "holds control characters");

/** What a text is to be read in. */
export const language = z.enum(LANGUAGES).default("en");

/** Another family's child, and none: both are as good as not there. */
export const childParams = z.strictObject({ child_id: z.string().max(64) });
