import { expect, test } from "vitest";
import { isWeakSecret, toHex } from "@bearlink/sdk/protocol";
import { provision } from "../../../server/claim/provision.ts";
import identity from "../../vectors/identity.json" with { type: "json" };
import { away, bear, claimAs, house } from "./support.ts";

const BY = { actor: "developer-key", address: "203.0.113.7" };
const CODE = "ab".repeat(32);

function requestOf(toy: { deviceId: string; secret: Uint8Array }) {
  return { device_id: toy.deviceId, device_secret: toHex(toy.secret), pairing_code_sha256: CODE };
}

test("a provisioned toy can claim, its secret is kept nowhere and its prk only sealed", async () => {
  const at = house();
  const toy = bear();
  await provision(at.desk, requestOf(toy), BY);
  const row = at.toys.rows.get(toy.deviceId)!;
  expect(toHex(row.pairingCodeHash)).toBe(CODE);
  const kept = toHex(row.sealedPrk);
  for (const secret of [toy.secret, toy.prk, toy.auth]) expect(kept).not.toContain(toHex(secret));
  expect(at.entries).toMatchObject([
    { action: "toy_provisioned", actor: "developer-key", resource: toy.deviceId },
  ]);
  expect((await claimAs(at, toy, 1, 0)).state).toBe("unpaired");
});

test("an id is given once: the first secret stays", async () => {
  const at = house();
  const toy = bear();
  await provision(at.desk, requestOf(toy), BY);
  await expect(provision(at.desk, requestOf(bear()), BY)).rejects.toMatchObject({ code: "TOY_EXISTS" });
  expect(at.entries).toHaveLength(1);
  await claimAs(at, toy, 1, 0);
});

test("constant, repeating, counting and published secrets are refused", async () => {
  const at = house();
  const weak = ["00".repeat(32), "ab".repeat(32), "0123456789abcdef".repeat(4), identity.device_secret];
  for (const device_secret of weak) {
    await expect(provision(at.desk, { ...requestOf(bear()), device_secret }, BY)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      details: { path: "device_secret" },
    });
  }
  expect(at.toys.rows.size).toBe(0);
  expect(isWeakSecret(bear().secret)).toBe(false);
});

test("with SQL away no toy is said to exist", async () => {
  const at = house();
  await expect(provision({ ...at.desk, toys: away(at.toys) }, requestOf(bear()), BY)).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
});
