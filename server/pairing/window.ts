/** A parent's side of pairing: a window opened with the toy's code, the words that were heard, and how it stands. PROTOCOL.md §8.2–§8.5 */
import { pairingCodeHash, sameBytes, toHex } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import {
  PAIR_PICKS,
  PAIR_REFUSAL_MS,
  PAIR_WINDOW_S,
  WINDOWS_MS,
  WINDOWS_PER_ADDRESS,
  WINDOWS_PER_PARENT,
  WRONG_CODES_MS,
  WRONG_CODES_PER_TOY,
} from "../bounds.ts";
import { orUnavailable, Refusal } from "../errors.ts";
import type {
  Candidate,
  Chance,
  Clock,
  Counters,
  Meter,
  PairingWindow,
  Pairings,
  WindowState,
} from "../ports.ts";
import { tellCells, tellOutcome } from "./notices.ts";
import type { OutcomePorts } from "./notices.ts";
import { chooseWords } from "./words.ts";

export interface WindowPorts extends OutcomePorts {
  pairings: Pairings;
  counters: Counters;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  meter: Meter;
  /** all that a toy can say */
  words: readonly string[];
  /** What of an address is counted: of an IPv6 one its /64. */
  networkOf(address: string): string;
  /** "none": this family has no such child */
  consent(accountId: string, childId: string): Promise<"none" | "missing" | "granted">;
}

export interface WindowRequest {
  deviceId: string;
  pairingCode: string;
  childId: string;
  accountId: string;
  address: string;
}

export interface OpenWindow {
  windowId: string;
  choices: string[];
  expiresInS: number;
}

/** How a window stands, for the parent who opened it. */
export interface WindowView {
  state: WindowState;
  /** the words were picked: the paw is what is missing */
  picked: boolean;
  triesLeft: number;
  expiresInS: number;
}

const WINDOW_ID_BYTES = 16;

/** Whatever becomes of it, an attempt counts. */
export async function limitParent(
  ports: Pick<WindowPorts, "counters" | "meter" | "networkOf">,
  { accountId, address }: { accountId: string; address: string },
): Promise<void> {
  const { counters, meter } = ports;
  for (const [layer, key, limit] of [
    ["parent", `pair-parent:${accountId}`, WINDOWS_PER_PARENT],
    ["address", `pair-address:${ports.networkOf(address)}`, WINDOWS_PER_ADDRESS],
  ] as const) {
    const allowance = await orUnavailable(counters.take(key, limit, WINDOWS_MS));
    if (allowance.allowed) continue;
    meter.count("rate_limit_hits_total", { layer, tier: "none" });
    throw new Refusal("RATE_LIMITED", { retry_after_s: allowance.retryAfterS, layer });
  }
}

/** The parent's own affairs, which may be told apart. */
export async function checkConsent(
  ports: Pick<WindowPorts, "consent">,
  { accountId, childId }: { accountId: string; childId: string },
): Promise<void> {
  const consent = await ports.consent(accountId, childId);
  if (consent === "none") throw new Refusal("NOT_FOUND");
  if (consent === "missing") throw new Refusal("CONSENT_REQUIRED");
}

/** Whether this is the code on this toy's label; an unknown toy has none, and is asked as much. */
async function isCodeRight(ports: WindowPorts, request: WindowRequest): Promise<boolean> {
  const { pairings, counters, hash } = ports;
  const toy: Candidate | undefined = await orUnavailable(pairings.candidate(request.deviceId));
  // a five-second press begins a new count: whoever holds the toy is never locked out of it
  const key = `pair-code:${request.deviceId}:${toy?.pairingSince ?? 0}`;
  const allowance = await orUnavailable(counters.peek(key, WRONG_CODES_PER_TOY, WRONG_CODES_MS));
  const given = pairingCodeHash(hash, request.pairingCode);
  const right = sameBytes(given, toy?.pairingCodeHash ?? hash.sha256(given)) && toy !== undefined;
  if (!right) await orUnavailable(counters.take(key, WRONG_CODES_PER_TOY, WRONG_CODES_MS));
  return right && allowance.allowed;
}

async function tryOpen(ports: WindowPorts, request: WindowRequest): Promise<OpenWindow> {
  const { pairings, clock, chance } = ports;
  if (!(await isCodeRight(ports, request))) throw new Refusal("PAIRING_REFUSED");
  const windowId = toHex(chance.bytes(WINDOW_ID_BYTES));
  const { choices, said } = chooseWords(chance, ports.words);
  const now = clock.now();
  const { deviceId, accountId, childId } = request;
  const window: PairingWindow = {
    ...{ windowId, deviceId, accountId, childId, choices, words: said },
    ...{ state: "open", picked: false, pressed: false, tries: 0 },
    expiresAt: now + PAIR_WINDOW_S * 1000,
  };
  const opened = await orUnavailable(pairings.open(window, now));
  if (opened.outcome === "twice") await tellCells(ports, { what: "twice", deviceId, windowId: "" });
  if (opened.outcome !== "opened") throw new Refusal("PAIRING_REFUSED");
  await tellCells(ports, { what: "offer", deviceId, windowId });
  return { windowId, choices, expiresInS: Math.floor((opened.expiresAt - now) / 1000) };
}

/** One answer for everything that is not the asker's own affair, and one time for it. §8.2 */
export async function alike<T>({ clock }: { clock: Clock }, work: Promise<T>): Promise<T> {
  const startedAt = clock.now();
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal && error.code === "PAIRING_REFUSED")
      await new Promise<void>((resolve) =>
        clock.after(Math.max(0, startedAt + PAIR_REFUSAL_MS - clock.now()), resolve),
      );
    throw error;
  }
}

/**
 * Opens a window on a toy in pairing mode, and has the toy say its words; they are not in the answer.
 * Throws the Refusals PAIRING_REFUSED, RATE_LIMITED, NOT_FOUND (the child), CONSENT_REQUIRED and UNAVAILABLE.
 */
export async function openWindow(ports: WindowPorts, request: WindowRequest): Promise<OpenWindow> {
  await checkConsent(ports, request);
  await limitParent(ports, request);
  let result = "opened";
  try {
    return await alike(ports, tryOpen(ports, request));
  } catch (error) {
    result = error instanceof Refusal ? error.code.toLowerCase() : "error";
    throw error;
  } finally {
    ports.meter.count("pairings_total", { result });
  }
}

/** Three words as the parent heard them. Throws NOT_FOUND, for another's window too. */
export async function pickWords(
  ports: WindowPorts,
  by: { accountId: string; address: string },
  windowId: string,
  words: string[],
): Promise<WindowView> {
  const { pairings, clock } = ports;
  const window = await orUnavailable(pairings.pick(windowId, by, words, clock.now()));
  if (!window) throw new Refusal("NOT_FOUND");
  await tellOutcome(ports, window);
  return viewOf(window, clock.now());
}

export async function lookAtWindow(
  { pairings, clock }: Pick<WindowPorts, "pairings" | "clock">,
  accountId: string,
  windowId: string,
): Promise<WindowView> {
  const window = await orUnavailable(pairings.find(windowId));
  if (window?.accountId !== accountId) throw new Refusal("NOT_FOUND");
  return viewOf(window, clock.now());
}

export function viewOf(window: PairingWindow, now: number): WindowView {
  const left = Math.max(0, Math.floor((window.expiresAt - now) / 1000));
  const expired = window.state === "open" && window.expiresAt <= now;
  return {
    state: expired ? "expired" : window.state,
    picked: window.picked,
    triesLeft: Math.max(0, PAIR_PICKS - window.tries),
    expiresInS: window.state === "open" ? left : 0,
  };
}
