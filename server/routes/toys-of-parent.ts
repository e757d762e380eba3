/** A parent's own toys: which they are, letting one go, handing one on. PROTOCOL.md §8.6 */
import { z } from "zod";
import { orUnavailable, Refusal } from "../errors.ts";
import { requireFresh } from "../family/account/session.ts";
import { toyLive } from "../live/wire.ts";
import { acceptTransfer, nameOfToy, offerTransfer, restore, unpair, wishOfToy } from "../pairing/owner.ts";
import type { Owner, OwnerPorts } from "../pairing/owner.ts";
import { alike, checkConsent, limitParent } from "../pairing/window.ts";
import type { WindowPorts } from "../pairing/window.ts";
import type { OwnToy, ParentPrincipal, ToyActivity } from "../ports.ts";
import { parentOf } from "./account.ts";
import { MAX_NICKNAME_CHARS } from "../bounds.ts";
import { deviceId, printable } from "./app.ts";
import type { App } from "./app.ts";
import { childId, pairingCode } from "./pair.ts";

export interface OwnToyRoutePorts {
  owner: OwnerPorts;
  /** a transfer is limited, and refused, as a pairing is */
  windows: WindowPorts;
  /** of a turn under way on this cell */
  activityOf(deviceId: string): ToyActivity | undefined;
}

const toyAnswer = z.object({
  device_id: deviceId,
  child_id: z.string(),
  state: z.enum(["active", "disabled", "quarantined"]),
  firmware_version: z.string().nullable(),
  /** of the last claim that held */
  last_seen: z.string().nullable(),
  name: z.string().nullable(),
  microphone_off: z.boolean(),
  /** as on the live feed */
  online: z.boolean(),
  activity: z.enum(["offline", "idle", "pairing", "listening", "thinking", "speaking"]),
  battery_mv: z.int().nullable(),
  battery_percent: z.int().nullable(),
  volume: z.int().nullable(),
  rssi: z.int().nullable(),
  last_talk: z.string().nullable(),
  /** of the last factory reset since it was paired */
  reset_at: z.string().nullable(),
});

const dateOf = (ms: number | undefined): string | null => (ms ? new Date(ms).toISOString() : null);

function tell(
  toy: OwnToy,
  name: string | undefined,
  activity: ToyActivity | undefined,
  now: number,
): z.infer<typeof toyAnswer> {
  const running = toy.disabled ? "disabled" : "active";
  return {
    ...toyLive(toy.status, activity, now),
    child_id: toy.childId,
    state: toy.quarantined ? "quarantined" : running,
    firmware_version: toy.firmwareVersion ?? null,
    last_seen: dateOf(toy.claimedAt),
    name: name ?? null,
    microphone_off: toy.micWishedOff || toy.micOff,
    reset_at: dateOf(toy.resetAt),
  };
}

const config = { auth: "parent", limit: "address" } as const;
const params = z.strictObject({ device_id: z.string().max(64) });

const wishBody = z
  .strictObject({
    name: printable(MAX_NICKNAME_CHARS),
    volume: z.int().min(0).max(100),
    microphone_off: z.boolean(),
  })
  .partial();

export function ownToyRoutes(app: App, { owner, windows, activityOf }: OwnToyRoutePorts): void {
  const told = async (accountId: string, toy: OwnToy): Promise<z.infer<typeof toyAnswer>> =>
    tell(toy, await nameOfToy(owner, accountId, toy), activityOf(toy.deviceId), owner.clock.now());
  const toldOf = async (accountId: string, deviceId: string): Promise<z.infer<typeof toyAnswer>> => {
    const toy = await orUnavailable(owner.ownership.find(accountId, deviceId));
    if (!toy) throw new Refusal("NOT_FOUND");
    return told(accountId, toy);
  };
  /** An owner, freshly signed in. §8.6 */
  const ownerOf = (principal: ParentPrincipal, address: string): Owner => {
    requireFresh(principal, owner.clock);
    return { accountId: principal.accountId, address };
  };

  app.route({
    method: "GET",
    url: "/api/v1/toys",
    config,
    schema: { response: { 200: z.object({ toys: z.array(toyAnswer) }) } },
    async handler(request, reply) {
      const { accountId } = parentOf(request);
      const toys = await orUnavailable(owner.ownership.list(accountId));
      void reply.header("cache-control", "no-store");
      return { toys: await Promise.all(toys.map((toy) => told(accountId, toy))) };
    },
  });

  app.route({
    method: "GET",
    url: "/api/v1/toys/:device_id",
    config,
    schema: { params, response: { 200: toyAnswer } },
    handler: async (request, reply) => {
      void reply.header("cache-control", "no-store");
      return toldOf(parentOf(request).accountId, request.params.device_id);
    },
  });

  app.route({
    method: "PATCH",
    url: "/api/v1/toys/:device_id",
    config,
    schema: { params, body: wishBody, response: { 200: toyAnswer } },
    async handler(request, reply) {
      const { accountId } = parentOf(request);
      const { device_id } = request.params;
      const { name, volume, microphone_off: micWishedOff } = request.body;
      await wishOfToy(owner, accountId, device_id, {
        name,
        ...(volume !== undefined && { volume }),
        ...(micWishedOff !== undefined && { micWishedOff }),
      });
      void reply.header("cache-control", "no-store");
      return toldOf(accountId, device_id);
    },
  });

  // after a claim that only a copy could have made: the owner vouches for the toy. §3.3
  app.route({
    method: "POST",
    url: "/api/v1/toys/:device_id/restore",
    config,
    schema: { params, response: { 200: toyAnswer } },
    async handler(request, reply) {
      const by = ownerOf(parentOf(request), request.clientAddress);
      await restore(owner, by, request.params.device_id);
      void reply.header("cache-control", "no-store");
      return toldOf(by.accountId, request.params.device_id);
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/toys/:device_id/unpair",
    config,
    schema: { params, response: { 200: z.object({ unpaired: z.literal(true) }) } },
    async handler(request) {
      const by = ownerOf(parentOf(request), request.clientAddress);
      await unpair(owner, by, request.params.device_id);
      return { unpaired: true as const };
    },
  });

  app.route({
    method: "POST",
    url: "/api/v1/toys/:device_id/transfer",
    config,
    schema: { params, response: { 201: z.object({ code: z.string(), expires_in: z.int() }) } },
    async handler(request, reply) {
      const by = ownerOf(parentOf(request), request.clientAddress);
      const { code, expiresInS } = await offerTransfer(owner, by, request.params.device_id);
      void reply.code(201).header("cache-control", "no-store");
      return { code, expires_in: expiresInS };
    },
  });

  // who was given the code: a parent with consent on record, as for a window
  app.route({
    method: "POST",
    url: "/api/v1/toys/:device_id/transfer/accept",
    config,
    schema: {
      params,
      body: z.strictObject({ code: pairingCode, child_id: childId }),
      response: { 200: z.object({ paired: z.literal(true) }) },
    },
    async handler(request) {
      const { accountId } = parentOf(request);
      const address = request.clientAddress;
      const { code, child_id } = request.body;
      await checkConsent(windows, { accountId, childId: child_id });
      await limitParent(windows, { accountId, address });
      const asked = { deviceId: request.params.device_id, code, childId: child_id };
      await alike(owner, acceptTransfer(owner, { accountId, address }, asked));
      return { paired: true as const };
    },
  });
}
