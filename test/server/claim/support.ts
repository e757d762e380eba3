/** A desk on stores in process with a clock that stands, and bears that know how to claim at it. */
import {
  authKey,
  deviceNonce,
  deviceProof,
  fromHex,
  macKey,
  pairingCodeHash,
  rngKey,
  secretPrk,
  toHex,
} from "@bearlink/sdk/protocol";
import type { MacKey } from "@bearlink/sdk/protocol";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { createRefusals } from "../../../server/audit/refused.ts";
import { challenge, nonceKeys } from "../../../server/claim/challenge.ts";
import type { ChallengeAnswer } from "../../../server/claim/challenge.ts";
import { claim } from "../../../server/claim/claim.ts";
import type { ClaimRequest } from "../../../server/claim/claim.ts";
import { openClaimDesk } from "../../../server/claim/desk.ts";
import type { ClaimPorts } from "../../../server/claim/desk.ts";
import { addressKey } from "../../../server/limiter/address.ts";
import { createClaimLimiter } from "../../../server/limiter/limiter.ts";
import { sealContext } from "../../../server/ports.ts";
import type { AuditEntry, Log, NewAlert, Toy, Toys, Vault } from "../../../server/ports.ts";
import { createVault } from "../../../server/vault/seal.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { testFamilyVault } from "../../support/vault.ts";
import { fakeClock } from "../../support/clock.ts";

export const MASTER_KEY = new Uint8Array(32).fill(7);
export const MQTT = { host: "bears.example.org", port: 8883, tls: true };

export const silent: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};

/** Rejects whatever it is asked, as a store that is away does. */
export function away<T extends object>(port: T): T {
  return new Proxy(port, { get: () => () => Promise.reject(new Error("away")) });
}

/** Toys as SQL keeps them, in a map. */
export function memoryToys(entries: AuditEntry[] = []): Toys & { rows: Map<string, Toy> } {
  const rows = new Map<string, Toy>();
  const row = (deviceId: string): Toy => rows.get(deviceId)!;
  return {
    rows,
    find: async (deviceId) => (rows.has(deviceId) ? { ...row(deviceId) } : undefined),
    async add(toy, entry) {
      if (rows.has(toy.deviceId)) return false;
      if (entry) entries.push(entry);
      rows.set(toy.deviceId, {
        ...toy,
        sealedNextPrk: undefined,
        disabled: false,
        quarantined: false,
        boot: 0,
        seq: 0,
        claimedAt: 0,
        sessionId: undefined,
        firmwareVersion: undefined,
        ownerId: undefined,
        childId: undefined,
      });
      return true;
    },
    async acceptClaim(deviceId, { at, ...accepted }, usedNextPrk, entry) {
      const toy = row(deviceId);
      const above = accepted.boot > toy.boot || (accepted.boot === toy.boot && accepted.seq > toy.seq);
      if (!above) return false;
      if (entry) entries.push(entry);
      Object.assign(toy, accepted, { claimedAt: at });
      if (usedNextPrk) Object.assign(toy, { sealedPrk: toy.sealedNextPrk, sealedNextPrk: undefined });
      return true;
    },
    async quarantine(deviceId, entry) {
      if (entry) entries.push(entry);
      Object.assign(row(deviceId), { quarantined: true, sessionId: undefined });
    },
    async endSession(deviceId) {
      row(deviceId).sessionId = undefined;
    },
    async currentSessions(deviceIds) {
      const standing = deviceIds.flatMap((id) => {
        const sessionId = rows.get(id)?.sessionId;
        return sessionId === undefined ? [] : [[id, sessionId] as const];
      });
      return new Map(standing);
    },
    nextCommandId: async () => 1,
  };
}

/** A vault that remembers what it opened. */
function testVault(): Vault & { opened: string[] } {
  const vault = createVault({ masterKey: MASTER_KEY, chance: systemChance });
  const opened: string[] = [];
  return {
    opened,
    seal: (plain, context) => vault.seal(plain, context),
    open(sealed, context) {
      opened.push(context);
      return vault.open(sealed, context);
    },
  };
}

