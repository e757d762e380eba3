/** How many of Espruino's variables a program holds; where a callback asks for more than there are, it dies. */
import { census } from "./census.ts";
import type { Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";
import { BASE_VARIABLES, TIMER_VARIABLES, typedVariables } from "./sizes.ts";

export interface Memory {
  /** Variables in use; `counted`: now, and not when it was last counted. */
  used(counted: boolean): number;
  /** Takes memory for so many bytes, or variables; where it is gone, the callback dies. */
  takeBytes(bytes: number): void;
  takeVariables(count: number): void;
  /** A callback begins: what a former one took and did not keep is free again. */
  begin(): void;
  sizeOf(value: unknown): number;
}

export interface MemoryOptions {
  realm: Realm;
  loop: Loop;
  limit: number;
  inFlash(text: string): boolean;
  /** what the machine holds for the program: modules, sockets, watches */
  held(): unknown[];
  out(): void;
}

export function openMemory({ realm, loop, limit, inFlash, held, out }: MemoryOptions): Memory {
  const own = new Set(realm.names());
  const made = new Set(realm.names().map((name) => realm.global(name)));
  let base = BASE_VARIABLES;
  /** taken since `base` was counted, and of that since this callback began */
  let taken = 0;
  let takenNow = 0;
  let probe: (() => void) | undefined;

  // a function of V8's own, of this process or of the machine is none of the program's
  const isOwn = (value: object): boolean => !made.has(value) && realm.owns(value);

  const count = (): number => {
    probe ??= realm.evaluate("(function(){})", "probe") as () => void;
    const globals = realm.names().filter((name) => !own.has(name));
    const roots = [...globals.map((name) => realm.global(name)), ...loop.held(), ...held()];
    const timers = loop.timerCount() * TIMER_VARIABLES;
    const names = globals.length * 2;
    base = BASE_VARIABLES + timers + names + census(roots, probe, { inFlash, isOwn });
    taken = 0;
    return base;
  };

  const takeVariables = (wanted: number): void => {
    taken += wanted;
    takenNow += wanted;
    if (base + taken <= limit) return;
    // perhaps most of it was let go: what this callback took may not hang on anything yet
    if (count() + takenNow <= limit) return;
    out();
    loop.die();
  };

  return {
    used: (counted) => (counted ? count() : Math.min(limit, base + taken)),
    takeBytes: (bytes) => takeVariables(typedVariables(bytes)),
    takeVariables,
    begin() {
      takenNow = 0;
    },
    sizeOf: (value) => census([value], () => {}, { inFlash, isOwn }),
  };
}
