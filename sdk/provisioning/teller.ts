/** The teller's side, on a computer or a phone: says hello, tells the Wi-Fi under a seal, and believes only sealed answers. PROTOCOL.md §12 */
import { openFrame, sealFrame } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { setupKey, setupKeys } from "./keys.ts";
import type { SetupKeys } from "./keys.ts";
import { decodeState, encodeWifi, lineReader, readLine, SETUP, writeLine } from "./lines.ts";
import type { SetupRefusal, SetupState, Wifi } from "./lines.ts";

/** ms between two hellos to a toy that has not answered */
export const HELLO_EVERY_MS = 1_000;

export interface TellerHost {
  hash: Hash;
  after(ms: number, callback: () => void): () => void;
  /** 16 random bytes, each time new ones */
  nonce(): Uint8Array;
  send(line: string): void;
  /** `wrong_toy`: its id is not the label's. */
  told(what: SetupState | SetupRefusal | "wrong_toy"): void;
}

export interface Teller {
  hear(text: string): void;
  close(): void;
}

/** Tells `wifi` to the toy of this label, once it answers. Throws where no radio can take it. */
export function tellWifi(
  host: TellerHost,
  label: { deviceId: string; pairingCode: string },
  wifi: Wifi,
): Teller {
  const payload = encodeWifi(wifi);
  if (payload === undefined) throw new Error("not a name and a password of a Wi-Fi");
  const key = setupKey(host.hash, label.deviceId, label.pairingCode);
  let keys: SetupKeys | undefined;
  let heard = 0;
  let cancel = (): void => {};

  const close = (): void => cancel();

  const hello = (): void => {
    host.send(writeLine({ kind: "hello" }));
    cancel = host.after(HELLO_EVERY_MS, hello);
  };

  const seal = (toyNonce: Uint8Array): void => {
    const nonce = host.nonce();
    keys = setupKeys(host.hash, key, label.deviceId, toyNonce, nonce);
    heard = 0;
    const clear = { type: SETUP.WIFI, codec: 0, flags: 0, counter: 1, turn: 0, sample: 0, payload };
    host.send(writeLine({ kind: "seal", nonce, frame: sealFrame(host.hash, keys.in, clear) }));
  };

  const hearSaid = (frame: Uint8Array): void => {
    const opened = keys === undefined ? "tag" : openFrame(host.hash, keys.out, frame, heard);
    if (typeof opened === "string" || opened.type !== SETUP.STATE) return;
    heard = opened.counter;
    const state = decodeState(opened.payload);
    if (state !== undefined) host.told(state);
  };

  const hearLine = (text: string): void => {
    const line = readLine(text);
    if (line === undefined) return; // a console says other things as well
    if (line.kind === "bear" && keys === undefined) {
      close();
      if (line.deviceId === label.deviceId) seal(line.nonce);
      else host.told("wrong_toy");
    } else if (line.kind === "said") hearSaid(line.frame);
    else if (line.kind === "no" && keys !== undefined) host.told(line.why);
  };

  hello();
  return { hear: lineReader(hearLine), close };
}
