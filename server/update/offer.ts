/** A toy on the line is told of its update once it may have one; that it came back with it is its success. PROTOCOL.md §10 */
import type { Ack, Hash } from "@bearlink/sdk/protocol";
import {
  MAX_SESSIONS,
  UPDATE_AGAIN_MS,
  UPDATE_OFFERS,
  UPDATE_OFFERS_MS,
  UPDATE_PACE_MS,
  UPDATE_TRIES,
  UPDATE_TTL_S,
} from "../bounds.ts";
import type { Clock, Log, Meter, Toys } from "../ports.ts";
import type { Attempt, Bundle, Updates } from "../ports/updates.ts";
import { createWindowCounts } from "../window-counts.ts";
import { chooseUpdate } from "./choose.ts";
import type { Choice } from "./choose.ts";
import { compareVersions, readVersion } from "./version.ts";

export interface OfferPorts {
  updates: Updates;
  toys: Pick<Toys, "find">;
  clock: Clock;
  hash: Hash;
  meter: Pick<Meter, "count">;
  log: Log;
  /** where a toy downloads it */
  urlOf(bundle: Bundle): string;
  /** Its ACK, or undefined where none came: the bridge's. */
  command(
    deviceId: string,
    kind: string,
    ttlS: number,
    fields: Record<string, unknown>,
  ): Promise<Ack | undefined>;
  /** ids of the toys on this cell's lines */
  online(): string[];
}

export interface Offers {
  /** A toy has come on the line. Never rejects: an update can wait. */
  arrived(deviceId: string): Promise<void>;
  /** What is published has changed: tells the toys on the line, one after another. */
  changed(): Promise<void>;
  /** What a toy would be told now; tells it nothing. */
  wouldGet(deviceId: string): Promise<Choice>;
}

export function createOffers(ports: OfferPorts): Offers {
  const { updates, toys, clock, hash, log } = ports;
  /** how often each was told */
  const offered = createWindowCounts(clock, { windowMs: UPDATE_OFFERS_MS, most: MAX_SESSIONS });
  const mayOffer = (deviceId: string): boolean =>
    offered.of(deviceId) < UPDATE_OFFERS && offered.add(deviceId);

  async function choose(deviceId: string, attempt: Attempt | undefined): Promise<Choice> {
    const firmwareVersion = (await toys.find(deviceId))?.firmwareVersion;
    const bundles = await updates.list();
    return chooseUpdate(hash, { bundles, deviceId, firmwareVersion, attempt, now: clock.now() });
  }

  /** Whether it came back with what it was told of. */
  async function settle(attempt: Attempt): Promise<Attempt> {
    const runs = readVersion((await toys.find(attempt.deviceId))?.firmwareVersion);
    const told = readVersion(attempt.version)!;
    const came = runs !== undefined && compareVersions(runs, told) >= 0;
    const waits = attempt.tries < UPDATE_TRIES || clock.now() - attempt.at < UPDATE_AGAIN_MS;
    if (!came && waits) return attempt;
    const state = came ? "ok" : "failed";
    const settled: Attempt = { ...attempt, state, at: clock.now() };
    await conclude(settled, came ? "update_ok" : "update_failed");
    return settled;
  }

  /** Kept, written down and counted once, however many cells see it. */
  async function conclude(attempt: Attempt, action: string, code?: string): Promise<void> {
    const { deviceId, version, at, tries } = attempt;
    const outcome = action === "update_ok" ? "success" : "refused";
    const entry = { at, action, outcome, actor: deviceId, resource: deviceId } as const;
    const reason = `version ${version}, tries ${tries}${code === undefined ? "" : `, code ${code}`}`;
    if (!(await updates.keepAttempt(attempt, { ...entry, reason }))) return;
    ports.meter.count("updates_total", { result: action.slice("update_".length) });
    log.info({ toy: deviceId, version, tries }, action);
  }

  async function tell(deviceId: string, bundle: Bundle, former: Attempt | undefined): Promise<void> {
    const { version, size, sha256 } = bundle;
    const tries = former?.version === version ? former.tries + 1 : 1;
    // kept first: a toy that takes it and never comes back has been told all the same
    const attempt: Attempt = { deviceId, version, tries, state: "offered", at: clock.now() };
    await updates.keepAttempt(attempt);
    const url = ports.urlOf(bundle);
    const ack = await ports.command(deviceId, "update", UPDATE_TTL_S, { version, url, size, sha256 });
    log.info({ toy: deviceId, version, tries, ack: ack?.ok, code: ack?.code }, "a toy was told of an update");
    ports.meter.count("updates_total", { result: ack === undefined ? "unheard" : "offered" });
    if (ack === undefined) await updates.keepAttempt({ ...attempt, tries: tries - 1 });
    else if (!ack.ok)
      await conclude({ ...attempt, state: "refused", at: clock.now() }, "update_refused", ack.code);
  }

  async function offer(deviceId: string): Promise<void> {
    try {
      let attempt = await updates.attempt(deviceId);
      if (attempt?.state === "offered") attempt = await settle(attempt);
      const choice = await choose(deviceId, attempt);
      if ("bundle" in choice && mayOffer(deviceId)) await tell(deviceId, choice.bundle, attempt);
    } catch (error) {
      log.warn({ toy: deviceId, error }, "a toy's update waits");
    }
  }

  const pause = (): Promise<void> => new Promise((resolve) => void clock.after(UPDATE_PACE_MS, resolve));

  return {
    arrived: offer,
    async changed() {
      for (const deviceId of ports.online()) {
        // its answer is not waited for: one toy that is busy holds up no other
        void offer(deviceId);
        await pause();
      }
    },
    wouldGet: async (deviceId) => choose(deviceId, await updates.attempt(deviceId)),
  };
}
