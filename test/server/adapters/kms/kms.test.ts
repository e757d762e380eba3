/** One contract for all who keep the key above: what it wraps it alone unwraps, unchanged, and its errors tell nothing. MISSION B13 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemChance } from "../../../../server/adapters/chance.ts";
import { ageKms } from "../../../../server/adapters/kms/age.ts";
import { signed } from "../../../../server/adapters/aws-signature.ts";
import { awsKms } from "../../../../server/adapters/kms/aws.ts";
import { azureKms } from "../../../../server/adapters/kms/azure.ts";
import { googleKms } from "../../../../server/adapters/kms/google.ts";
import { openKms } from "../../../../server/adapters/kms/open.ts";
import { transitKms } from "../../../../server/adapters/kms/transit.ts";
import { readConfig } from "../../../../server/config.ts";
import type { Kms } from "../../../../server/ports.ts";
import { localKms } from "../../../../server/vault/masters.ts";
import { passphraseKms } from "../../../../server/vault/passphrase.ts";
import { fakeClock } from "../../../support/clock.ts";
import { googleAccount, startAws, startAzure, startGoogle, startTransit } from "./stubs.ts";
import type { Stub } from "./stubs.ts";

const clock = fakeClock();
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const plain = new TextEncoder().encode("master key of thirty-two bytes..");

interface Player {
  name: string;
  /** none for those that need no service */
  start?: () => Promise<Stub>;
  /** `other`: another key of the same service */
  open(url: string, other: boolean): Kms | Promise<Kms>;
  /** what must stand in no error */
  secrets: string[];
}

const account = googleAccount();
const pem = account.privateKey.export({ type: "pkcs8", format: "pem" }) as string;

const players: Player[] = [
  {
    name: "local",
    open: (_, other) => localKms(new Uint8Array(32).fill(other ? 1 : 2), systemChance),
    secrets: [],
  },
  {
    name: "AWS KMS",
    start: () => startAws(SECRET),
    open: (url, other) =>
      awsKms(
        {
          key: other ? "alias/other" : "alias/bear",
          region: "eu-central-1",
          url,
          accessKeyId: "AKIDEXAMPLE",
          secretAccessKey: SECRET,
          sessionToken: "session-token",
        },
        { clock },
      ),
    secrets: [SECRET, "session-token"],
  },
  {
    name: "Azure Key Vault",
    start: startAzure,
    open: (url, other) =>
      azureKms({
        key: `${url}/keys/${other ? "other" : "bear"}`,
        tenantId: "home",
        clientId: "app",
        clientSecret: "app-secret",
        authority: url,
      }),
    secrets: ["app-secret", "token-1"],
  },
  {
    name: "Google Cloud KMS",
    start: () => startGoogle(account, clock.now),
    open: (url, other) =>
      googleKms(
        {
          key: `projects/p/locations/l/keyRings/r/cryptoKeys/${other ? "other" : "bear"}`,
          account: JSON.stringify({
            client_email: "bear@google",
            private_key: pem,
            token_uri: `${url}/token`,
          }),
          url,
        },
        { clock },
      ),
    secrets: [pem, "token-1"],
  },
  {
    name: "Vault transit",
    start: startTransit,
    open: (url, other) =>
      transitKms({ key: other ? "other" : "bear", address: url, token: "vault-token", namespace: "bears" }),
    secrets: ["vault-token"],
  },
  {
    name: "age",
    open: async (_, other) => ageKms(other ? await newIdentity() : await firstIdentity()),
    secrets: [],
  },
  {
    name: "local, by a passphrase",
    open: (_, other) =>
      passphraseKms(`paw honey river ${other ? "otter" : "owl"} lantern moss`, systemChance),
    secrets: [],
  },
];

let made: string | undefined;
async function newIdentity(): Promise<string> {
  const age = (await import("age-encryption")) as { generateIdentity(): Promise<string> };
  return age.generateIdentity();
}
async function firstIdentity(): Promise<string> {
  return (made ??= await newIdentity());
}

