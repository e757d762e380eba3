/** The toy's side of pairing, on the cell that has its line: pairing mode, the offer and its words, the paw's proof, and what it is told in the end. PROTOCOL.md §8 */
import {
  accountTag,
  authKey,
  fromHex,
  macKey,
  pairProof,
  sameBytes,
  SESSION_ID_BYTES,
  toHex,
} from "@bearlink/sdk/protocol";
import type { Hash, PairAccept } from "@bearlink/sdk/protocol";
import { PAIR_DONE_S, PAIRING_MODE_MS, RESET_TOLD_MS } from "../bounds.ts";
import { sealContext } from "../ports.ts";
import type {
  Clock,
  Meter,
  Ownership,
  PairingWindow,
  Pairings,
  PhraseName,
  Phrases,
  ToyLine,
  ToyNews,
  Toys,
  Vault,
} from "../ports.ts";
import { hearCells, tellOutcome } from "./notices.ts";
import type { OutcomePorts, PairingNotice } from "./notices.ts";

export interface ToyPairingPorts extends OutcomePorts {
  toys: Pick<Toys, "find">;
  pairings: Pairings;
  ownership: Pick<Ownership, "noteReset">;
  vault: Vault;
  clock: Clock;
  hash: Hash;
  phrases: Phrases;
  meter: Meter;
  line: ToyLine;
  /** Ends a toy's session, so that it claims anew. */
  endSession(deviceId: string, reason: string): Promise<void>;
}

const WINDOW_ID_BYTES = 16;
const PROOF_BYTES = 32;

export interface ToyPairing extends Pick<ToyNews, "event" | "left" | "pairAccept"> {
  stop(): Promise<void>;
}

/** What the toy says when a window opens: its three words, twice, and what to do with them. */
export function wordsSound(phrases: Phrases, words: readonly string[]): Uint8Array {
  const three = phrases.words(words);
  return Buffer.concat([
    phrases.sound("pair-words"),
    three,
    phrases.sound("pair-words-again"),
    three,
    phrases.sound("pair-press"),
  ]);
}

/** Whether a PAIR_ACCEPT is this toy's own, in its session, for this window's account. §8.4 */
export function isAccepted(
  { hash, vault }: Pick<ToyPairingPorts, "hash" | "vault">,
  sealedPrk: Uint8Array,
  window: Pick<PairingWindow, "windowId" | "deviceId" | "accountId">,
  sessionId: string,
  proofHex: string,
): boolean {
  const { deviceId, accountId } = window;
  const windowId = fromHex(window.windowId, WINDOW_ID_BYTES);
  const session = fromHex(sessionId, SESSION_ID_BYTES);
  const proof = fromHex(proofHex, PROOF_BYTES);
  if (!windowId || !session || !proof) return false;
  const auth = macKey(hash, authKey(hash, vault.open(sealedPrk, sealContext.prk(deviceId)), deviceId));
  const tag = accountTag(hash, accountId, windowId);
  return sameBytes(pairProof(hash, auth, deviceId, windowId, tag, session), proof);
}

