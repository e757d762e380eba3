/** Espruino's Promise: then and catch, all, resolve and reject; each step in a pass of its own. */
import type { Callback, Loop } from "./loop.ts";
import { Death } from "./loop.ts";
import type { Realm } from "./realm.ts";

interface State {
  settled: "" | "resolved" | "rejected";
  value: unknown;
  waiting: (() => void)[];
}

interface Thenable {
  then(done: Callback, failed: Callback): unknown;
}

const isThenable = (value: unknown): value is Thenable =>
  typeof value === "object" && value !== null && typeof (value as Thenable).then === "function";

export function openPromise(realm: Realm, loop: Loop, unhandled: (reason: unknown) => void): unknown {
  const prototype = realm.object<Record<string, unknown>>({});
  const states = new WeakMap<object, State>();

  const make = (): object => {
    const promise = realm.object({});
    Object.setPrototypeOf(promise, prototype);
    states.set(promise, { settled: "", value: undefined, waiting: [] });
    return promise;
  };

  const settle = (promise: object, how: "resolved" | "rejected", value: unknown): void => {
    const state = states.get(promise)!;
    if (state.settled !== "") return;
    if (how === "resolved" && isThenable(value)) {
      value.then(
        (result) => settle(promise, "resolved", result),
        (reason) => settle(promise, "rejected", reason),
      );
      return;
    }
    Object.assign(state, { settled: how, value });
    if (how === "rejected" && state.waiting.length === 0)
      loop.queue(() => state.waiting.length === 0 && unhandled(value));
    for (const wait of state.waiting) loop.queue(wait);
  };

  const then = (promise: object, done: unknown, failed: unknown): object => {
    const state = states.get(promise)!;
    const next = make();
    const step = (): void => {
      const handler = state.settled === "resolved" ? done : failed;
      if (typeof handler !== "function") return settle(next, state.settled as "resolved", state.value);
      let result: unknown;
      try {
        result = (handler as Callback)(state.value);
      } catch (reason) {
        if (reason instanceof Death) throw reason;
        return settle(next, "rejected", reason);
      }
      settle(next, "resolved", result);
    };
    state.waiting.push(step);
    if (state.settled !== "") loop.queue(step);
    return next;
  };

  const promise = function (executor: (done: Callback, failed: Callback) => void): object {
    if (typeof executor !== "function")
      throw realm.error("Executor function required in Promise constructor");
    const made = make();
    try {
      executor(
        (value) => settle(made, "resolved", value),
        (reason) => settle(made, "rejected", reason),
      );
    } catch (reason) {
      if (reason instanceof Death) throw reason;
      settle(made, "rejected", reason);
    }
    return made;
  };

  const resolve = (value: unknown): object => {
    const made = make();
    settle(made, "resolved", value);
    return made;
  };
  const reject = (reason: unknown): object => {
    const made = make();
    settle(made, "rejected", reason);
    return made;
  };
  const all = (items: unknown[]): object => {
    const made = make();
    const results = realm.array([...items]);
    let left = items.length;
    if (left === 0) settle(made, "resolved", results);
    items.forEach((item, index) => {
      const keep = (value: unknown): void => {
        results[index] = value;
        if (--left === 0) settle(made, "resolved", results);
      };
      if (isThenable(item)) item.then(keep, (reason) => settle(made, "rejected", reason));
      else keep(item);
    });
    return made;
  };

  Object.defineProperties(prototype, {
    then: {
      value: function (this: object, done: unknown, failed: unknown) {
        return then(this, done, failed);
      },
    },
    catch: {
      value: function (this: object, failed: unknown) {
        return then(this, undefined, failed);
      },
    },
  });
  return Object.assign(promise, { prototype, resolve, reject, all });
}