/** A desk and all it stands on; `change` replaces ports before it opens. */
export function house(change: Partial<ClaimPorts> = {}) {
  const clock = fakeClock();
  const metrics = openMetrics();
  const entries: AuditEntry[] = [];
  const raised: NewAlert[] = [];
  const toys = memoryToys(entries);
  const vault = testVault();
  const stores = memoryStores({ clock });
  const ports = {
    nonces: stores.nonces,
    sessions: stores.sessions,
    bus: stores.bus,
    limits: createClaimLimiter(stores),
    toys,
    vault,
    familyVault: testFamilyVault({ vault, clock, bus: stores.bus }),
    audit: { append: async (entry: AuditEntry) => void entries.push(entry) },
    alerts: {
      raise: async (alert: NewAlert) => void raised.push(alert),
      raiseSoon: (alert: NewAlert) => void raised.push(alert),
    },
    clock,
    chance: systemChance,
    hash: systemHash,
    meter: metrics.meter,
    log: silent,
    ...change,
  };
  const opened = openClaimDesk(ports, {
    nonceKeys: nonceKeys({ hash: systemHash, clock }, MASTER_KEY),
    networkOf: addressKey,
    publicMqtt: MQTT,
  });
  const desk = { ...opened, tellRefused: createRefusals({ ...ports, networkOf: addressKey }) };
  return { clock, metrics, entries, raised, toys, vault, stores, ports, desk };
}

export type House = ReturnType<typeof house>;

/** Where requests come from in these tests. */
export const FROM = { address: "203.0.113.7", requestId: "6b8f3d3e-1111-4222-8333-444455556666" };

/** A toy's keys and how it writes its requests. */
export function bear(deviceId = "bear-7q2m9xk4d8wr3hbn", secret: Uint8Array = systemChance.bytes(32)) {
  const prk = secretPrk(systemHash, secret);
  const rng = macKey(systemHash, rngKey(systemHash, prk, deviceId));
  const auth = authKey(systemHash, prk, deviceId);
  return {
    deviceId,
    secret,
    prk,
    /** K_auth */
    auth,
    deviceNonce: (boot: number, seq: number) => deviceNonce(systemHash, rng, boot, seq),
    /** A claim's body for an answered challenge. */
    body(
      answer: ChallengeAnswer,
      boot: number,
      seq: number,
      key: MacKey = macKey(systemHash, auth),
    ): ClaimRequest {
      const nonce = deviceNonce(systemHash, rng, boot, seq);
      const proof = deviceProof(systemHash, key, {
        deviceId,
        deviceNonce: nonce,
        nonce: fromHex(answer.nonce, 32)!,
        sessionId: fromHex(answer.session_id, 8)!,
        boot,
        seq,
        firmwareVersion: "1.0.0",
      });
      return {
        device_id: deviceId,
        device_nonce: toHex(nonce),
        session_id: answer.session_id,
        nonce: answer.nonce,
        boot,
        seq,
        firmware_version: "1.0.0",
        suite: "S1",
        hmac_hex: toHex(proof),
      };
    },
  };
}

export type Bear = ReturnType<typeof bear>;

/** Puts a bear into the store, as provisioning does. */
export async function addBear(to: House, toy: Bear): Promise<Toy> {
  await to.toys.add({
    deviceId: toy.deviceId,
    sealedPrk: to.vault.seal(toy.prk, sealContext.prk(toy.deviceId)),
    pairingCodeHash: pairingCodeHash(systemHash, "0".repeat(26)),
  });
  return to.toys.rows.get(toy.deviceId)!;
}

/** A challenge, answered by a claim's body. */
export async function prepare(at: House, toy: Bear, boot: number, seq: number): Promise<ClaimRequest> {
  const nonce = toHex(toy.deviceNonce(boot, seq));
  const asked = { device_id: toy.deviceId, device_nonce: nonce };
  return toy.body(await challenge(at.desk, asked, FROM.address), boot, seq);
}

/** A whole claim that holds. */
export async function claimAs(at: House, toy: Bear, boot: number, seq: number) {
  return claim(at.desk, await prepare(at, toy, boot, seq), FROM);
}

/** A body whose proof is wrong by one bit. */
export function spoilt(body: ClaimRequest): ClaimRequest {
  const proof = fromHex(body.hmac_hex, 32)!;
  proof[31]! ^= 1;
  return { ...body, hmac_hex: toHex(proof) };
}
