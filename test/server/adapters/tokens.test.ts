import { createHmac } from "node:crypto";
import fc from "fast-check";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from "jose";
import { expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { openTokens } from "../../../server/adapters/tokens.ts";
import { ACCESS_TOKEN_S, FORMER_TOKEN_KEY_MS, MAX_KNOWN_TOKENS, TICKET_S } from "../../../server/bounds.ts";
import { fakeClock } from "../../support/clock.ts";

const WHO = { accountId: "account-1", sessionId: "session-1" };
const ISSUER = "https://bears.example.org";
const [SECRET, OTHER] = ["a".repeat(32), "b".repeat(32)] as const;

const open = (
  change: { secret?: string; formerSecret?: string; issuer?: string } = {},
  clock = fakeClock(),
) => ({
  clock,
  tokens: openTokens(
    { clock, chance: systemChance },
    { secret: SECRET, formerSecret: undefined, issuer: ISSUER, ...change },
  ),
});

test("an access token says who, for whom, by whom, until when, and nothing else", async () => {
  const { tokens, clock } = open();
  const token = await tokens.issueAccess(WHO);
  const iat = clock.now() / 1000;
  expect(decodeProtectedHeader(token)).toEqual({
    alg: "EdDSA",
    typ: "at+jwt",
    kid: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  });
  expect(decodeJwt(token)).toEqual({
    iss: ISSUER,
    aud: "bearlink-api",
    sub: WHO.accountId,
    sid: WHO.sessionId,
    jti: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    iat,
    exp: iat + ACCESS_TOKEN_S,
  });
  // a header of 512 characters is all that is looked at
  expect(token.length).toBeLessThan(500);
  expect(await tokens.openAccess(token)).toEqual(WHO);
  expect(await tokens.openAccess(token)).toEqual(WHO);
});

test("it holds for fifteen minutes, remembered or not", async () => {
  for (const remembered of [true, false]) {
    const { tokens, clock } = open();
    const token = await tokens.issueAccess(WHO);
    if (remembered) await tokens.openAccess(token);
    await clock.advance(ACCESS_TOKEN_S * 1000 - 1);
    expect(await tokens.openAccess(token)).toEqual(WHO);
    await clock.advance(1);
    expect(await tokens.openAccess(token)).toBeUndefined();
  }
});

test("every cell with the secret opens it, and no other, nor one of another issuer", async () => {
  const token = await open().tokens.issueAccess(WHO);
  expect(await open().tokens.openAccess(token)).toEqual(WHO);
  expect(await open({ secret: OTHER }).tokens.openAccess(token)).toBeUndefined();
  expect(await open({ issuer: "https://elsewhere.example" }).tokens.openAccess(token)).toBeUndefined();
});

test("after a rotation the former key's tokens hold for the grace and no longer, and none is issued by it", async () => {
  const clock = fakeClock();
  const before = open({}, clock).tokens;
  const after = open({ secret: OTHER, formerSecret: SECRET }, clock).tokens;
  expect(await after.openAccess(await before.issueAccess(WHO))).toEqual(WHO);
  expect(await before.openAccess(await after.issueAccess(WHO))).toBeUndefined();
  await clock.advance(FORMER_TOKEN_KEY_MS - 1_000);
  const late = await before.issueAccess(WHO);
  expect(await after.openAccess(late)).toEqual(WHO);
  await clock.advance(1_000);
  expect(await after.openAccess(late)).toBeUndefined();
  expect(await after.openAccess(await before.issueAccess(WHO))).toBeUndefined();
});

test("a token of any other make is not opened", async () => {
  const { tokens, clock } = open();
  const good = await tokens.issueAccess(WHO);
  const [head, body, signature] = good.split(".") as [string, string, string];
  const claims = decodeJwt(good);
  const kid = decodeProtectedHeader(good).kid!;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const none = `${encode({ alg: "none", typ: "at+jwt", kid })}.${body}.`;
  const hmacHead = encode({ alg: "HS256", typ: "at+jwt", kid });
  const hmac = createHmac("sha256", SECRET).update(`${hmacHead}.${body}`).digest("base64url");
  const stranger = await generateKeyPair("EdDSA");
  const signed = (header: { alg: string; typ?: string; kid?: string }) =>
    new SignJWT(claims).setProtectedHeader(header).sign(stranger.privateKey);
  const later = { ...claims, exp: claims.exp! + 1 };
  for (const token of [
    "",
    "a.b.c",
    none,
    `${hmacHead}.${body}.${hmac}`,
    `${head}.${encode(later)}.${signature}`,
    await signed({ alg: "EdDSA", typ: "at+jwt", kid }),
    await signed({ alg: "EdDSA", typ: "at+jwt" }),
    await tokens.issueTicket("passkey-add", { sub: WHO.accountId, sid: WHO.sessionId }),
  ])
    expect([token, await tokens.openAccess(token)]).toEqual([token, undefined]);
  expect(clock.now()).toBeDefined();
});

test("whatever is sent instead of one is undefined, and no fault", async () => {
  const { tokens } = open();
  const good = await tokens.issueAccess(WHO);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string(),
        fc
          .tuple(fc.nat(good.length - 1), fc.base64String({ minLength: 4, maxLength: 4 }))
          .map(
            ([at, letter]) =>
              good.slice(0, at) + (good[at] === letter[0] ? letter[1] : letter[0]) + good.slice(at + 1),
          ),
      ),
      async (token) => {
        if (token === good) return;
        const opened = await tokens.openAccess(token);
        // the last letter of base64url has bits that nobody reads
        if (opened !== undefined) expect(token.slice(0, -1)).toBe(good.slice(0, -1));
      },
    ),
    { numRuns: 300 },
  );
});

test("signatures are remembered within a bound", async () => {
  const { tokens } = open();
  const first = await tokens.issueAccess(WHO);
  await tokens.openAccess(first);
  for (let i = 0; i < 200; i++) await tokens.openAccess(await tokens.issueAccess(WHO));
  expect(await tokens.openAccess(first)).toEqual(WHO);
  expect(MAX_KNOWN_TOKENS).toBeLessThanOrEqual(10_000);
});

test("a ticket is for one purpose and for five minutes, and is no access token", async () => {
  const { tokens, clock } = open();
  const ticket = await tokens.issueTicket("passkey-add", { challenge: "c" });
  expect(await tokens.openTicket("passkey-add", ticket)).toEqual({
    challenge: "c",
    jti: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  });
  expect(await tokens.openTicket("passkey-sign-in", ticket)).toBeUndefined();
  expect(await tokens.openTicket("passkey-add", await tokens.issueAccess(WHO))).toBeUndefined();
  await clock.advance(TICKET_S * 1000);
  expect(await tokens.openTicket("passkey-add", ticket)).toBeUndefined();
});
