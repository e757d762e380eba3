/** The world a program of Espruino sees: V8's, less what Espruino lacks, its strings of 8 bits, and what nobody can catch. */
import { createContext, runInContext, Script } from "node:vm";
import type { Context } from "node:vm";
import { Death } from "./loop.ts";
import { isTyped } from "./bytes.ts";
import { GLOBALS, MEMBERS, TYPED } from "./language.ts";
import { HOOKS, readProgram, UnreadableProgram } from "./reader.ts";

type Members = Record<string, unknown>;
type Native = (...args: never[]) => unknown;

export interface Realm {
  /** Reads and runs a program, as the global `eval` does. */
  evaluate(source: string, name: string): unknown;
  /** Gives the program a global, or takes it away. */
  define(name: string, value: unknown): void;
  global(name: string): unknown;
  /** of its globals */
  names(): string[];
  /** made by the program, or for it, in this realm */
  owns(value: object): boolean;
  /** An ArrayBuffer of the program's own. */
  buffer(bytes: Uint8Array): ArrayBuffer;
  view(kind: string, bytes: Uint8Array): Uint8Array;
  /** An error of the program's own, to be thrown at it. */
  error(message: string, kind?: string): Error;
  /** An object of the program's own, with these members. */
  object<T extends object>(members: T): T;
  array(items: unknown[]): unknown[];
}

export interface RealmOptions {
  alive(): boolean;
  die(): never;
  /** memory that is about to be taken */
  takeBytes(bytes: number): void;
  takeVariables(count: number): void;
}

const INTERNAL_ERROR =
  "(() => { class InternalError extends Error {} InternalError.prototype.name = 'InternalError'; return InternalError; })()";
/** programs kept in the form that V8 runs: one that fetches its functions from flash evaluates the same few again and again */
const MAX_SCRIPTS = 1_000;
const scripts = new Map<string, Script>();

function scriptOf(source: string, filename: string): Script {
  const known = scripts.get(source);
  if (known) return known;
  const script = new Script(readProgram(source), { filename });
  if (scripts.size >= MAX_SCRIPTS) scripts.clear();
  scripts.set(source, script);
  return script;
}

/** Espruino's indexOf finds at the end of a text what only begins there: "abc".indexOf("cd") is 2. */
function looseIndex(text: string, what: string, from = 0): number {
  const at = text.indexOf(what, from);
  if (at >= 0 || what.length > text.length) return at;
  for (let end = Math.max(0, from, text.length - what.length); end < text.length; end++)
    if (what.startsWith(text.slice(end))) return end;
  return -1;
}

/** Replaces a member, or makes one, that looks like V8's own. */
function member(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false });
}

/** `slice` and `filter` of a typed array make plain arrays; `set` takes strings, and drops what has no room. */
function bendTyped(shared: Members, array: Realm["array"]): void {
  for (const name of ["slice", "filter"]) {
    const native = shared[name] as (this: object, ...values: unknown[]) => Iterable<unknown>;
    member(shared, name, function (this: object, ...values: unknown[]) {
      return array([...native.apply(this, values)]);
    });
  }
  const set = shared.set as (this: Uint8Array, from: ArrayLike<number>, at: number) => void;
  member(shared, "set", function (this: Uint8Array, from: ArrayLike<number> | string, at = 0) {
    const given = typeof from === "string" ? Buffer.from(from, "latin1") : Array.from(from);
    set.call(this, given.slice(0, Math.max(0, this.length - at)), Math.min(at, this.length));
  });
}

function strip(owner: object, kept: string[]): void {
  for (const key of Reflect.ownKeys(owner)) {
    // V8's own symbols stay: for…of needs them, and a program has no word for them
    if (typeof key === "symbol" || kept.includes(key) || key === "constructor" || key === "length") continue;
    if (key !== "prototype" && key !== "name") Reflect.deleteProperty(owner, key);
  }
}

function stripLanguage(world: Members): void {
  for (const [path, kept] of Object.entries(MEMBERS)) {
    const [name, part] = path.split(".") as [string, string | undefined];
    const first = world[name === "Typed" ? "Uint8Array" : name] as Members;
    const owner = name === "Typed" ? (Object.getPrototypeOf(first) as Members) : first;
    strip(part ? (owner[part] as object) : owner, kept);
  }
  for (const name of TYPED) strip(world[name] as object, []);
  for (const name of Object.getOwnPropertyNames(world)) if (!GLOBALS.includes(name)) delete world[name];
}

