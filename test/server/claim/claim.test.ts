import { describe, expect, test } from "vitest";
import { challenge } from "../../../server/claim/challenge.ts";
import { claim, claimSteps } from "../../../server/claim/claim.ts";
import { openClaimDesk } from "../../../server/claim/desk.ts";
import { addBear, away, bear, claimAs, FROM, house, prepare, spoilt } from "./support.ts";
import type { House } from "./support.ts";

async function home() {
  const at = house();
  const toy = bear();
  const row = await addBear(at, toy);
  return { at, toy, row };
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => "accepted",
    (error: { code?: string }) => error.code ?? String(error),
  );
}

test("the steps stand in the order of §3.3", () => {
  expect(claimSteps.map((step) => step.name)).toEqual([
    "limitAddress",
    "checkNonce",
    "checkProof",
    "refuseDisabled",
    "refuseReplay",
    "raisePair",
    "openSession",
  ]);
});

test("a right claim opens a session, in SQL and in the shared store", async () => {
  const { at, toy, row } = await home();
  const body = await prepare(at, toy, 1, 0);
  const answer = await claim(at.desk, body, FROM);
  expect(answer).toMatchObject({ state: "unpaired", expires_in: 86_400, server_time: at.clock.now() });
  expect(row).toMatchObject({ boot: 1, seq: 0, sessionId: body.session_id, firmwareVersion: "1.0.0" });
  expect(await at.stores.sessions.find(toy.deviceId)).toMatchObject({
    sessionId: body.session_id,
    boot: 1,
    seq: 0,
  });
});

test("a lost answer is retried with a new challenge, and the newer claim ends the former session", async () => {
  const { at, toy } = await home();
  const first = await prepare(at, toy, 1, 0);
  await claim(at.desk, first, FROM);
  const second = await prepare(at, toy, 1, 1);
  await claim(at.desk, second, FROM);
  expect((await at.stores.sessions.find(toy.deviceId))?.sessionId).toBe(second.session_id);
  expect((await at.toys.currentSessions([toy.deviceId])).get(toy.deviceId)).toBe(second.session_id);
});

test("a claim sent twice is refused as replayed", async () => {
  const { at, toy } = await home();
  const body = await prepare(at, toy, 1, 0);
  await claim(at.desk, body, FROM);
  expect(await codeOf(claim(at.desk, body, FROM))).toBe("CLAIM_REPLAYED");
});

test("of 200 parallel sends of one proof exactly one is accepted", async () => {
  const { at, toy } = await home();
  const body = await prepare(at, toy, 1, 0);
  const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(claim(at.desk, body, FROM))));
  expect(codes.filter((code) => code === "accepted")).toHaveLength(1);
  expect(codes.filter((code) => code === "CLAIM_REPLAYED")).toHaveLength(199);
});

test("of two parallel claims with different pairs the higher one's session stands", async () => {
  const { at, toy } = await home();
  const [lower, higher] = [await prepare(at, toy, 1, 0), await prepare(at, toy, 1, 1)];
  const codes = await Promise.all([
    codeOf(claim(at.desk, higher, FROM)),
    codeOf(claim(at.desk, lower, FROM)),
  ]);
  expect(codes[0]).toBe("accepted");
  expect(codes[1]).toBe("CLAIM_STALE");
  expect((await at.stores.sessions.find(toy.deviceId))?.sessionId).toBe(higher.session_id);
});

test("a claim overtaken by one that was accepted after its toy was read is late: the toy is read again", async () => {
  const { at, toy, row } = await home();
  await claimAs(at, toy, 1, 0);
  await at.clock.advance(600_000);
  const [lower, higher] = [await prepare(at, toy, 2, 0), await prepare(at, toy, 3, 0)];
  const [, refused] = await Promise.allSettled([claim(at.desk, higher, FROM), claim(at.desk, lower, FROM)]);
  expect(refused).toMatchObject({ reason: { code: "CLAIM_STALE", details: { floor: 3 } } });
  expect(row).toMatchObject({ quarantined: false, sessionId: higher.session_id });
});

