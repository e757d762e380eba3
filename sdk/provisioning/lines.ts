/** What toy and helper say to each other, a line of ASCII each: the same over USB serial and over Bluetooth's UART. PROTOCOL.md §12.2 */
import {
  decodeJson,
  fromHex,
  isDeviceId,
  MAX_FRAME_BYTES,
  MIN_FRAME_BYTES,
  toHex,
} from "@bearlink/sdk/protocol";
import { SETUP_NONCE_BYTES } from "./keys.ts";

/** frame types of this talk; to the toy, and from it */
export const SETUP = { WIFI: 0x20, STATE: 0xa0 } as const;

export interface Wifi {
  /** 1–32 bytes */
  ssid: string;
  /** empty for an open network, else 8–63 characters */
  password: string;
}

/** `joined` ends the talk; after `failed` another Wi-Fi may be told. */
export type SetupState = "joining" | "joined" | "failed";

/** Why the toy did not take a line. */
export type SetupRefusal = "malformed" | "decryption_failed" | "replayed" | "closed";

export type SetupLine =
  | { kind: "hello" }
  | { kind: "bear"; deviceId: string; nonce: Uint8Array }
  | { kind: "seal"; nonce: Uint8Array; frame: Uint8Array }
  | { kind: "said"; frame: Uint8Array }
  | { kind: "no"; why: SetupRefusal };

const REFUSALS: SetupRefusal[] = ["malformed", "decryption_failed", "replayed", "closed"];
/** `{"ssid":…,"password":…}` with every character escaped */
const MAX_WIFI_JSON = 640;
const MAX_FRAME = MIN_FRAME_BYTES + MAX_WIFI_JSON;
/** characters of a line, without its end; §12.2 */
export const MAX_SETUP_LINE = 5 + SETUP_NONCE_BYTES * 2 + 1 + MAX_FRAME * 2;

export function writeLine(line: SetupLine): string {
  if (line.kind === "bear") return "bear " + line.deviceId + " " + toHex(line.nonce);
  if (line.kind === "seal") return "seal " + toHex(line.nonce) + " " + toHex(line.frame);
  if (line.kind === "said") return "said " + toHex(line.frame);
  if (line.kind === "no") return "no " + line.why;
  return "hello";
}

function readFrame(hex: string): Uint8Array | undefined {
  const bytes = hex.length / 2;
  return bytes >= MIN_FRAME_BYTES && bytes <= MAX_FRAME && bytes <= MAX_FRAME_BYTES
    ? fromHex(hex, bytes)
    : undefined;
}

/** The line, or undefined where it is none of these. A toy's console says other things as well. */
export function readLine(text: string): SetupLine | undefined {
  if (text.length > MAX_SETUP_LINE) return undefined;
  const words = text.split(" ");
  const kind = words[0];
  if (kind === "hello" && words.length === 1) return { kind };
  if (kind === "bear" && words.length === 3) {
    const nonce = fromHex(words[2], SETUP_NONCE_BYTES);
    return isDeviceId(words[1]) && nonce !== undefined ? { kind, deviceId: words[1], nonce } : undefined;
  }
  if (kind === "seal" && words.length === 3) {
    const nonce = fromHex(words[1], SETUP_NONCE_BYTES);
    const frame = readFrame(words[2]!);
    return nonce !== undefined && frame !== undefined ? { kind, nonce, frame } : undefined;
  }
  if (kind === "said" && words.length === 2) {
    const frame = readFrame(words[1]!);
    return frame === undefined ? undefined : { kind, frame };
  }
  if (kind === "no" && words.length === 2 && REFUSALS.indexOf(words[1] as SetupRefusal) >= 0)
    return { kind, why: words[1] as SetupRefusal };
  return undefined;
}

/** How many bytes of UTF-8 a text has. */
function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // half of a pair: two bytes of its four
    if (code < 0x80) bytes += 1;
    else if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

/** Whether a radio can take it. */
export function isWifi(ssid: unknown, password: unknown): boolean {
  if (typeof ssid !== "string" || typeof password !== "string") return false;
  const named = byteLength(ssid);
  const length = byteLength(password);
  return named >= 1 && named <= 32 && (length === 0 || (length >= 8 && length <= 63));
}

export function decodeWifi(payload: Uint8Array): Wifi | undefined {
  const fields = decodeJson(payload);
  if (fields === undefined || !isWifi(fields.ssid, fields.password)) return undefined;
  return { ssid: fields.ssid as string, password: fields.password as string };
}

export function decodeState(payload: Uint8Array): SetupState | undefined {
  const fields = decodeJson(payload);
  const state = fields === undefined ? undefined : fields.state;
  return state === "joining" || state === "joined" || state === "failed" ? state : undefined;
}

/** Makes lines of pieces: `took` gets each without its end, and one that is too long as something no line is. */
export function lineReader(took: (line: string) => void): (text: string) => void {
  let held = "";
  return (text) => {
    for (let i = 0; i < text.length; i++) {
      const char = text.charAt(i);
      if (char === "\n") {
        const line = held;
        held = "";
        if (line.length > 0) took(line);
      } else if (char !== "\r" && held.length <= MAX_SETUP_LINE) held += char;
    }
  };
}
