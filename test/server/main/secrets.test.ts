/** What a cell knows at its start: the same keys as before, or a sentence that says which one is missing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { readConfig } from "../../../server/config.ts";
import { openSecrets } from "../../../server/main/secrets.ts";
import { createVault } from "../../../server/vault/seal.ts";
import { renewMasters, rewrapMasters } from "../../../server/vault/masters.ts";
import { fakeClock } from "../../support/clock.ts";
import { memoryMasters } from "../../support/vault.ts";
import { startTransit } from "../adapters/kms/stubs.ts";
import type { Stub } from "../adapters/kms/stubs.ts";

const DATA_DIR = mkdtempSync(join(tmpdir(), "bearlink-secrets-"));
afterAll(() => rmSync(DATA_DIR, { recursive: true }));

const [one, two] = ["1", "2"].map((digit) => digit.repeat(64)) as [string, string];
const text = new TextEncoder().encode("a secret");
const cellOf = (masters = memoryMasters()) => ({
  masters,
  open: (env: Record<string, string>) =>
    openSecrets(readConfig({ DATA_DIR, ...env }), { masters, chance: systemChance, clock: fakeClock() }),
  /** as `bear rewrap` does */
  renew: (env: Record<string, string>) =>
    openSecrets(
      readConfig({ DATA_DIR, ...env }),
      { masters, chance: systemChance, clock: fakeClock() },
      async (...asked) => (await renewMasters(...asked)).masters,
    ),
});

test("what was sealed before a restart opens after it, with a key from the environment or from a file", async () => {
  for (const env of [{}, { BEARLINK_MASTER_KEY: one }] as Record<string, string>[]) {
    const cell = cellOf();
    const before = await cell.open(env);
    const after = await cell.open(env);
    expect(after.masterKey).toEqual(before.masterKey);
    expect(after.vault.open(before.vault.seal(text, "x"), "x")).toEqual(text);
  }
});

test("after a change of the key all opens while the former one is given, and is to be sealed anew", async () => {
  const cell = cellOf();
  const before = await cell.open({ BEARLINK_MASTER_KEY: one });
  const sealed = before.vault.seal(text, "x");
  const changed = { BEARLINK_MASTER_KEY: two, BEARLINK_MASTER_KEY_PREVIOUS: one };
  const running = await cell.open(changed);
  expect(running.vault.open(sealed, "x")).toEqual(text);
  // a cell not yet started anew opens what this one seals
  expect(before.vault.open(running.vault.seal(text, "x"), "x")).toEqual(text);
  const after = await cell.renew(changed);
  expect(after.vault.open(sealed, "x")).toEqual(text);
  expect(after.vault.needsRotation(sealed)).toBe(true);
  expect(after.formerMasterKey).toEqual(before.masterKey);
  await expect(cell.open({ BEARLINK_MASTER_KEY: two })).rejects.toMatchObject({ code: "KMS" });
});

test("what the handed key itself sealed, before master keys were wrapped, opens and is to be sealed anew", async () => {
  const key = new Uint8Array(32).fill(0x11);
  const sealed = createVault({ masterKey: key, chance: systemChance }).seal(text, "x");
  const { vault } = await cellOf().open({ BEARLINK_MASTER_KEY: one });
  expect(vault.open(sealed, "x")).toEqual(text);
  expect(vault.needsRotation(sealed)).toBe(true);
});

// each key that a passphrase wraps or opens takes a part of a second of a core
test(
  "a passphrase serves in the key's place; changed, or come after a key, the former one opens what it wrapped",
  { timeout: 120_000 },
  async () => {
    const cell = cellOf();
    const phrase = "paw honey river owl lantern moss";
    const [handed, first] = [await cell.open({ BEARLINK_MASTER_KEY: one }), { BEARLINK_PASSPHRASE: phrase }];
    const sealed = handed.vault.seal(text, "x");
    await expect(cell.open(first)).rejects.toMatchObject({ code: "KMS" });
    const moved = await cell.renew({ ...first, BEARLINK_MASTER_KEY_PREVIOUS: one });
    expect(moved.vault.open(sealed, "x")).toEqual(text);
    expect(moved.vault.needsRotation(sealed)).toBe(true);
    const later = moved.vault.seal(text, "x");
    const changed = {
      ...{ BEARLINK_PASSPHRASE: "quite another one, and as long", BEARLINK_PASSPHRASE_PREVIOUS: phrase },
      BEARLINK_MASTER_KEY_PREVIOUS: one,
    };
    expect((await cell.renew(changed)).vault.open(later, "x")).toEqual(text);
    expect(() => readConfig({ BEARLINK_PASSPHRASE: "too short" })).toThrow("BEARLINK_PASSPHRASE");
  },
);