describe.each(players)("$name", ({ start, open, secrets }) => {
  let stub: Stub | undefined;
  let kms: Kms;
  let other: Kms;

  beforeAll(async () => {
    stub = await start?.();
    kms = await open(stub?.url ?? "", false);
    other = await open(stub?.url ?? "", true);
  });
  afterAll(() => stub?.close());

  test("unwraps what it wrapped, after a restart too, and never wraps alike", async () => {
    const [one, two] = [await kms.wrap(plain), await kms.wrap(plain)];
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
    expect(Buffer.from(one).includes(Buffer.from(plain))).toBe(false);
    const again = await open(stub?.url ?? "", false);
    expect(again.kek).toBe(kms.kek);
    for (const wrapped of [one, two])
      expect(Buffer.from(await again.unwrap(wrapped))).toEqual(Buffer.from(plain));
  });

  test("unwraps nothing that was changed or cut, nor what another key wrapped", async () => {
    const wrapped = await kms.wrap(plain);
    const changed = wrapped.slice();
    changed[changed.length - 8]! ^= 1;
    await expect(kms.unwrap(changed)).rejects.toThrow();
    await expect(kms.unwrap(wrapped.slice(0, -1))).rejects.toThrow();
    await expect(kms.unwrap(new Uint8Array())).rejects.toThrow();
    expect(other.kek).not.toBe(kms.kek);
    await expect(kms.unwrap(await other.wrap(plain))).rejects.toThrow();
  });

  if (start === undefined) return;
  test("tells in its errors neither a secret nor what the service said", async () => {
    const words = "very private words";
    const wrapped = await kms.wrap(plain);
    const answers = [
      { status: 403, text: words },
      { status: 500, text: words },
      { status: 302, text: words },
      { text: words },
      { body: { said: words } },
      { text: `"${words.repeat(5_000)}"` },
    ];
    for (const instead of answers) {
      stub!.instead = instead;
      for (const work of [() => kms.wrap(plain), () => kms.unwrap(wrapped)]) {
        const error: unknown = await work().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(error).toBeInstanceOf(Error);
        for (const secret of [...secrets, words, Buffer.from(plain).toString("base64")])
          expect(String((error as Error).message)).not.toContain(secret);
      }
    }
    stub!.instead = undefined;
    expect(Buffer.from(await kms.unwrap(wrapped))).toEqual(Buffer.from(plain));
  });
});

test("a request to AWS is signed as its documentation does it", () => {
  const aws = { key: "k", region: "us-east-1", accessKeyId: "AKIDEXAMPLE", secretAccessKey: SECRET };
  const headers = signed(aws, {
    ...{ method: "POST", service: "kms", host: "kms.us-east-1.amazonaws.com", path: "/", body: "{}" },
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "TrentService.Encrypt" },
    now: Date.parse("2015-08-30T12:36:00.123Z"),
  });
  expect(headers["x-amz-date"]).toBe("20150830T123600Z");
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/kms\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
  );
});

test("a record that names another key of Azure gets no token of ours", async () => {
  const stub = await startAzure();
  const kms = await players[2]!.open(stub.url, false);
  const elsewhere = Buffer.from(
    JSON.stringify({ kid: "http://elsewhere.example/keys/bear/v1", value: "AA" }),
  );
  await expect(kms.unwrap(elsewhere)).rejects.toThrow("another key");
  expect(stub.heard).toEqual([]);
  await stub.close();
});

test("Google's metadata server is asked where there is no account", async () => {
  const stub = await startGoogle(account, clock.now);
  const kms = googleKms({ key: "projects/p", url: stub.url, metadataUrl: stub.url }, { clock });
  expect(Buffer.from(await kms.unwrap(await kms.wrap(plain)))).toEqual(Buffer.from(plain));
  await stub.close();
});

test("a file that is no service account's is told by the setting's name, and nothing of it is quoted", async () => {
  const secret = "MIIEsecretsecret";
  const whole = {
    client_email: "bear@google",
    private_key: secret,
    token_uri: "https://google.example/token",
  };
  for (const text of [
    ...["", secret, `{"private_key": ${secret}}`, `{"private_key":"${secret}`],
    ...[whole, { ...whole, private_key: undefined }, { ...whole, token_uri: secret }].map((account) =>
      JSON.stringify(account),
    ),
    JSON.stringify({ ...whole, private_key: pem.replace(/^MII/m, "***") }),
  ]) {
    const error: unknown = await (async () => {
      await googleKms({ key: "projects/p", account: text }, { clock }).unwrap(plain);
    })().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "KMS" });
    expect((error as Error).message).toBe("GOOGLE_APPLICATION_CREDENTIALS is no service account's JSON");
    expect((error as Error).cause).toBeUndefined();
  }
});

test("what Azure did not wrap is not quoted", async () => {
  const kms = await players[2]!.open("https://vault.example", false);
  for (const text of ["very private words", '{"kid":"k","value":very private}', '{"kid":7}'])
    await expect(kms.unwrap(Buffer.from(text))).rejects.toThrow(/^Azure wrapped no such bytes$/);
});

