/** WebAuthn with an authenticator made of Node's own keys: what it signs, bit by bit, and what is refused. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { passkeyCeremony } from "../../../server/adapters/passkeys.ts";
import type { Passkey } from "../../../server/ports.ts";
import { silent } from "../claim/support.ts";

const SITE = { origin: "https://bears.example.org", name: "bears.example.org" };
const ADA = { id: "account-1", email: "ada@example.org", name: "Ada" };
const [PRESENT, VERIFIED, WITH_KEY] = [0x01, 0x04, 0x40];
const ceremony = passkeyCeremony({ chance: systemChance, log: silent });

const sha256 = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();
const b64 = (data: Uint8Array): string => Buffer.from(data).toString("base64url");
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
/** CBOR, as far as it is needed: RFC 8949 §3 */
const cborText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
const cborBytes = (bytes: Uint8Array): Buffer =>
  Buffer.concat([
    bytes.length < 256 ? Buffer.from([0x58, bytes.length]) : Buffer.from([0x59, ...u16(bytes.length)]),
    bytes,
  ]);

function authenticator() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" }) as { x: string; y: string };
  const id = randomBytes(16);
  // RFC 9053 §7.1.1: EC2, ES256, P-256
  const cose = Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    cborBytes(Buffer.from(x, "base64url")),
    Buffer.from([0x22]),
    cborBytes(Buffer.from(y, "base64url")),
  ]);
  const client = (type: string, challenge: string, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const data = (site: string, flags: number, counter: number, rest: Uint8Array = new Uint8Array()): Buffer =>
    Buffer.concat([sha256(site), Buffer.from([flags]), Buffer.from([0, 0, 0, counter]), rest]);
  const wrapped = (response: object) => ({
    id: b64(id),
    rawId: b64(id),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });

  return {
    create(challenge: string, { site = SITE, flags = PRESENT | VERIFIED } = {}) {
      const credential = Buffer.concat([Buffer.alloc(16), u16(id.length), id, cose]);
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        cborText("fmt"),
        cborText("none"),
        cborText("attStmt"),
        Buffer.from([0xa0]),
        cborText("authData"),
        cborBytes(data(site.name, flags | WITH_KEY, 0, credential)),
      ]);
      return wrapped({
        clientDataJSON: b64(client("webauthn.create", challenge, site.origin)),
        attestationObject: b64(attestation),
        transports: ["internal"],
      });
    },
    get(
      challenge: string,
      { site = SITE, flags = PRESENT | VERIFIED, counter = 1, type = "webauthn.get" } = {},
    ) {
      const clientData = client(type, challenge, site.origin);
      const authData = data(site.name, flags, counter);
      return wrapped({
        clientDataJSON: b64(clientData),
        authenticatorData: b64(authData),
        signature: b64(sign("sha256", Buffer.concat([authData, sha256(clientData)]), privateKey)),
      });
    },
  };
}

/** A key that was added. */
async function added() {
  const key = authenticator();
  const { challenge } = await ceremony.registrationOptions(SITE, ADA, []);
  const made = (await ceremony.register(SITE, challenge, key.create(challenge)))!;
  const passkey: Passkey = { ...made, accountId: ADA.id, name: "phone", createdAt: 0, usedAt: undefined };
  return { key, passkey };
}

test("options ask for a key that is found without a name, and for a finger, a face or a PIN", async () => {
  const { passkey } = await added();
  const { options } = await ceremony.registrationOptions(SITE, ADA, [passkey]);
  expect(options).toMatchObject({
    rp: { id: SITE.name },
    user: { id: Buffer.from(ADA.id).toString("base64url"), name: ADA.email },
    attestation: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: [{ id: passkey.id }],
  });
  const signIn = await ceremony.signInOptions(SITE);
  expect(signIn.options).toMatchObject({ rpId: SITE.name, userVerification: "required" });
  expect(signIn.options).not.toHaveProperty("allowCredentials.0");
  expect(Buffer.from(signIn.challenge, "base64url")).toHaveLength(32);
});

test("a key that was added signs in, and tells its counter", async () => {
  const { key, passkey } = await added();
  const { challenge } = await ceremony.signInOptions(SITE);
  expect(await ceremony.signIn(SITE, challenge, key.get(challenge, { counter: 7 }), passkey)).toEqual({
    counter: 7,
  });
});

const ELSEWHERE = { origin: "https://evil.example", name: "evil.example" };

test.each([
  ["another site's", { site: ELSEWHERE }],
  ["a page elsewhere with our name", { site: { ...SITE, origin: "https://evil.example" } }],
  ["one without a finger, a face or a PIN", { flags: PRESENT }],
])("a new key is refused: %s", async (_, change) => {
  const { challenge } = await ceremony.registrationOptions(SITE, ADA, []);
  expect(await ceremony.register(SITE, challenge, authenticator().create(challenge, change))).toBeUndefined();
});

test.each([
  ["another site's", { site: ELSEWHERE }],
  ["one without a finger, a face or a PIN", { flags: PRESENT }],
  ["one made for adding a key", { type: "webauthn.create" }],
])("a sign-in is refused: %s", async (_, change) => {
  const { key, passkey } = await added();
  const { challenge } = await ceremony.signInOptions(SITE);
  expect(await ceremony.signIn(SITE, challenge, key.get(challenge, change), passkey)).toBeUndefined();
});

test("a sign-in is refused for another challenge, by another key, and with a counter that went back", async () => {
  const { key, passkey } = await added();
  const { challenge } = await ceremony.signInOptions(SITE);
  const other = (await ceremony.signInOptions(SITE)).challenge;
  expect(await ceremony.signIn(SITE, other, key.get(challenge), passkey)).toBeUndefined();
  expect(await ceremony.signIn(SITE, challenge, authenticator().get(challenge), passkey)).toBeUndefined();
  const later = { ...passkey, counter: 9 };
  expect(await ceremony.signIn(SITE, challenge, key.get(challenge, { counter: 8 }), later)).toBeUndefined();
});

test("what is no answer at all is refused, and no fault", async () => {
  const { passkey } = await added();
  for (const response of [
    undefined,
    null,
    {},
    { id: "x", rawId: "x", type: "public-key", response: {} },
    "x",
  ]) {
    expect(await ceremony.register(SITE, "c", response)).toBeUndefined();
    expect(await ceremony.signIn(SITE, "c", response, passkey)).toBeUndefined();
  }
});