describe("a former key of any kind opens what it wrapped, whatever takes over, and its absence is told by its setting", () => {
  const phrase = "paw honey river owl lantern moss";
  let stub: Stub;
  let keys: Record<string, { now: Record<string, string>; former: Record<string, string>; lacks: string }>;

  beforeAll(async () => {
    const age = (await import("age-encryption")) as { generateIdentity(): Promise<string> };
    const [identity, other] = [await age.generateIdentity(), await age.generateIdentity()];
    const ageOf = (own: string) => ({
      now: { KMS_PROVIDER: "age", AGE_IDENTITY: own },
      former: { AGE_IDENTITY_PREVIOUS: own },
      lacks: "AGE_IDENTITY_PREVIOUS",
    });
    stub = await startTransit();
    const vault = { VAULT_TOKEN: "vault-token", VAULT_NAMESPACE: "bears" };
    keys = {
      key: {
        now: { BEARLINK_MASTER_KEY: one },
        former: { BEARLINK_MASTER_KEY_PREVIOUS: one },
        lacks: "BEARLINK_MASTER_KEY_PREVIOUS",
      },
      phrase: {
        now: { BEARLINK_PASSPHRASE: phrase },
        former: { BEARLINK_PASSPHRASE_PREVIOUS: phrase },
        lacks: "BEARLINK_PASSPHRASE_PREVIOUS",
      },
      age: ageOf(identity),
      "another age": ageOf(other),
      vault: {
        now: { KMS_PROVIDER: "vault", KMS_KEY: "bear", KMS_URL: stub.url, ...vault },
        former: {
          ...{ KMS_PROVIDER_PREVIOUS: "vault", KMS_KEY_PREVIOUS: "bear", KMS_URL_PREVIOUS: stub.url },
          ...vault,
        },
        lacks: "KMS_PROVIDER_PREVIOUS=vault",
      },
    };
  });

  afterAll(() => stub.close());

  test.each([
    ["age", "another age"],
    ["age", "key"],
    ["vault", "age"],
    ["vault", "key"],
    ["vault", "phrase"],
    ["phrase", "key"],
    ["key", "vault"],
  ])("%s, then %s", { timeout: 120_000 }, async (from, to) => {
    const cell = cellOf();
    const { now: before, former, lacks } = keys[from]!;
    const { now } = keys[to]!;
    const sealed = (await cell.open(before)).vault.seal(text, "x");
    const alone = cell.open(now);
    await expect(alone).rejects.toMatchObject({ code: "KMS" });
    await expect(alone).rejects.toThrow(lacks);
    const both = await cell.open({ ...now, ...former });
    expect(both.vault.open(sealed, "x")).toEqual(text);
    await rewrapMasters(cell, both.kmsRing);
    expect((await cell.open(now)).vault.open(sealed, "x")).toEqual(text);
  });
});

test.each([
  ["aws", ["KMS_KEY", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]],
  ["azure", ["KMS_KEY", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]],
  ["google", ["KMS_KEY"]],
  ["vault", ["KMS_KEY", "KMS_URL", "VAULT_TOKEN"]],
  ["age", ["AGE_IDENTITY"]],
])("KMS_PROVIDER=%s names all that it lacks", (provider, names) => {
  for (const name of names)
    expect(() => readConfig({ KMS_PROVIDER: provider })).toThrow(`${name} is missing`);
});

test("production starts with a master key, a passphrase, or a key service, and with none of them it does not", () => {
  const faults = (env: Record<string, string>) => {
    try {
      readConfig({ NODE_ENV: "production", ...env });
      return "";
    } catch (error) {
      return String(error);
    }
  };
  expect(faults({})).toContain("BEARLINK_MASTER_KEY is missing");
  const phrase = { BEARLINK_PASSPHRASE: "paw honey river owl lantern moss" };
  expect(faults(phrase)).not.toContain("BEARLINK_MASTER_KEY");
  const vault = { KMS_PROVIDER: "vault", KMS_KEY: "k", KMS_URL: "https://v.example", VAULT_TOKEN: "t" };
  expect(faults(vault)).not.toContain("BEARLINK_MASTER_KEY is missing");
});
