/** Tokens that the cells sign: Ed25519 keys derived from JWT_SECRET, named by `kid`, and for a while the keys before them. MISSION D08, C61 */
import { createHash, createPrivateKey, createPublicKey, hkdfSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import type { JWTPayload } from "jose";
import { toHex } from "@bearlink/sdk/protocol";
import { ACCESS_TOKEN_S, FORMER_TOKEN_KEY_MS, MAX_KNOWN_TOKENS, TICKET_S } from "../bounds.ts";
import type { Chance, Clock, Tokens } from "../ports.ts";

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** epoch ms after which it opens nothing more */
  until: number;
}

interface Known {
  accountId: string;
  sessionId: string;
  /** epoch ms */
  until: number;
}

const ALG = "EdDSA";
const AUDIENCE = "bearlink-api";
const JTI_BYTES = 16;
/** RFC 8410 §7: an Ed25519 private key is these bytes and its seed. */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

function signingKey(secret: string, until: number): SigningKey {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "bearlink/access-token/ed25519", 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey);
  const spki = publicKey.export({ format: "der", type: "spki" });
  const kid = createHash("sha256").update(spki).digest("hex").slice(0, 16);
  return { kid, privateKey, publicKey, until };
}

/**
 * The former secret's key opens what it signed for FORMER_TOKEN_KEY_MS after the start, and signs nothing.
 *
 *     const tokens = openTokens({ clock, chance }, { secret, formerSecret, issuer: publicUrl });
 *     const token = await tokens.issueAccess({ accountId, sessionId });
 */
export function openTokens(
  { clock, chance }: { clock: Clock; chance: Chance },
  settings: { secret: string; formerSecret: string | undefined; issuer: string },
): Tokens {
  const { secret, formerSecret, issuer } = settings;
  const current = signingKey(secret, Infinity);
  const keys = new Map([[current.kid, current]]);
  if (formerSecret !== undefined && formerSecret !== secret) {
    const former = signingKey(formerSecret, clock.now() + FORMER_TOKEN_KEY_MS);
    keys.set(former.kid, former);
  }
  const known = new Map<string, Known>();

  const sign = (typ: string, audience: string, seconds: number, claims: JWTPayload): Promise<string> => {
    const iat = Math.floor(clock.now() / 1000);
    return new SignJWT({ ...claims, jti: toHex(chance.bytes(JTI_BYTES)) })
      .setProtectedHeader({ alg: ALG, typ, kid: current.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(iat)
      .setExpirationTime(iat + seconds)
      .sign(current.privateKey);
  };

  /** The claims, and until when they hold; undefined where anything at all is wrong. */
  const open = async (token: string, typ: string, audience: string, required: string[]) => {
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = keys.get(kid ?? "");
          if (!key || key.until <= clock.now()) throw new errors.JWKSNoMatchingKey();
          return key.publicKey;
        },
        {
          algorithms: [ALG],
          typ,
          audience,
          issuer,
          requiredClaims: ["jti", "iat", "exp", ...required],
          currentDate: new Date(clock.now()),
        },
      );
      return { payload, until: Math.min(payload.exp! * 1000, keys.get(protectedHeader.kid!)!.until) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };

  const remember = (token: string, who: Known): Known => {
    // the oldest first: it is the nearest to its end
    for (const oldest of known.keys()) {
      if (known.size < MAX_KNOWN_TOKENS) break;
      known.delete(oldest);
    }
    known.set(token, who);
    return who;
  };

  return {
    issueAccess: ({ accountId, sessionId }) =>
      sign("at+jwt", AUDIENCE, ACCESS_TOKEN_S, { sub: accountId, sid: sessionId }),

    async openAccess(token) {
      let who = known.get(token);
      if (who && who.until <= clock.now()) return undefined;
      if (!who) {
        const opened = await open(token, "at+jwt", AUDIENCE, ["sub", "sid"]);
        const { sub, sid } = opened?.payload ?? {};
        if (!opened || typeof sub !== "string" || typeof sid !== "string") return undefined;
        who = remember(token, { accountId: sub, sessionId: sid, until: opened.until });
      }
      return { accountId: who.accountId, sessionId: who.sessionId };
    },

    issueTicket: (purpose, content) => sign("ticket+jwt", `bearlink-${purpose}`, TICKET_S, { content }),

    async openTicket(purpose, token) {
      const opened = await open(token, "ticket+jwt", `bearlink-${purpose}`, ["content"]);
      return opened && { ...(opened.payload.content as Record<string, string>), jti: opened.payload.jti! };
    },
  };
}
