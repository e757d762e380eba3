/** What toy and teller say to each other, a line of ASCII each: the same over USB serial and over Bluetooth's UART. PROTOCOL.md §12.2 */
import {
  decodeJson,
  encodeJson,
  fromHex,
  isDeviceId,
  MIN_FRAME_BYTES,
  toHex,
  utf8,
} from "@bearlink/sdk/protocol";
import { SETUP_NONCE_BYTES } from "./keys.ts";

/** frame types of this talk; to the toy, and from it */
export const SETUP = { WIFI: 0x20, STATE: 0xa0 } as const;

/** On the toy, and in its Storage, each character is a byte of its UTF-8. */
export interface Wifi {
  /** 1–32 bytes */
  ssid: string;
  /** empty for an open network, else 8–63 bytes */
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
const MAX_SSID = 32;
const MIN_PASSWORD = 8;
const MAX_PASSWORD = 63;
/** bytes: the longest payload has 217 */
const MAX_FRAME = MIN_FRAME_BYTES + 226;
/** characters of a line, without its end; §12.2 */
export const MAX_SETUP_LINE = 5 + SETUP_NONCE_BYTES * 2 + 1 + MAX_FRAME * 2;

export function writeLine(line: SetupLine): string {
  if (line.kind === "bear") return "bear " + line.deviceId + " " + toHex(line.nonce);
  if (line.kind === "seal") return "seal " + toHex(line.nonce) + " " + toHex(line.frame);
  if (line.kind === "said") return "said " + toHex(line.frame);
  if (line.kind === "no") return "no " + line.why;
  return "hello";
}

/** The bytes of hex, however many. */
function bytesOf(hex: unknown): Uint8Array | undefined {
  return typeof hex === "string" && hex.length % 2 === 0 ? fromHex(hex, hex.length / 2) : undefined;
}

function readFrame(hex: string): Uint8Array | undefined {
  const frame = hex.length <= MAX_FRAME * 2 ? bytesOf(hex) : undefined;
  return frame !== undefined && frame.length >= MIN_FRAME_BYTES ? frame : undefined;
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

/** Whether a radio can take a name and a password of so many bytes. */
function fits(ssid: number, password: number): boolean {
  if (ssid < 1 || ssid > MAX_SSID) return false;
  return password === 0 || (password >= MIN_PASSWORD && password <= MAX_PASSWORD);
}

/** What a WIFI says; undefined where no radio could take it. */
export function encodeWifi(wifi: Wifi): Uint8Array | undefined {
  const ssid = utf8(wifi.ssid);
  const password = utf8(wifi.password);
  if (!fits(ssid.length, password.length)) return undefined;
  return encodeJson({ ssid: toHex(ssid), password: toHex(password) });
}

/** Each byte as one character, or undefined where it is not hex. */
function textOf(hex: unknown): string | undefined {
  const bytes = bytesOf(hex);
  if (bytes === undefined) return undefined;
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

export function decodeWifi(payload: Uint8Array): Wifi | undefined {
  const fields = decodeJson(payload);
  if (fields === undefined) return undefined;
  const ssid = textOf(fields.ssid);
  const password = textOf(fields.password);
  if (ssid === undefined || password === undefined || !fits(ssid.length, password.length)) return undefined;
  return { ssid, password };
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
