/** `require` and `Modules`: what is built in, what the program gave itself, and files of Storage. */
import { toLatin } from "./bytes.ts";
import { readFile } from "./flash.ts";
import type { Flash } from "./flash.ts";
import type { Callback } from "./loop.ts";
import type { Realm } from "./realm.ts";

export interface Modules {
  require(name: unknown): unknown;
  Modules: object;
  held(): unknown[];
}

export function openModules(realm: Realm, flash: Flash, builtIn: Record<string, object>): Modules {
  const known: Record<string, unknown> = { ...builtIn };

  const evaluate = (name: string, source: string): unknown => {
    const made = realm.object({ exports: realm.object({}) });
    const wrapper = realm.evaluate(`(function(exports,module){${source}\n})`, name) as Callback;
    wrapper(made.exports, made);
    return made.exports;
  };

  return {
    require(asked) {
      const name = String(asked);
      if (known[name] !== undefined) return known[name];
      const file = readFile(flash, name);
      if (!file) throw realm.error(`Module ${JSON.stringify(name)} not found`);
      return (known[name] = evaluate(name, toLatin(file)));
    },
    Modules: realm.object({
      addCached: (name: string, source: string) => void (known[name] = evaluate(name, source)),
      removeCached: (name: string) => void delete known[name],
      removeAllCached: () => {},
      getCached: () => realm.array(Object.keys(known)),
    }),
    held: () => Object.values(known),
  };
}
