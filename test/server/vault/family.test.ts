/** A family's vault: bound to its owner and its record, the same after a restart, silent for good once its key is destroyed. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { MAX_OWNER_KEYS, OWNER_KEY_MS } from "../../../server/bounds.ts";
import { ownerKey } from "../../../server/vault/family.ts";
import { fakeClock, settle } from "../../support/clock.ts";
import { memoryOwners, testFamilyVault } from "../../support/vault.ts";

const words = new TextEncoder().encode("a dragon under my bed");
const context = "message/1";
let clock: ReturnType<typeof fakeClock>;
let owners: ReturnType<typeof memoryOwners>;
let bus: ReturnType<typeof memoryStores>["bus"];

beforeEach(() => {
  clock = fakeClock();
  owners = memoryOwners();
  bus = memoryStores({ clock }).bus;
});
/** One cell of those that share the record and the bus. */
const cell = () => testFamilyVault({ clock, owners, bus });

describe("a family's vault", () => {
  test("opens what it sealed, of any bytes, owner and context, and so does another cell", async () => {
    const [here, there] = [cell(), cell()];
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100 }),
        fc.string(),
        fc.string(),
        async (plain, owner, where) => {
          const sealed = await here.seal(owner, plain, where);
          expect(await here.open(owner, sealed, where)).toEqual(new Uint8Array(plain));
          expect(await there.open(owner, sealed, where)).toEqual(new Uint8Array(plain));
        },
      ),
      { numRuns: 50 },
    );
  });

  test("opens nothing of which one byte is changed, cut off or added", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    for (let i = 0; i < sealed.length; i++) {
      const flipped = sealed.slice();
      flipped[i]! ^= 1 << (i % 8);
      await expect(vault.open("ada", flipped, context), `byte ${i}`).rejects.toThrow();
      await expect(vault.open("ada", sealed.slice(0, i), context), `cut at ${i}`).rejects.toThrow();
    }
    await expect(vault.open("ada", new Uint8Array([...sealed, 0]), context)).rejects.toThrow();
  });

  test("does not open what was moved to another owner or another record", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    await vault.seal("grace", words, context);
    await expect(vault.open("grace", sealed, context)).rejects.toThrow();
    await expect(vault.open("nobody", sealed, context)).rejects.toThrow("no key");
    await expect(vault.open("ada", sealed, "message/2")).rejects.toThrow();
  });

  test("10,000 sealings repeat no nonce", async () => {
    const vault = cell();
    const nonces = new Set<string>();
    for (let i = 0; i < 10_000; i++) {
      const sealed = await vault.seal("ada", words, context);
      nonces.add(Buffer.from(sealed.subarray(2, 14)).toString("hex"));
    }
    expect(nonces.size).toBe(10_000);
  });

  test("gives an owner one key, made once, whoever seals at the same time", async () => {
    const [here, there] = [cell(), cell()];
    const sealed = await Promise.all([here, there, here, there].map((at) => at.seal("ada", words, context)));
    for (const each of sealed)
      for (const at of [here, there, cell()]) expect(await at.open("ada", each, context)).toEqual(words);
    expect(owners.rows.size).toBe(1);
  });

  test("takes the key that another cell made as it is", async () => {
    await cell().seal("ada", words, context);
    const add = vi.spyOn(owners, "add");
    await cell().seal("ada", words, context);
    expect(add).not.toHaveBeenCalled();
  });

  test("says what is wrong with bytes before any key is tried", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    await expect(vault.open("ada", sealed.slice(0, 29), context)).rejects.toThrow("too short");
    await expect(vault.open("ada", new Uint8Array([1, ...sealed.slice(1)]), context)).rejects.toThrow(
      "under no owner's key",
    );
    await expect(vault.open("ada", new Uint8Array([2, 9, ...sealed.slice(2)]), context)).rejects.toThrow(
      "another version",
    );
  });

  test("makes no key where it is only asked to open", async () => {
    await expect(cell().open("ada", new Uint8Array([2, 1, ...randomBytes(40)]), context)).rejects.toThrow();
    expect(owners.rows.size).toBe(0);
  });

  test("is refused with UNAVAILABLE where the record of keys is away, and asks it again afterwards", async () => {
    const vault = cell();
    const find = vi.spyOn(owners, "find").mockRejectedValueOnce(new Error("away"));
    await expect(vault.seal("ada", words, context)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    find.mockRestore();
    expect(await vault.open("ada", await vault.seal("ada", words, context), context)).toEqual(words);
  });

  test("reads the record once for many openings, and again after a while", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    const find = vi.spyOn(owners, "find");
    await Promise.all(Array.from({ length: 20 }, () => vault.open("ada", sealed, context)));
    expect(find).toHaveBeenCalledTimes(0);
    await clock.advance(OWNER_KEY_MS);
    await Promise.all(Array.from({ length: 20 }, () => vault.open("ada", sealed, context)));
    expect(find).toHaveBeenCalledTimes(1);
  });

  test("holds so many keys and no more: the oldest is read anew", async () => {
    const vault = cell();
    for (let i = 0; i <= MAX_OWNER_KEYS; i++) await vault.seal(`owner-${i}`, words, context);
    const find = vi.spyOn(owners, "find");
    await vault.seal(`owner-${MAX_OWNER_KEYS}`, words, context);
    expect(find).toHaveBeenCalledTimes(0);
    await vault.seal("owner-0", words, context);
    expect(find).toHaveBeenCalledTimes(1);
  });
});

