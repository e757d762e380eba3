/** The toy's side: for ten minutes it takes a Wi-Fi from whoever holds its pairing code, and answers under the same seal. PROTOCOL.md §12 */
import { encodeJson, openFrame, sealFrame, toHex } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { setupKeys } from "./keys.ts";
import type { SetupKeys } from "./keys.ts";
import { decodeWifi, lineReader, readLine, SETUP, writeLine } from "./lines.ts";
import type { SetupRefusal, SetupState, Wifi } from "./lines.ts";

/** ms that a toy listens. MISSION C34 */
export const SETUP_MS = 600_000;
/** wrong seals that close it: a code of 128 bits is not guessed, and a toy is not kept busy */
export const MAX_WRONG_SEALS = 20;

export interface SetupHost {
  hash: Hash;
  /** Calls back once after `ms`; the answer cancels. */
  after(ms: number, callback: () => void): () => void;
  deviceId: string;
  /** of `setupKey` */
  key: Uint8Array;
  /** A new one each time: `setupNonce` with a rising count. */
  nonce(): Uint8Array;
  /** A line without its end, over whatever the toy was heard on. */
  send(line: string): void;
  /** Keeps it and joins; says whether that came about. */
  join(wifi: Wifi, done: (ok: boolean) => void): void;
  /** once: nothing is heard any more */
  closed(): void;
}

export interface Setup {
  /** What came in, in whatever pieces. */
  hear(text: string): void;
  close(): void;
}

interface Talk {
  /** the teller's nonce, hex */
  with: string;
  keys: SetupKeys;
  /** of the last frame taken, and of the last one sent */
  heard: number;
  said: number;
}

/** Listens at once. */
export function openSetup(host: SetupHost): Setup {
  let isOpen = true;
  let wrong = 0;
  let nonce = host.nonce();
  let talk: Talk | undefined;
  let joining = 0;
  let cancel = (): void => {};

  const refuse = (why: SetupRefusal): void => host.send(writeLine({ kind: "no", why }));

  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    // who waits for the end of a join is not left without one
    if (joining > 0) refuse("closed");
    talk = undefined;
    cancel();
    host.closed();
  };

  const say = (to: Talk, state: SetupState): void => {
    to.said++;
    const payload = encodeJson({ state });
    const clear = { type: SETUP.STATE, codec: 0, flags: 0, counter: to.said, turn: 0, sample: 0, payload };
    host.send(writeLine({ kind: "said", frame: sealFrame(host.hash, to.keys.out, clear) }));
  };

  const take = (from: Talk, wifi: Wifi): void => {
    say(from, "joining");
    joining++;
    host.join(wifi, (ok) => {
      joining--;
      if (!isOpen) return;
      say(from, ok ? "joined" : "failed");
      if (ok) close();
    });
  };

  const unseal = (by: Uint8Array, frame: Uint8Array): void => {
    const name = toHex(by);
    const known = talk !== undefined && talk.with === name ? talk : undefined;
    const from = known ?? {
      with: name,
      keys: setupKeys(host.hash, host.key, host.deviceId, nonce, by),
      heard: 0,
      said: 0,
    };
    const opened = openFrame(host.hash, from.keys.in, frame, from.heard);
    if (opened === "replay") return refuse("replayed");
    if (typeof opened === "string") {
      wrong++;
      refuse("decryption_failed");
      return wrong >= MAX_WRONG_SEALS ? close() : undefined;
    }
    from.heard = opened.counter;
    // what was said to this nonce is not taken again in another talk
    if (known === undefined) nonce = host.nonce();
    talk = from;
    const wifi = opened.type === SETUP.WIFI ? decodeWifi(opened.payload) : undefined;
    if (wifi === undefined) refuse("malformed");
    else take(from, wifi);
  };

  const hearLine = (text: string): void => {
    if (!isOpen) return;
    const line = readLine(text);
    if (line === undefined) refuse("malformed");
    else if (line.kind === "hello") host.send(writeLine({ kind: "bear", deviceId: host.deviceId, nonce }));
    else if (line.kind === "seal") unseal(line.nonce, line.frame);
  };

  cancel = host.after(SETUP_MS, () => {
    if (joining === 0) refuse("closed");
    close();
  });

  return { hear: lineReader(hearLine), close };
}