test("a claim overtaken between SQL and the shared store is late, and the newer session stands", async () => {
  const { at, toy } = await home();
  const [lower, higher] = [await prepare(at, toy, 1, 0), await prepare(at, toy, 1, 1)];
  const { toys, sessions } = at.desk;
  let overtaken = false;
  const slow = {
    ...at.desk,
    toys: {
      ...toys,
      async acceptClaim(...asked: Parameters<typeof toys.acceptClaim>) {
        const accepted = await toys.acceptClaim(...asked);
        if (!overtaken) {
          overtaken = true;
          await claim(at.desk, higher, FROM);
        }
        return accepted;
      },
    },
  };
  expect(await codeOf(claim(slow, lower, FROM))).toBe("CLAIM_STALE");
  expect((await sessions.find(toy.deviceId))?.sessionId).toBe(higher.session_id);
  expect((await toys.find(toy.deviceId))?.quarantined).toBe(false);
});

describe("a bad proof", () => {
  test("leaves no mark in the nonce store: the right claim with the same nonce is accepted afterwards", async () => {
    const { at, toy } = await home();
    const body = await prepare(at, toy, 1, 0);
    for (let i = 0; i < 3; i++)
      expect(await codeOf(claim(at.desk, spoilt(body), FROM))).toBe("CLAIM_REFUSED");
    expect(await codeOf(claim(at.desk, body, FROM))).toBe("accepted");
  });

  test("of a body that was accepted before is still 401, never 409", async () => {
    const { at, toy } = await home();
    const body = await prepare(at, toy, 1, 0);
    await claim(at.desk, body, FROM);
    expect(await codeOf(claim(at.desk, spoilt(body), FROM))).toBe("CLAIM_REFUSED");
  });

  test("of a disabled toy is 401: only the toy itself learns that it is disabled", async () => {
    const { at, toy, row } = await home();
    row.disabled = true;
    const body = await prepare(at, toy, 1, 0);
    expect(await codeOf(claim(at.desk, spoilt(body), FROM))).toBe("CLAIM_REFUSED");
    expect(await codeOf(claim(at.desk, body, FROM))).toBe("TOY_DISABLED");
  });
});

test("an unknown toy is refused as a bad proof is, and no row comes to be", async () => {
  const at = house();
  const body = await prepare(at, bear(), 1, 0);
  await expect(claim(at.desk, body, FROM)).rejects.toMatchObject({
    code: "CLAIM_REFUSED",
    details: undefined,
  });
  expect(at.toys.rows.size).toBe(0);
});

test("a claim that a stranger's nonce carries is refused before any look-up", async () => {
  const { at, toy } = await home();
  const body = { ...(await prepare(at, toy, 1, 0)), nonce: "00".repeat(32) };
  expect(await codeOf(claim({ ...at.desk, toys: away(at.toys) }, body, FROM))).toBe("CLAIM_REFUSED");
});

describe("limits", () => {
  const fail = async (at: House, count: number, from = FROM) => {
    const codes: string[] = [];
    for (let i = 0; i < count; i++) {
      // another id each time: only the address adds up
      const toy = bear(`bear-00000000000000${String(i).padStart(2, "0")}`);
      codes.push(await codeOf(claim(at.desk, await prepare(at, toy, 1, 0), from)));
    }
    return codes;
  };

  test("an address may fail 20 times a minute; its 21st failure is 429, and a right proof is still accepted", async () => {
    const { at, toy } = await home();
    const codes = await fail(at, 21);
    expect(codes.slice(0, 20)).toEqual(Array(20).fill("CLAIM_REFUSED"));
    expect(codes[20]).toBe("RATE_LIMITED");
    expect(await codeOf(claimAs(at, toy, 1, 0))).toBe("accepted");
    expect((await fail(at, 1, { ...FROM, address: "203.0.113.8" }))[0]).toBe("CLAIM_REFUSED");
    await at.clock.advance(60_000);
    expect((await fail(at, 1))[0]).toBe("CLAIM_REFUSED");
  });

  test("an id, known or not, may fail 5 times in 15 minutes from anywhere; then 429, and its right proof is accepted", async () => {
    for (const known of [true, false]) {
      const { at, toy } = await home();
      const target = known ? toy : bear("bear-0000000000000000");
      for (let i = 0; i < 6; i++) {
        const from = { ...FROM, address: `203.0.113.${i}` };
        const code = await codeOf(claim(at.desk, spoilt(await prepare(at, target, 1, 0)), from));
        expect(code).toBe(i < 5 ? "CLAIM_REFUSED" : "RATE_LIMITED");
      }
      if (known) expect(await codeOf(claimAs(at, target, 1, 0))).toBe("accepted");
      await at.clock.advance(15 * 60_000);
      const body = spoilt(await prepare(at, target, 2, 0));
      expect(await codeOf(claim(at.desk, body, FROM))).toBe("CLAIM_REFUSED");
    }
  });

  test("600 claims a minute for an address, whatever they are; a right one too must wait", async () => {
    const { at, toy } = await home();
    const body = await prepare(at, toy, 1, 0);
    await claim(at.desk, body, FROM);
    for (let i = 1; i < 600; i++) await codeOf(claim(at.desk, body, FROM));
    await expect(claimAs(at, toy, 2, 0)).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retry_after_s: 60, layer: "address" },
    });
  });

  test("a replayed, stale or disabled claim is no failure", async () => {
    const { at, toy } = await home();
    const body = await prepare(at, toy, 1, 0);
    await claim(at.desk, body, FROM);
    for (let i = 0; i < 30; i++) expect(await codeOf(claim(at.desk, body, FROM))).toBe("CLAIM_REPLAYED");
    expect(await codeOf(claim(at.desk, spoilt(body), FROM))).toBe("CLAIM_REFUSED");
  });
});

