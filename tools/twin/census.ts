/** Counts Espruino's variables by walking from what a program holds to all that hangs on it. */
import { types } from "node:util";
import { isTyped } from "./bytes.ts";
import { listenersOf } from "./emitter.ts";
import { openScopes } from "./scopes.ts";
import type { Scope } from "./scopes.ts";
import {
  flatVariables,
  FUNCTION_VARIABLES,
  isInline,
  nameVariables,
  textVariables,
  typedVariables,
} from "./sizes.ts";

export interface CensusOptions {
  /** a text that lies in flash, and not in memory */
  inFlash(text: string): boolean;
  /** the program's own: what the machine made is not counted */
  isOwn(value: object): boolean;
}

/** Variables of these values, and of all they lead to; each thing once. */
export function census(roots: unknown[], probe: () => void, options: CensusOptions): number {
  const seen = new Set<object>();
  const scopes = new Set<string>();
  const ids = new Map<object, number>();
  const reader = openScopes();
  const waiting: unknown[] = [];
  let count = 0;

  const idOf = (value: unknown): string => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null)
      return String(value).slice(0, 40);
    if (!ids.has(value)) ids.set(value, ids.size);
    return `#${ids.get(value)}`;
  };
  const named = (name: string, value: unknown): void => {
    count += nameVariables(name.length);
    if (!isInline(value)) waiting.push(value);
  };
  /** What the machine itself does, as a module's functions, costs nothing. */
  const isNative = (value: unknown): boolean => typeof value === "function" && !options.isOwn(value);
  const members = (value: object, names: string[]): void => {
    for (const name of names) {
      const { value: held, get } = Object.getOwnPropertyDescriptor(value, name)!;
      const kept: unknown = get ?? held;
      if (!isNative(kept)) named(name, kept);
    }
  };
  const scope = ({ kind, variables }: Scope): void => {
    // V8 makes a copy each time: the same names holding the same things are the same scope
    const isTop = kind === "Script";
    const key = isTop
      ? kind
      : `${kind}:${Object.entries(variables)
          .map(([name, value]) => `${name}=${idOf(value)}`)
          .join()}`;
    if (scopes.has(key)) return;
    scopes.add(key);
    if (!isTop) count += 2;
    for (const [name, value] of Object.entries(variables)) named(name, value);
  };
  const buffer = (value: ArrayBufferLike): number =>
    seen.has(value) ? 0 : (seen.add(value), 1 + flatVariables(value.byteLength));

  const visit = (value: unknown): void => {
    if (typeof value === "string") count += options.inFlash(value) ? 1 : textVariables(value.length);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      if (typeof value !== "string") count++;
      return;
    }
    for (const listener of listenersOf(value)) named("#on", listener);
    if (seen.has(value) || !options.isOwn(value)) return;
    seen.add(value);
    if (typeof value === "function") {
      count += FUNCTION_VARIABLES + value.length;
      members(value, Object.keys(value));
      const { prototype } = value as { prototype?: object };
      if (prototype && Object.getOwnPropertyNames(prototype).length > 1) {
        count += 2;
        const methods = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
        members(prototype, methods);
      }
      for (const found of reader.of(value)) scope(found);
    } else if (isTyped(value)) count += 1 + buffer(value.buffer);
    else if (types.isAnyArrayBuffer(value)) count += buffer(value);
    else if (types.isDataView(value)) count += typedVariables(0) + buffer(value.buffer);
    else if (Array.isArray(value)) {
      count++;
      for (const item of value) named("", item);
    } else {
      count++;
      members(value, Object.keys(value));
    }
  };

  try {
    for (const top of reader.of(probe)) scope(top);
    waiting.push(...roots);
    while (waiting.length > 0) visit(waiting.pop());
  } finally {
    reader.close();
  }
  return count;
}
