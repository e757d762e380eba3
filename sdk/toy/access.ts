/** What a toy proves itself with, and the session it got for it: keys, boot, servers, and when to try again. PROTOCOL.md §2, §3.5, §4.6 */
import { MAX_BACKOFF_MS } from "@bearlink/sdk/protocol";
import type { ToyKeys } from "@bearlink/sdk/protocol";
import { raiseBoot, raiseBootOver } from "./boot.ts";
import { claimSession } from "./claim.ts";
import type { ClaimOutcome, Opened, Session } from "./claim.ts";
import type { Identity, ToyHost } from "./host.ts";
import { forgetFormerKeys, loadKeys } from "./keys.ts";
import { backOffMs, renewAfterMs } from "./retry.ts";
import { nothing } from "./nothing.ts";

/** failures in a row after which the next server is asked. MISSION C40 */
const SERVER_TRIES = 3;

export interface Access {
  body: ToyHost;
  identity: Identity;
  keys: ToyKeys | undefined;
  /** 0 until it is raised, once a start */
  boot: number;
  /** of the last attempt; -1 before the first */
  seq: number;
  session: Session | undefined;
  /** of the toy's clock, ms */
  expiresAt: number;
  renewAt: number;
  failures: number;
  server: number;
  /** s that a 429 asked for */
  waitS: number;
  abandon: () => void;
}

export function openAccess(body: ToyHost, identity: Identity): Access {
  return {
    body,
    identity,
    keys: undefined,
    boot: 0,
    seq: -1,
    session: undefined,
    expiresAt: 0,
    renewAt: 0,
    failures: 0,
    server: 0,
    waitS: 0,
    abandon: nothing,
  };
}

/** Keys and `boot`; false where the store refuses: then there is no claim. */
function prepare(access: Access): boolean {
  const body = access.body;
  try {
    if (access.keys === undefined) access.keys = loadKeys(body.store, body.hash, access.identity.deviceId);
    if (access.boot === 0) access.boot = raiseBoot(body.store, body.hash);
    return true;
  } catch {
    body.log("error", "store");
    return false;
  }
}

/** A claim or a connection that failed; after three the next server is asked, if there is one. */
export function countFailure(access: Access): void {
  access.failures++;
  if (access.failures % SERVER_TRIES !== 0 || access.identity.servers.length < 2) return;
  access.server = (access.server + 1) % access.identity.servers.length;
  access.session = undefined;
}

function takeFloor(access: Access, floor: number): void {
  try {
    access.boot = raiseBootOver(access.body.store, access.body.hash, floor);
  } catch {
    access.body.log("error", "store");
  }
}

function takeSession(access: Access, opened: Opened): void {
  const body = access.body;
  const seconds = opened.expiresS;
  const now = body.clock.now();
  access.session = opened.session;
  access.expiresAt = now + seconds * 1000;
  access.renewAt = now + renewAfterMs(body.hash, access.keys!.rng, access.boot, access.seq, seconds);
  access.keys = undefined; // read again when they are needed: a small machine has better use for the room
  if (body.setTime !== undefined) body.setTime(opened.serverTime);
  try {
    forgetFormerKeys(body.store, body.hash);
  } catch {
    body.log("error", "store");
  }
}

export function abandonClaim(access: Access): void {
  access.abandon();
  access.abandon = nothing;
}

/** One claim, with a seq of its own; `done` tells whether there is a session now, and may come at once. */
export function claim(access: Access, done: (opened: Opened | undefined) => void): void {
  const body = access.body;
  abandonClaim(access);
  access.keys = undefined; // a rekey takes effect with the next claim, PROTOCOL.md §11
  if (!prepare(access)) return done(undefined);
  access.seq++;
  const settle = (outcome: ClaimOutcome): void => {
    access.abandon = nothing; // and with it all that this attempt held
    if (outcome.opened !== undefined) takeSession(access, outcome.opened);
    else {
      body.log("claim", outcome.why);
      countFailure(access);
      if (outcome.waitS !== undefined) access.waitS = outcome.waitS;
      if (outcome.floor !== undefined) takeFloor(access, outcome.floor);
    }
    done(outcome.opened);
  };
  const address = access.identity.servers[access.server]!;
  access.abandon = claimSession(
    body,
    access.identity,
    address,
    access.keys!,
    access.boot,
    access.seq,
    settle,
  );
}

/** The session, while it lasts. */
export function liveSession(access: Access): Session | undefined {
  return access.body.clock.now() < access.expiresAt ? access.session : undefined;
}

/** ms to wait after `errors` failures in a row; a 429 can make it longer, never over 60 s. §4.6 */
export function waitMs(access: Access, errors: number): number {
  const asked = Math.min(access.waitS * 1000, MAX_BACKOFF_MS);
  access.waitS = 0;
  if (!prepare(access)) return MAX_BACKOFF_MS;
  const seq = access.seq < 0 ? 0 : access.seq;
  return Math.max(asked, backOffMs(access.body.hash, access.keys!.rng, access.boot, seq, errors - 1));
}
