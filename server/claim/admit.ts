/** Decides a CONNECT: the session stands in both stores, the password is its own, and `n` was never used. PROTOCOL.md §4.2 */
import {
  connectPassword,
  fromHex,
  mqttKey,
  sameBytes,
  SESSION_ID_BYTES,
  toyTopics,
  utf8,
} from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type { Clock, Log, Meter, Sessions, TellRefused, Toys, Vault } from "../ports.ts";

/** The three parts of the username, and the password, as the broker read them. */
export interface Credentials {
  deviceId: string;
  /** 16 hex */
  sessionId: string;
  n: number;
  /** 48 hex */
  password: string;
  /** client address, for the log */
  address: string;
}

/** For the audit: not of the form; no session, or another; not its password; an `n` that was used; our own. */
type Fault = "form" | "session" | "password" | "replayed" | "error";

export type Admission =
  | {
      verdict: "accepted";
      /** the only topic it may publish to */
      up: string;
      /** the only topic it may subscribe to */
      down: string;
      /** 32 bytes; `linkKeys(hash, sk, …, n)` gives the frame keys. §3.5 */
      sk: Uint8Array;
      /** epoch ms */
      expiresAt: number;
    }
  /** CONNACK 4 */
  | { verdict: "refused" }
  /** CONNACK 3 */
  | { verdict: "unavailable" };

/** A refusal with what was wrong, which no client hears. */
type Refused = { verdict: "refused"; fault: Fault };
type Decision = Exclude<Admission, { verdict: "refused" }> | Refused;

const refused = (fault: Fault): Refused => ({ verdict: "refused", fault });

export interface AdmitPorts {
  toys: Toys;
  sessions: Sessions;
  vault: Vault;
  tellRefused: TellRefused;
  hash: Hash;
  clock: Clock;
  meter: Meter;
  log: Log;
}

const MAX_N = 0xffffffff;

/** Never rejects. */
export async function admit(ports: AdmitPorts, credentials: Credentials): Promise<Admission> {
  const { deviceId: toy, sessionId: session, address } = credentials;
  const admission = await decide(ports, credentials).catch((error: unknown): Decision => {
    const away = error instanceof Refusal && error.code === "UNAVAILABLE";
    ports.log.error({ toy, session, error: away ? error.cause : error }, "connection not decided");
    return away ? { verdict: "unavailable" } : refused("error");
  });
  ports.meter.count("auth_attempts_total", { method: "mqtt", result: admission.verdict });
  if (admission.verdict === "refused")
    ports.tellRefused({
      action: "mqtt_refused",
      actor: toy,
      resource: toy,
      address,
      reason: admission.fault,
    });
  return admission;
}

async function decide(ports: AdmitPorts, credentials: Credentials): Promise<Decision> {
  const { deviceId, sessionId, n, password } = credentials;
  const sessionBytes = fromHex(sessionId, SESSION_ID_BYTES);
  if (!sessionBytes || !Number.isInteger(n) || n < 1 || n > MAX_N) return refused("form");

  const session = await orUnavailable(ports.sessions.find(deviceId));
  if (!session || session.sessionId !== sessionId || session.expiresAt <= ports.clock.now())
    return refused("session");

  const sk = ports.vault.open(session.sealedSk, sealContext.sk(deviceId, sessionId));
  const key = mqttKey(ports.hash, sk, deviceId, sessionBytes);
  const expected = connectPassword(ports.hash, key, deviceId, sessionBytes, n);
  if (!sameBytes(utf8(expected), utf8(password))) return refused("password");

  // SQL decides whether a session stands; the shared store may not have heard of its end
  const current = await orUnavailable(ports.toys.currentSessions([deviceId]));
  if (current.get(deviceId) !== sessionId) return refused("session");

  // last: a wrong password must not use up the toy's `n`
  if (!(await orUnavailable(ports.sessions.raise(deviceId, sessionId, n)))) return refused("replayed");
  return { verdict: "accepted", ...toyTopics(deviceId), sk, expiresAt: session.expiresAt };
}