export async function watchPairings(ports: ToyPairingPorts): Promise<ToyPairing> {
  const { toys, pairings, bus, clock, hash, line, meter, log } = ports;
  /** toys of this cell that may be in pairing mode: only their leaving is worth a write */
  const inMode = new Set<string>();
  /** one step at a time for each toy, in the order in which it told of them */
  const steps = new Map<string, Promise<void>>();
  const accepting = new Set<string>();

  function inOrder(deviceId: string, step: () => Promise<void>): Promise<void> {
    const done = (steps.get(deviceId) ?? Promise.resolve()).then(step);
    const settled = done.catch(() => undefined);
    steps.set(deviceId, settled);
    void settled.then(() => {
      if (steps.get(deviceId) === settled) steps.delete(deviceId);
    });
    return done;
  }

  /** Work that nobody waits for. */
  function alone(deviceId: string, what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => log.error({ toy: deviceId, error }, what));
  }

  async function offer({ windowId, deviceId }: PairingNotice): Promise<void> {
    const window = await pairings.find(windowId);
    const ttlS = window ? Math.floor((window.expiresAt - clock.now()) / 1000) : 0;
    if (window?.state !== "open" || ttlS < 1) return;
    const tag = accountTag(hash, window.accountId, fromHex(windowId, WINDOW_ID_BYTES)!);
    const fields = { window_id: windowId, account_tag: toHex(tag) };
    const ack = await line.command(deviceId, "pair_offer", ttlS, fields);
    // it left pairing mode, or holds another offer
    if (!ack?.ok) {
      await pairings.cancel(windowId);
      ports.feed.tell(window.accountId, {
        type: "window",
        windowId,
        state: "cancelled",
        picked: window.picked,
      });
      return;
    }
    if ((await pairings.find(windowId))?.state !== "open") return;
    const said = await line.say(deviceId, wordsSound(ports.phrases, window.words));
    log.info({ toy: deviceId, said }, "a toy was offered to a parent");
  }

  /** The toy plays its own "paired". One that did not hear it learns it from its next claim. */
  async function done({ deviceId }: PairingNotice): Promise<void> {
    inMode.delete(deviceId);
    meter.count("pairings_total", { result: "paired" });
    const ack = await line.command(deviceId, "pair_done", PAIR_DONE_S, {});
    if (!ack?.ok) await ports.endSession(deviceId, "paired");
  }

  async function say(deviceId: string, phrase: PhraseName): Promise<void> {
    await line.say(deviceId, ports.phrases.sound(phrase));
  }

  const unsubscribe = await hearCells(bus, (notice) => {
    const { what, deviceId } = notice;
    if (!line.isHere(deviceId)) return;
    const step = {
      offer,
      paired: done,
      cancelled: () => say(deviceId, "pair-cancelled"),
      twice: () => say(deviceId, "pair-twice"),
    }[what];
    alone(deviceId, `a step of pairing failed: ${what}`, step(notice));
  });

  async function accept(deviceId: string, sessionId: string, message: PairAccept): Promise<void> {
    const refused = (reason: string): void => {
      meter.count("pairings_total", { result: `accept_${reason}` });
      log.warn({ toy: deviceId, reason }, "a paw was pressed for nothing");
    };
    const window = await pairings.find(message.window_id);
    if (window?.deviceId !== deviceId) return refused("unknown");
    // told again until it hears `pair_done`, which is on its way
    if (window.state === "paired" || window.pressed) return;
    if (window.state !== "open" || window.expiresAt <= clock.now()) return refused("late");
    const toy = await toys.find(deviceId);
    if (toy?.sessionId !== sessionId) return refused("session");
    if (!isAccepted(ports, toy.sealedPrk, window, sessionId, message.proof_hex)) return refused("proof");
    const after = await pairings.press(window.windowId, clock.now());
    if (after) await tellOutcome(ports, after);
  }

  return {
    async event(deviceId, kind) {
      const now = clock.now();
      if (kind === "pairing") {
        inMode.add(deviceId);
        return inOrder(deviceId, () => pairings.enterMode(deviceId, now, now + PAIRING_MODE_MS));
      }
      if (kind !== "reset") return;
      const { ownerId: accountId, childId } = (await toys.find(deviceId)) ?? {};
      const entry = { at: now, action: "toy_reset", outcome: "success", actor: deviceId } as const;
      // the note decides, so that a toy which says it without end is on record, and told of, once in a while
      const noted = await ports.ownership.noteReset(
        deviceId,
        { ...entry, resource: deviceId },
        RESET_TOLD_MS,
      );
      if (!noted || accountId === undefined) return;
      const dedupeKey = `toy_reset:${deviceId}:${now}`;
      ports.alerts.raiseSoon({
        accountId,
        kind: "toy_reset",
        deviceId,
        dedupeKey,
        ...(childId && { childId }),
      });
    },

    left(deviceId) {
      if (!inMode.delete(deviceId)) return;
      alone(
        deviceId,
        "a toy left in pairing mode",
        inOrder(deviceId, () => pairings.leaveMode(deviceId)),
      );
    },

    pairAccept(deviceId, sessionId, message) {
      // repeated every 2 s; one look at a time is enough
      if (accepting.has(deviceId)) return;
      accepting.add(deviceId);
      const work = accept(deviceId, sessionId, message).finally(() => accepting.delete(deviceId));
      alone(deviceId, "a paw's proof could not be looked at", work);
    },

    stop: unsubscribe,
  };
}
