/** Keys of developers: never above or beyond who made them, believed by their digest, and gone at once with what they made. MISSION B14–B17 */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { changeKey, findKey, KEY_ENDED, listKeys, makeKey, revokeKey } from "../../../server/keys/desk.ts";
import type { KeyMaker } from "../../../server/keys/desk.ts";
import { keyIdOf, makeDeveloperKey } from "../../../server/keys/developer-key.ts";
import { createKeyDoor } from "../../../server/keys/door.ts";
import { watchKeys } from "../../../server/keys/watch.ts";
import { SCOPES } from "../../../server/ports.ts";
import type { AuditEntry, Scope } from "../../../server/ports.ts";
import { fakeClock, settle } from "../../support/clock.ts";
import { memoryKeys } from "../../support/keys.ts";
import { silentLog } from "../../support/voice.ts";

const DAY_MS = 86_400_000;
const FROM = { address: "192.0.2.1", device: "bear" };
const OWN = makeDeveloperKey(systemChance, "dev");

function house() {
  const clock = fakeClock();
  const entries: AuditEntry[] = [];
  const keys = memoryKeys(entries);
  const { bus } = memoryStores({ clock });
  const endedSessions: string[] = [];
  const ports = {
    ...{ keys, bus, clock, hash: systemHash, chance: systemChance, log: silentLog, env: "dev" },
    sessionsEnded: async (ids: readonly string[]) => void endedSessions.push(...ids),
  };
  const door = createKeyDoor(ports, { own: OWN });
  const own: KeyMaker = {
    kind: "developer",
    keyId: keyIdOf(OWN),
    scopes: SCOPES,
    expiresAt: undefined,
    ...FROM,
  };
  const make = (maker: KeyMaker, scopes: Scope[], days = 30) =>
    makeKey(ports, maker, { name: "factory", scopes, days });
  /** whoever brings a key, as the door lets them in */
  const as = async (key: string): Promise<KeyMaker> => ({ ...(await door.principal(key))!, ...FROM });
  return { clock, entries, keys, bus, endedSessions, ports, door, own, make, as };
}
let home: ReturnType<typeof house>;
beforeEach(() => {
  home = house();
});

const code = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => "done",
    (error: unknown) => (error as { code?: string }).code,
  );