test("age without its package, or with no identity, says how to mend it", async () => {
  await expect(
    ageKms("x", "AGE_IDENTITY", () => Promise.reject(new Error("npm install age-encryption"))),
  ).rejects.toThrow("npm install");
  await expect(ageKms("AGE-SECRET-KEY-1NONE")).rejects.toMatchObject({ code: "KMS" });
});

describe("the settings", () => {
  const open = (env: Record<string, string>) => openKms(readConfig(env), { clock });
  const keks = async (env: Record<string, string>) => {
    const { current, former } = await open(env);
    return [current, ...former].flatMap((kms) => kms?.kek ?? []);
  };

  test("name the service, and the key before it", async () => {
    const aws = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const azure = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "s" };
    expect(await keks({})).toEqual([]);
    expect(await keks({ KMS_PROVIDER: "aws", KMS_KEY: "one", KMS_KEY_PREVIOUS: "two", ...aws })).toEqual([
      "aws one",
      "aws two",
    ]);
    expect(await keks({ KMS_PROVIDER: "azure", KMS_KEY: "https://v/keys/k/", ...azure })).toEqual([
      "azure https://v/keys/k",
    ]);
    expect(await keks({ KMS_PROVIDER: "google", KMS_KEY: "projects/p" })).toEqual(["google projects/p"]);
    const vault = { KMS_URL: "https://vault.example", VAULT_TOKEN: "t" };
    expect(await keks({ KMS_PROVIDER: "vault", KMS_KEY: "mount/bear", ...vault })).toEqual([
      "vault mount/bear",
    ]);
    const identity = await firstIdentity();
    expect((await keks({ KMS_PROVIDER: "age", AGE_IDENTITY: identity }))[0]).toMatch(/^age age1/);
  });

  test("name a former service beside the one in use, each with its own address", async () => {
    const [one, two] = [await newIdentity(), await newIdentity()];
    const { current, former } = await open({
      ...{ KMS_PROVIDER: "age", AGE_IDENTITY: two, AGE_IDENTITY_PREVIOUS: one },
    });
    expect([current!.kek, ...former.map(({ kek }) => kek)]).toEqual([
      (await ageKms(two)).kek,
      (await ageKms(one)).kek,
    ]);
    const google = { KMS_KEY_PREVIOUS: "projects/p", KMS_PROVIDER_PREVIOUS: "google" };
    expect(await keks({ ...google, AGE_IDENTITY_PREVIOUS: one })).toEqual([
      (await ageKms(one)).kek,
      "google projects/p",
    ]);
    const stub = await startTransit();
    const vault = {
      ...{ KMS_PROVIDER_PREVIOUS: "vault", KMS_KEY_PREVIOUS: "bear", KMS_URL_PREVIOUS: stub.url },
      ...{ VAULT_TOKEN: "vault-token", VAULT_NAMESPACE: "bears" },
    };
    const left = await open({
      ...{ KMS_PROVIDER: "google", KMS_KEY: "projects/p", KMS_URL: "http://127.0.0.1:9" },
      ...vault,
    });
    const [transit] = left.former;
    expect(Buffer.from(await transit!.unwrap(await transit!.wrap(plain)))).toEqual(Buffer.from(plain));
    await stub.close();
  });

  test.each([
    [{ KMS_KEY_PREVIOUS: "k" }, ["KMS_PROVIDER_PREVIOUS"]],
    [{ KMS_PROVIDER_PREVIOUS: "google" }, ["KMS_KEY_PREVIOUS"]],
    [
      { KMS_PROVIDER_PREVIOUS: "vault", KMS_URL: "https://aws.example" },
      ["KMS_KEY_PREVIOUS", "KMS_URL_PREVIOUS", "VAULT_TOKEN"],
    ],
    [{ KMS_PROVIDER_PREVIOUS: "aws", KMS_KEY_PREVIOUS: "k" }, ["AWS_REGION", "AWS_SECRET_ACCESS_KEY"]],
  ])("%o names all that it lacks", (env, names) => {
    for (const name of names) expect(() => readConfig(env)).toThrow(`${name} is missing`);
  });

  test("name a file of Google's that must be there", async () => {
    const env = { KMS_PROVIDER: "google", KMS_KEY: "p", GOOGLE_APPLICATION_CREDENTIALS: "/nowhere/key.json" };
    await expect(open(env)).rejects.toMatchObject({ code: "KMS" });
  });
});
