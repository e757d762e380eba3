import { expect, test } from "vitest";
import { authKey, macKey, nextPrk } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { claim } from "../../../server/claim/claim.ts";
import { sealContext } from "../../../server/ports.ts";
import { challenge } from "../../../server/claim/challenge.ts";
import { toHex } from "@bearlink/sdk/protocol";
import { addBear, bear, FROM, house, prepare, spoilt } from "./support.ts";
import type { House } from "./support.ts";

/** How often the vault was opened until the claim was refused. */
async function opensOf(at: House, claiming: () => Promise<unknown>): Promise<number> {
  at.vault.opened.length = 0;
  await expect(claiming()).rejects.toMatchObject({ code: "CLAIM_REFUSED" });
  return at.vault.opened.length;
}

async function rekeying(at: House) {
  const toy = bear();
  const row = await addBear(at, toy);
  const next = nextPrk(systemHash, toy.prk, toy.deviceId);
  row.sealedNextPrk = at.vault.seal(next, sealContext.prk(toy.deviceId));
  const key = macKey(systemHash, authKey(systemHash, next, toy.deviceId));
  const under = async (boot: number, seq: number, withKey = key) => {
    const asked = { device_id: toy.deviceId, device_nonce: toHex(toy.deviceNonce(boot, seq)) };
    return toy.body(await challenge(at.desk, asked, FROM.address), boot, seq, withKey);
  };
  return { toy, row, under };
}

test("an unknown toy, a bad proof and a bad proof in a rekey cost the same: two keys opened and tried", async () => {
  const at = house();
  const known = bear("bear-0000000000000000");
  await addBear(at, known);
  const { under } = await rekeying(at);
  const bad = spoilt(await prepare(at, known, 1, 0));
  const unknown = await prepare(at, bear("bear-1111111111111111"), 1, 0);
  const inRekey = spoilt(await under(1, 0));
  for (const body of [bad, unknown, inRekey])
    expect(await opensOf(at, () => claim(at.desk, body, FROM))).toBe(2);
});

test("in a rekey both keys hold, until a claim under the new one makes it the only one", async () => {
  const at = house();
  const { toy, row, under } = await rekeying(at);
  const former = macKey(systemHash, toy.auth);
  const offered = row.sealedNextPrk;
  await claim(at.desk, await under(1, 0, former), FROM);
  expect(row.sealedNextPrk).toBe(offered);
  await claim(at.desk, await under(1, 1), FROM);
  expect(row).toMatchObject({ sealedPrk: offered, sealedNextPrk: undefined });
  await expect(claim(at.desk, await under(1, 2, former), FROM)).rejects.toMatchObject({
    code: "CLAIM_REFUSED",
  });
  await claim(at.desk, await under(1, 3), FROM);
});

test("a proof under the stand-in's key opens nothing", async () => {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  const prk = at.vault.open(at.desk.standIn.sealedPrk, at.desk.standIn.context);
  const key = macKey(systemHash, authKey(systemHash, prk, toy.deviceId));
  const asked = { device_id: toy.deviceId, device_nonce: toHex(toy.deviceNonce(1, 0)) };
  const body = toy.body(await challenge(at.desk, asked, FROM.address), 1, 0, key);
  await expect(claim(at.desk, body, FROM)).rejects.toMatchObject({ code: "CLAIM_REFUSED" });
  at.toys.rows.delete(row.deviceId);
  await expect(claim(at.desk, body, FROM)).rejects.toMatchObject({ code: "CLAIM_REFUSED" });
});