describe("a key", () => {
  test("is in one answer, and only its digest is kept; that it was made stands in the trail with who, from where and what it may", async () => {
    const { key, made } = await home.make(home.own, ["devices:provision", "devices:read"]);
    expect(key).toMatch(/^brl_dev_[0-9a-f]{8}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    const secret = key.split("_")[3]!;
    expect(JSON.stringify([...home.keys.rows.values(), home.entries, made])).not.toContain(secret);
    expect(home.keys.rows.get(made.id)!.hash).toEqual(systemHash.sha256(new TextEncoder().encode(key)));
    expect(home.entries).toMatchObject([
      {
        ...{ action: "key_created", outcome: "success", actor: `key:${keyIdOf(OWN)}`, resource: made.id },
        ...{ ...FROM, reason: "devices:provision devices:read" },
      },
    ]);
  });

  test("lets in as what it is; with any character changed it is not even looked up", async () => {
    const { key, made } = await home.make(home.own, ["audit:read"]);
    expect(await home.door.principal(key)).toMatchObject({ keyId: made.id, scopes: ["audit:read"] });
    const asked = home.keys.asked;
    for (const at of [4, 10, 30, key.length - 1]) {
      const other = key[at] === "0" ? "1" : "0";
      expect(await home.door.principal(key.slice(0, at) + other + key.slice(at + 1))).toBeUndefined();
    }
    expect(home.keys.asked).toBe(asked);
  });

  test("of another secret does not pass under a known id", async () => {
    const { key } = await home.make(home.own, ["admin"]);
    const id = key.split("_")[2]!;
    const forged = makeDeveloperKey(
      {
        bytes: (count) => (count === 4 ? Uint8Array.from(Buffer.from(id, "hex")) : systemChance.bytes(count)),
      },
      "dev",
    );
    expect(keyIdOf(forged)).toBe(id);
    expect(await home.door.principal(forged)).toBeUndefined();
  });

  test("holds until its end and no longer", async () => {
    const { key } = await home.make(home.own, ["admin"], 1);
    await home.clock.advance(DAY_MS - 1);
    expect(await home.door.principal(key)).toBeDefined();
    await home.clock.advance(1);
    expect(await home.door.principal(key)).toBeUndefined();
  });

  test("the cell's own passes without a look-up, and another of its form does not", async () => {
    expect(await home.door.principal(OWN)).toMatchObject({ scopes: SCOPES, expiresAt: undefined });
    expect(home.keys.asked).toBe(0);
    expect(await home.door.principal(makeDeveloperKey(systemChance, "dev"))).toBeUndefined();
    const none = createKeyDoor(home.ports, { own: undefined });
    expect(await none.principal(OWN)).toBeUndefined();
  });

  test("is counted, and its use written down once a minute, not at each request", async () => {
    const { key, made } = await home.make(home.own, ["admin"]);
    const use = () => home.keys.rows.get(made.id)!;
    home.door.start();
    for (let i = 0; i < 5; i++) await home.door.principal(key);
    expect(use()).toMatchObject({ uses: 0, lastUsedAt: undefined });
    const at = home.clock.now();
    await home.clock.advance(60_000);
    expect(use()).toMatchObject({ uses: 5, lastUsedAt: at });
    await home.door.principal(key);
    await home.door.stop();
    expect(use().uses).toBe(6);
    expect(home.clock.waiting).toBe(0);
  });

  test("of nobody's use nothing is written down", async () => {
    const written = vi.spyOn(home.keys, "used");
    home.door.start();
    await home.clock.advance(120_000);
    await home.door.stop();
    expect(written).not.toHaveBeenCalled();
  });
});

describe("a key that makes another", () => {
  test("gives it nothing it does not hold itself; an admin holds all", async () => {
    const { key } = await home.make(home.own, ["devices:provision", "devices:read"]);
    const maker = await home.as(key);
    expect(await code(home.make(maker, ["devices:read"]))).toBe("done");
    for (const scope of SCOPES.filter((one) => !one.startsWith("devices:")))
      expect([scope, await code(home.make(maker, ["devices:read", scope]))]).toEqual([scope, "FORBIDDEN"]);
    const admin = await home.as((await home.make(home.own, ["admin"])).key);
    expect(await code(home.make(admin, [...SCOPES]))).toBe("done");
  });

  test("gives it no more time than it has, then or later", async () => {
    const maker = await home.as((await home.make(home.own, ["admin"], 2)).key);
    const { made } = await home.make(maker, ["devices:read"], 300);
    expect(made.expiresAt).toBe(maker.expiresAt);
    const later = await changeKey(home.ports, home.own, made.id, { name: undefined, days: 300 });
    expect(later.expiresAt).toBe(maker.expiresAt);
    expect(await code(changeKey(home.ports, maker, maker.keyId, { name: undefined, days: 300 }))).toBe(
      "FORBIDDEN",
    );
    await changeKey(home.ports, home.own, maker.keyId, { name: undefined, days: 1 });
    expect(home.keys.rows.get(made.id)!.expiresAt).toBe(home.clock.now() + DAY_MS);
  });

  test("changes none that was revoked in that moment", async () => {
    const { made } = await home.make(home.own, ["devices:read"]);
    const keys = { ...home.keys, change: async () => undefined };
    expect(
      await code(changeKey({ ...home.ports, keys }, home.own, made.id, { name: "new", days: undefined })),
    ).toBe("NOT_FOUND");
  });

  test("sees it and itself, and no other's; an admin sees all", async () => {
    const one = await home.as((await home.make(home.own, ["devices:read"])).key);
    const { made } = await home.make(one, ["devices:read"]);
    const other = await home.as((await home.make(home.own, ["devices:read", "audit:read"])).key);
    const seen = async (maker: KeyMaker) => (await listKeys(home.ports, maker)).map(({ id }) => id).sort();
    expect(await seen(one)).toEqual([one.keyId, made.id].sort());
    expect(await seen(other)).toEqual([other.keyId]);
    expect(await seen(home.own)).toEqual([one.keyId, made.id, other.keyId].sort());
    expect(await code(findKey(home.ports, other, made.id))).toBe("NOT_FOUND");
    expect(await code(revokeKey(home.ports, other, made.id))).toBe("NOT_FOUND");
    expect(await code(changeKey(home.ports, other, made.id, { name: "mine", days: 1 }))).toBe("NOT_FOUND");
  });

  test("has a bound on how many", async () => {
    for (let i = 0; i < 100; i++) await home.make(home.own, ["devices:read"]);
    expect(await code(home.make(home.own, ["devices:read"]))).toBe("KEY_LIMIT");
  });
});

describe("a key that is revoked", () => {
  test("is refused at once, with all that it made and they made; each end is told, and it stands in the trail once", async () => {
    const told: string[] = [];
    await home.bus.subscribe(KEY_ENDED, (id) => void told.push(id));
    const first = await home.make(home.own, ["admin"]);
    const second = await home.make(await home.as(first.key), ["audit:read"]);
    const third = await home.make(await home.as(second.key), ["audit:read"]);
    const other = await home.make(home.own, ["audit:read"]);
    const maker = await home.as(first.key);
    await revokeKey(home.ports, home.own, first.made.id);
    for (const { key } of [first, second, third]) expect(await home.door.principal(key)).toBeUndefined();
    expect(await home.door.principal(other.key)).toBeDefined();
    expect(told.sort()).toEqual([first, second, third].map(({ made }) => made.id).sort());
    expect(home.entries.filter(({ action }) => action === "key_revoked")).toHaveLength(1);
    expect(await code(revokeKey(home.ports, home.own, first.made.id))).toBe("NOT_FOUND");
    // one that was let in just before makes nothing more
    expect(await code(home.make(maker, ["audit:read"]))).toBe("KEY_LIMIT");
  });

  test("ends the visits of support that it and what it made had opened, and no other", async () => {
    const first = await home.make(home.own, ["admin"]);
    const second = await home.make(await home.as(first.key), ["admin"]);
    const other = await home.make(home.own, ["admin"]);
    for (const { made } of [first, second, other]) home.keys.visits.set(made.id, [`visit of ${made.id}`]);
    await revokeKey(home.ports, home.own, first.made.id);
    expect(home.endedSessions.sort()).toEqual(
      [first, second].map(({ made }) => `visit of ${made.id}`).sort(),
    );
  });

  test("has its connections closed, told or not; others stay", async () => {
    const closed: string[] = [];
    const { made: gone } = await home.make(home.own, ["admin"]);
    const { made: stays } = await home.make(home.own, ["admin"]);
    const line = ({ id }: { id: string }) => ({ keyId: id, close: () => void closed.push(id) });
    let lines = [line(gone), line(stays)];
    const watch = await watchKeys(home.ports, () => lines);
    await revokeKey(home.ports, home.own, gone.id);
    await settle();
    expect(closed).toEqual([gone.id]);
    // by hand in the database, and nobody was told
    lines = [line(stays)];
    home.keys.rows.get(stays.id)!.revokedAt = 1;
    await home.clock.advance(10_000);
    expect(closed).toEqual([gone.id, stays.id]);
    await watch.stop();
  });

  test("is not looked for while no connection is open", async () => {
    const asked = vi.spyOn(home.keys, "standing");
    const watch = await watchKeys(home.ports, () => []);
    await home.clock.advance(60_000);
    await watch.stop();
    expect(asked).not.toHaveBeenCalled();
  });
});
