/** Espruino's 8-bit strings: what a value is as bytes, as a string of them, and printed. */
import { types } from "node:util";

export const toLatin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
export const fromLatin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

type Numbers = Uint8Array & { BYTES_PER_ELEMENT: number };

export const isTyped = (value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && !types.isDataView(value);

/** Every byte of a value, as E.toString and the hashes take it. */
export function bytesOf(value: unknown): Uint8Array {
  if (typeof value === "string") return fromLatin(value);
  if (typeof value === "number" || typeof value === "boolean") return Uint8Array.of(Number(value));
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value.slice(0) as ArrayBuffer);
  if (isTyped(value)) return Uint8Array.from(value as Iterable<number>);
  if (Array.isArray(value)) return new Uint8Array(Buffer.concat(value.map(bytesOf)));
  if (typeof value !== "object" || value === null) return new Uint8Array(0);
  const { data, count } = value as { data?: unknown; count?: unknown };
  if (data === undefined || typeof count !== "number") return new Uint8Array(0);
  return new Uint8Array(Buffer.concat(Array.from({ length: count }, () => bytesOf(data))));
}

/** The bytes of a string or an array as they lie in memory: what AES, SHA and Storage take. */
export function flatBytes(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return fromLatin(value);
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value.slice(0) as ArrayBuffer);
  if (ArrayBuffer.isView(value)) {
    return Uint8Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return Array.isArray(value) ? bytesOf(value) : undefined;
}

/** A value as a string: what `socket.write` sends of an array is its numbers, in words. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (isTyped(value)) return Array.from(value as Iterable<number>).join(",");
  if (types.isAnyArrayBuffer(value)) return Array.from(new Uint8Array(value as ArrayBuffer)).join(",");
  if (Array.isArray(value))
    return value.map((item) => (item === null || item === undefined ? "" : textOf(item))).join(",");
  return String(value);
}

const DIGITS = 11;

function shortNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(DIGITS)));
}

/** A value as `print` shows it, on one line. */
export function printed(value: unknown, within = false): string {
  if (typeof value === "string") return within ? JSON.stringify(value) : value;
  if (typeof value === "number") return shortNumber(value);
  if (isTyped(value)) return `new Uint${value.BYTES_PER_ELEMENT * 8}Array([${textOf(value)}])`;
  if (typeof value === "function") return "function () { ... }";
  if (types.isNativeError(value)) return String(value);
  if (Array.isArray(value)) {
    return value.length ? `[ ${value.map((item) => printed(item, true)).join(", ")} ]` : "[  ]";
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (Object.getPrototypeOf(Object.getPrototypeOf(value) ?? {}) !== null) return String(value);
  const fields = Object.entries(value).map(([key, item]) => `"${key}": ${printed(item, true)}`);
  return fields.length ? `{ ${fields.join(", ")} }` : "{  }";
}