export function openRealm(options: RealmOptions): Realm {
  const sandbox: Members = {};
  const context: Context = createContext(sandbox);
  const inside = (code: string): unknown => runInContext(code, context);
  const world = inside("globalThis") as Members;

  const makeObject = inside("(members) => Object.assign({}, members)") as <T>(members: T) => T;
  const makeArray: Realm["array"] = inside(
    "(items) => { const out = []; for (const i of items) out.push(i); return out; }",
  ) as Realm["array"];
  const makeBuffer = inside("(n) => new ArrayBuffer(n)") as (size: number) => ArrayBuffer;
  const makeError = inside("(kind, text) => new kind(text)") as (kind: unknown, text: string) => Error;
  const errors: Members = { InternalError: inside(INTERNAL_ERROR) };
  for (const kind of ["Error", "TypeError", "SyntaxError", "ReferenceError"]) errors[kind] = world[kind];
  const views: Members = Object.fromEntries(TYPED.map((name) => [name, world[name]]));

  const error = (message: string, kind = "Error"): Error => makeError(errors[kind], message);
  const buffer = (bytes: Uint8Array): ArrayBuffer => {
    const out = makeBuffer(bytes.length);
    new Uint8Array(out).set(bytes);
    return out;
  };

  stripLanguage(world);

  const text = world.String as Members & { prototype: Members };
  const ascii = (value: string, first: string, last: string, shift: number): string =>
    value.replace(new RegExp(`[${first}-${last}]`, "g"), (c) => String.fromCharCode(c.charCodeAt(0) + shift));
  member(text, "fromCharCode", (...codes: number[]) =>
    String.fromCharCode(...codes.map((code) => code & 255)),
  );
  const replace = text.prototype.replace as (this: string, what: unknown, by: unknown) => string;
  member(text.prototype, "indexOf", function (this: string, what: unknown, from?: number) {
    return looseIndex(String(this), String(what), from);
  });
  member(text.prototype, "includes", function (this: string, what: unknown, from?: number) {
    return looseIndex(String(this), String(what), from) >= 0;
  });
  member(text.prototype, "replace", function (this: string, what: unknown, by: unknown) {
    const at = typeof what === "string" && typeof by === "string" ? looseIndex(String(this), what) : -1;
    return at < 0
      ? replace.call(this, what, by)
      : this.slice(0, at) + String(by) + this.slice(at + String(what).length);
  });
  member(text.prototype, "toUpperCase", function (this: string) {
    return ascii(String(this), "a", "z", -32);
  });
  member(text.prototype, "toLowerCase", function (this: string) {
    return ascii(String(this), "A", "Z", 32);
  });

  /** Takes memory for what is made, and refuses what Espruino refuses. */
  const counted = (name: string, width: number): unknown =>
    new Proxy(views[name] as new (...args: unknown[]) => object, {
      construct(target, args) {
        const [first] = args;
        if (typeof first === "string") throw error("Unsupported first argument of type String");
        if (typeof first === "number") {
          if (first < 0) throw error("Invalid length for ArrayBuffer");
          options.takeBytes(first * width);
        } else if (Array.isArray(first) || isTyped(first)) options.takeBytes(first.length * width);
        return Reflect.construct(target, args) as object;
      },
    });
  for (const name of TYPED) {
    const { prototype } = views[name] as { prototype: { BYTES_PER_ELEMENT: number } };
    member(world, name, counted(name, prototype.BYTES_PER_ELEMENT));
  }
  bendTyped(
    Object.getPrototypeOf((views.Uint8Array as { prototype: object }).prototype) as Members,
    makeArray,
  );

  const list = (world.Array as { prototype: Members }).prototype;
  const push = list.push as (this: unknown[], ...items: unknown[]) => number;
  member(list, "push", function (this: unknown[], ...items: unknown[]) {
    options.takeVariables(items.length);
    return push.apply(this, items);
  });

  const isOurs = inside("(value) => value instanceof Object || Object.getPrototypeOf(value) === null") as (
    value: object,
  ) => boolean;
  const hooks: Record<string, Native> = {
    [HOOKS.caught]: (thrown: unknown) => {
      if (thrown instanceof Death) throw thrown;
      // too deep, too long, too many: on Espruino memory, or the stack, is out
      if ((thrown as Error | undefined)?.constructor?.name === "RangeError") options.die();
    },
    [HOOKS.alive]: options.alive,
    [HOOKS.constant]: () => {
      throw error("Assignment to a constant", "TypeError");
    },
  };
  for (const [name, hook] of Object.entries(hooks)) member(world, name, hook);

  const evaluate = (source: string, name: string): unknown => {
    try {
      return scriptOf(source, name).runInContext(context);
    } catch (fault) {
      if (!(fault instanceof UnreadableProgram)) throw fault;
      throw error(fault.message, "SyntaxError");
    }
  };
  member(world, "eval", (source: unknown) =>
    typeof source === "string" ? evaluate(source, "eval") : source,
  );

  return {
    evaluate,
    define(name, value) {
      if (value === undefined) delete world[name];
      else member(world, name, value);
    },
    global: (name) => world[name],
    names: () => Object.getOwnPropertyNames(world),
    owns: (value) => isOurs(value),
    buffer,
    view: (kind, bytes) => new (views[kind] as new (from: ArrayBuffer) => Uint8Array)(buffer(bytes)),
    error,
    object: makeObject as Realm["object"],
    array: makeArray,
  };
}
