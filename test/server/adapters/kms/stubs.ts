/** Stand-ins for key services, each with the part of its HTTP API that is used: whoever signs wrongly is refused. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  randomBytes,
} from "node:crypto";
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { jwtVerify } from "jose";

export interface Heard {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = { status?: number; body?: unknown; text?: string };

export interface Stub {
  url: string;
  heard: Heard[];
  /** What it answers next, in place of the truth. */
  instead: Answer | undefined;
  close(): Promise<void>;
}

/** `answer` throws where the request does not hold: that is a 403. */
export async function startStub(
  answer: (heard: Heard, url: string) => Answer | Promise<Answer>,
): Promise<Stub> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const piece of request) body += String(piece);
      const one = { method: request.method!, path: request.url!, headers: request.headers, body };
      heard.push(one);
      const given: Answer =
        stub.instead ?? (await Promise.resolve(answer(one, stub.url)).catch(() => ({ status: 403 })));
      response.writeHead(given.status ?? 200).end(given.text ?? JSON.stringify(given.body ?? {}));
    })().catch(() => response.writeHead(403).end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    instead: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return stub;
}

/** A key that stays in its service. */
export function hsm() {
  const key = randomBytes(32);
  return {
    encrypt(plain: Buffer, bound = ""): Buffer {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(bound));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(sealed: Buffer, bound = ""): Buffer {
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12)).setAAD(
        Buffer.from(bound),
      );
      decipher.setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    },
  };
}

const base64 = (text: unknown): Buffer => Buffer.from(String(text), "base64");
const must = (holds: boolean): void => {
  if (!holds) throw new Error("refused");
};

export function startAws(secret: string): Promise<Stub> {
  const keys = new Map<string, ReturnType<typeof hsm>>();
  return startStub((heard) => {
    const { headers, body } = heard;
    const [, id, scope, names, signature] =
      /Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w{64})$/.exec(headers.authorization!)!;
    must(id === "AKIDEXAMPLE");
    const lines = names!.split(";").map((name) => `${name}:${headers[name] as string}\n`);
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    const canonical = `POST\n/\n\n${lines.join("")}\n${names!}\n${sha(body)}`;
    const text = `AWS4-HMAC-SHA256\n${headers["x-amz-date"] as string}\n${scope!}\n${sha(canonical)}`;
    let key: Buffer = Buffer.from(`AWS4${secret}`);
    for (const part of scope!.split("/")) key = createHmac("sha256", key).update(part).digest();
    must(createHmac("sha256", key).update(text).digest("hex") === signature);
    const asked = JSON.parse(body) as Record<string, unknown>;
    const name = String(asked.KeyId);
    const held = keys.get(name) ?? hsm();
    keys.set(name, held);
    const context = JSON.stringify(asked.EncryptionContext);
    return headers["x-amz-target"] === "TrentService.Encrypt"
      ? { body: { CiphertextBlob: held.encrypt(base64(asked.Plaintext), context).toString("base64") } }
      : { body: { Plaintext: held.decrypt(base64(asked.CiphertextBlob), context).toString("base64") } };
  });
}

export function startAzure(): Promise<Stub> {
  const keys = new Map<string, ReturnType<typeof hsm>>();
  return startStub(({ path, headers, body }, url) => {
    if (path === "/home/oauth2/v2.0/token") {
      const form = new URLSearchParams(body);
      must(form.get("client_id") === "app" && form.get("client_secret") === "app-secret");
      return { body: { access_token: "token-1" } };
    }
    must(headers.authorization === "Bearer token-1");
    const [, name, , verb] = /^\/keys\/([^/]+)(\/v1)?\/(wrapkey|unwrapkey)\?api-version=7\.4$/.exec(path)!;
    const held = keys.get(name!) ?? hsm();
    keys.set(name!, held);
    const { alg, value } = JSON.parse(body) as { alg: string; value: string };
    must(alg === "RSA-OAEP-256");
    const bytes = Buffer.from(value, "base64url");
    const made = verb === "wrapkey" ? held.encrypt(bytes) : held.decrypt(bytes);
    return { body: { kid: `${url}/keys/${name!}/v1`, value: made.toString("base64url") } };
  });
}

export const googleAccount = () => generateKeyPairSync("rsa", { modulusLength: 2048 });

export function startGoogle(
  { publicKey }: ReturnType<typeof googleAccount>,
  nowMs: () => number,
): Promise<Stub> {
  const keys = new Map<string, ReturnType<typeof hsm>>();
  return startStub(async ({ path, headers, body }, url) => {
    if (path === "/token") {
      const assertion = new URLSearchParams(body).get("assertion")!;
      const audience = `${url}/token`;
      await jwtVerify(assertion, publicKey, {
        audience,
        issuer: "bear@google",
        currentDate: new Date(nowMs()),
      });
      return { body: { access_token: "token-1" } };
    }
    if (path.startsWith("/computeMetadata/")) {
      must(headers["metadata-flavor"] === "Google");
      return { body: { access_token: "token-1" } };
    }
    must(headers.authorization === "Bearer token-1");
    const [, name, verb] = /^\/v1\/(.+):(encrypt|decrypt)$/.exec(path)!;
    const held = keys.get(name!) ?? hsm();
    keys.set(name!, held);
    const asked = JSON.parse(body) as Record<string, string>;
    const bound = asked.additionalAuthenticatedData;
    return verb === "encrypt"
      ? { body: { ciphertext: held.encrypt(base64(asked.plaintext), bound).toString("base64") } }
      : { body: { plaintext: held.decrypt(base64(asked.ciphertext), bound).toString("base64") } };
  });
}

export function startTransit(): Promise<Stub> {
  const keys = new Map<string, ReturnType<typeof hsm>>();
  return startStub(({ path, headers, body }) => {
    must(headers["x-vault-token"] === "vault-token" && headers["x-vault-namespace"] === "bears");
    const [, verb, name] = /^\/v1\/transit\/(encrypt|decrypt)\/(.+)$/.exec(path)!;
    const held = keys.get(name!) ?? hsm();
    keys.set(name!, held);
    const asked = JSON.parse(body) as Record<string, string>;
    return verb === "encrypt"
      ? {
          body: {
            data: { ciphertext: `vault:v1:${held.encrypt(base64(asked.plaintext)).toString("base64")}` },
          },
        }
      : {
          body: {
            data: {
              plaintext: held.decrypt(base64(asked.ciphertext!.replace("vault:v1:", ""))).toString("base64"),
            },
          },
        };
  });
}