describe("a key that was destroyed", () => {
  test("opens and seals nothing any more, after a restart neither, and is never made again", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    await vault.destroy("ada");
    await vault.destroy("ada");
    for (const at of [vault, cell()]) {
      await expect(at.open("ada", sealed, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(at.seal("ada", words, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    // another family's speaks on
    expect(await vault.open("grace", await vault.seal("grace", words, context), context)).toEqual(words);
  });

  test("was never there and is never made", async () => {
    const vault = cell();
    await vault.destroy("ada");
    await expect(vault.seal("ada", words, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("is forgotten by the cells that hear of it at once, and by one that does not after a while", async () => {
    const [here, hears, deaf] = [cell(), cell(), cell()];
    const stop = await hears.start();
    const sealed = await here.seal("ada", words, context);
    for (const at of [hears, deaf]) await at.open("ada", sealed, context);
    await here.destroy("ada");
    await settle();
    await expect(hears.open("ada", sealed, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await deaf.open("ada", sealed, context)).toEqual(words);
    await clock.advance(OWNER_KEY_MS);
    await expect(deaf.open("ada", sealed, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await stop();
  });

  test("does not stay in a cell that was reading it in that moment", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    await clock.advance(OWNER_KEY_MS);
    const former = owners.rows.get("ada")!;
    let answer = (): void => {};
    vi.spyOn(owners, "find").mockImplementationOnce(
      () => new Promise((resolve) => (answer = () => resolve(former))),
    );
    const opening = vault.open("ada", sealed, context);
    await vault.destroy("ada");
    answer();
    await opening;
    await expect(vault.open("ada", sealed, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("does not stay in a cell that read it while it was being destroyed", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    const destroy = owners.destroy;
    vi.spyOn(owners, "destroy").mockImplementationOnce(async (...of) => {
      expect(await vault.open("ada", sealed, context)).toEqual(words);
      await destroy(...of);
    });
    await vault.destroy("ada");
    await expect(vault.open("ada", sealed, context)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("leaves a backup of what it sealed, and of its row without the secret, silent under the master key too", async () => {
    const vault = cell();
    const sealed = await vault.seal("ada", words, context);
    await vault.destroy("ada");
    const backup = memoryOwners();
    backup.rows.set("ada", { ...owners.rows.get("ada")! });
    const restored = testFamilyVault({ clock, owners: backup });
    await expect(restored.open("ada", sealed, context)).rejects.toThrow();
    // nor under a new secret of the same name
    const anew = testFamilyVault({ clock });
    await anew.seal("ada", words, context);
    await expect(anew.open("ada", sealed, context)).rejects.toThrow();
  });
});

test("a secret moved to another owner's row does not open", async () => {
  const vault = cell();
  await vault.seal("ada", words, context);
  await vault.seal("grace", words, context);
  owners.rows.set("grace", owners.rows.get("ada")!);
  await expect(cell().seal("grace", words, context)).rejects.toThrow();
});

describe("a key of an owner", () => {
  const secret = systemChance.bytes(32);
  const keyOf = (tenant: string, owner: string, purpose: string) =>
    Buffer.from(ownerKey(secret, { tenant, owner, purpose })).toString("hex");

  test("differs by tenant, owner and purpose, and where their texts run together", () => {
    const keys = [
      keyOf("a:b", "c", "seal"),
      keyOf("a", "b:c", "seal"),
      keyOf("a", "b", "c:seal"),
      keyOf("", "a:b", "c"),
      keyOf("a", "b", ""),
      keyOf("", "a", "b"),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf("a", "b", "")).toBe(keys[4]);
  });

  test("is of its secret", () => {
    const other = ownerKey(new Uint8Array(32), { tenant: "a", owner: "b", purpose: "" });
    expect(Buffer.from(other).toString("hex")).not.toBe(keyOf("a", "b", ""));
    expect(other).toHaveLength(32);
  });
});