describe("with a store away the answer is UNAVAILABLE and nothing is opened", () => {
  for (const store of ["nonces", "limits", "toys", "sessions"] as const)
    test(store, async () => {
      const { at, toy, row } = await home();
      const body = await prepare(at, toy, 1, 0);
      const desk = { ...at.desk, [store]: away(at.desk[store]) };
      expect(await codeOf(claim(desk, body, FROM))).toBe("UNAVAILABLE");
      expect(await at.stores.sessions.find(toy.deviceId)).toBeUndefined();
      // the sessions are the last store asked: SQL has the pair by then, and the toy tries again with a higher one
      if (store !== "sessions") expect(row.boot).toBe(0);
      expect(await codeOf(claimAs(at, toy, 1, 1))).toBe("accepted");
    });

  test("a failure that cannot be counted is not answered as one", async () => {
    const { at, toy } = await home();
    const body = spoilt(await prepare(at, toy, 1, 0));
    const limits = { ...at.desk.limits, failure: () => Promise.reject(new Error("away")) };
    const desk = { ...at.desk, limits };
    expect(await codeOf(claim(desk, body, FROM))).toBe("UNAVAILABLE");
  });
});

test("a Bus that is away does not stop a claim: each cell re-reads its sessions", async () => {
  const { at, toy } = await home();
  expect(
    await codeOf(claim({ ...at.desk, bus: away(at.stores.bus) }, await prepare(at, toy, 1, 0), FROM)),
  ).toBe("accepted");
});

test("each end of a claim is counted", async () => {
  const { at, toy } = await home();
  const body = await prepare(at, toy, 1, 0);
  await codeOf(claim(at.desk, spoilt(body), FROM));
  await codeOf(claim(at.desk, body, FROM));
  await codeOf(claim(at.desk, body, FROM));
  const text = await at.metrics.text();
  for (const result of ["accepted", "claim_refused", "claim_replayed"])
    expect(text).toContain(`claim_attempts_total{result="${result}"} 1`);
});

test("a desk does not open for sessions longer than a day", () => {
  const { ports, desk } = house();
  expect(() => openClaimDesk(ports, { ...desk, sessionS: 86_401 })).toThrow("86401");
  expect(openClaimDesk(ports, { ...desk, sessionS: 60 }).sessionS).toBe(60);
});

test("a challenge of one toy serves no other", async () => {
  const { at, toy } = await home();
  const other = bear("bear-0000000000000000");
  await addBear(at, other);
  const answer = await challenge(
    at.desk,
    { device_id: other.deviceId, device_nonce: "00".repeat(16) },
    FROM.address,
  );
  expect(await codeOf(claim(at.desk, toy.body(answer, 1, 0), FROM))).toBe("CLAIM_REFUSED");
});
