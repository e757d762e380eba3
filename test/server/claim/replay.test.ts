import { expect, test } from "vitest";
import { fromHex, macKey, staleProof, toHex } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { claim } from "../../../server/claim/claim.ts";
import { SESSION_ENDED } from "../../../server/claim/end.ts";
import { Refusal } from "../../../server/errors.ts";
import { isFresh, isLate } from "../../../server/claim/replay.ts";
import { addBear, bear, claimAs, FROM, house, prepare } from "./support.ts";
import type { Bear } from "./support.ts";
import type { ClaimRequest } from "../../../server/claim/claim.ts";

test("a nonce holds for 60 s and may lie 5 s ahead", () => {
  expect(isFresh(0, 60_000)).toBe(true);
  expect(isFresh(0, 60_001)).toBe(false);
  expect(isFresh(5_000, 0)).toBe(true);
  expect(isFresh(5_001, 0)).toBe(false);
});

test("a claim is late when its nonce was issued at most 5 s after the last accepted claim", () => {
  expect(isLate(1_000, 2_000)).toBe(true);
  expect(isLate(7_000, 2_000)).toBe(true);
  expect(isLate(7_001, 2_000)).toBe(false);
});

async function refusalOf(answer: Promise<unknown>): Promise<Refusal> {
  const error = await answer.then(
    () => new Error("accepted"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw error;
  return error;
}

function staleProofOf(toy: Bear, body: ClaimRequest, floor: number): string {
  const context = {
    deviceId: toy.deviceId,
    deviceNonce: fromHex(body.device_nonce, 16)!,
    nonce: fromHex(body.nonce, 32)!,
    sessionId: fromHex(body.session_id, 8)!,
  };
  return toHex(staleProof(systemHash, macKey(systemHash, toy.auth), context, floor));
}

async function claimed(boot: number, seq: number) {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  await claimAs(at, toy, boot, seq);
  return { at, toy, row };
}

test("a nonce of 60 s is taken, one a millisecond older is not", async () => {
  for (const [age, code] of [
    [60_000, undefined],
    [60_001, "CLAIM_REFUSED"],
  ] as const) {
    const at = house();
    const toy = bear();
    await addBear(at, toy);
    const body = await prepare(at, toy, 1, 0);
    await at.clock.advance(age);
    const answer = claim(at.desk, body, FROM);
    if (code) expect((await refusalOf(answer)).code).toBe(code);
    else await answer;
  }
});

test("a late claim is told the floor under proof, and nothing else happens", async () => {
  const { at, toy, row } = await claimed(41, 3);
  const { sessionId } = row;
  await at.clock.advance(5_000);
  for (const [boot, seq] of [
    [41, 3],
    [41, 2],
    [40, 9],
    [1, 0],
  ] as const) {
    const body = await prepare(at, toy, boot, seq);
    const refusal = await refusalOf(claim(at.desk, body, FROM));
    expect(refusal).toMatchObject({ code: "CLAIM_STALE", status: 409 });
    expect(refusal.details).toEqual({ floor: 41, proof_hex: staleProofOf(toy, body, 41) });
  }
  expect(row).toMatchObject({ quarantined: false, sessionId });
  expect(at.entries.filter(({ action }) => action === "toy_quarantined")).toEqual([]);
});

test("a claim whose nonce was issued before the accepted one is late, however late it comes", async () => {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  const early = await prepare(at, toy, 1, 0);
  await at.clock.advance(30_000);
  await claimAs(at, toy, 1, 1);
  await at.clock.advance(30_000);
  expect((await refusalOf(claim(at.desk, early, FROM))).code).toBe("CLAIM_STALE");
  expect(row.quarantined).toBe(false);
});

test("a stale claim with a nonce asked for later quarantines the toy: its session ends, and it stands in the audit trail", async () => {
  const { at, toy, row } = await claimed(41, 0);
  const notices: string[] = [];
  await at.stores.bus.subscribe(SESSION_ENDED, (text) => notices.push(text));
  await at.clock.advance(5_001);
  const body = await prepare(at, toy, 41, 0);
  const refusal = await refusalOf(claim(at.desk, body, FROM));
  expect(refusal).toMatchObject({
    code: "CLAIM_STALE",
    details: { floor: 41, proof_hex: staleProofOf(toy, body, 41) },
  });
  expect(row).toMatchObject({ quarantined: true, sessionId: undefined, boot: 41 });
  expect(await at.stores.sessions.find(toy.deviceId)).toBeUndefined();
  expect(notices).toEqual([toy.deviceId]);
  expect(at.entries).toMatchObject([
    { action: "toy_claimed", actor: toy.deviceId, outcome: "success" },
    { action: "toy_quarantined", actor: toy.deviceId, outcome: "success", reason: "stale_pair" },
    { action: "claim_rejected", actor: toy.deviceId, outcome: "refused", reason: "claim_stale" },
  ]);
});

test("a quarantined toy is 403 with the floor, and its nonce is not used up", async () => {
  const { at, toy, row } = await claimed(41, 0);
  row.quarantined = true;
  const body = await prepare(at, toy, 42, 0);
  const refusal = await refusalOf(claim(at.desk, body, FROM));
  expect(refusal).toMatchObject({ code: "TOY_DISABLED", status: 403 });
  expect(refusal.details).toEqual({ floor: 41, proof_hex: staleProofOf(toy, body, 41) });
  row.quarantined = false;
  await claim(at.desk, body, FROM);
});

test("a toy that never claimed and begins below its first boot is only told so", async () => {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  await expect(claimAs(at, toy, 0, 0)).rejects.toMatchObject({ code: "CLAIM_STALE", details: { floor: 0 } });
  expect(row.quarantined).toBe(false);
  await claimAs(at, toy, 1, 0);
});

test("a higher seq of the same boot and a higher boot with seq 0 are above", async () => {
  const { at, toy } = await claimed(41, 0);
  await claimAs(at, toy, 41, 1);
  await claimAs(at, toy, 42, 0);
});
