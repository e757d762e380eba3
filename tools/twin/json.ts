/** JSON as Espruino reads and writes it: trailing junk is let be, typed arrays are arrays, and all is ASCII. */
import { types } from "node:util";
import { isTyped } from "./bytes.ts";
import type { Realm } from "./realm.ts";

/** Where the first JSON value of a text ends. */
function valueEnd(text: string): number {
  const start = text.search(/\S/);
  if (start < 0) return 0;
  if (!'{["'.includes(text[start]!)) return start + /^[^\s,\]}]*/.exec(text.slice(start))![0].length;
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at]!;
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") depth--;
    if (depth === 0 && !inString) return at + 1;
  }
  return text.length;
}

const eightBits = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => `\\u00${hex.slice(2)}`);

const ascii = (text: string): string =>
  text.replace(/[\x7f-\xff]/g, (char) => `\\u00${char.charCodeAt(0).toString(16).toUpperCase()}`);

export function openJson(realm: Realm): object {
  const native = realm.global("JSON") as JSON;
  const stringify = native.stringify as (
    value: unknown,
    replace?: unknown,
    space?: unknown,
  ) => string | undefined;
  const listed = (_key: string, value: unknown): unknown => {
    if (isTyped(value)) return Array.from(value as Iterable<number>);
    if (types.isAnyArrayBuffer(value)) return Array.from(new Uint8Array(value as ArrayBuffer));
    return value;
  };
  return realm.object({
    parse(given: unknown) {
      const text = String(given);
      const end = valueEnd(text);
      if (end === 0) throw realm.error("Expecting valid value, got EOF", "SyntaxError");
      return native.parse(eightBits(text.slice(0, end))) as unknown;
    },
    stringify(value: unknown, _replace?: unknown, space?: unknown) {
      const text = stringify(value, listed, space);
      return text === undefined ? undefined : ascii(text);
    },
  });
}
