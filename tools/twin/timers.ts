/** setTimeout, setInterval and what changes them, as Espruino has them. */
import type { Callback, Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";

export function openTimers(realm: Realm, loop: Loop): Record<string, unknown> {
  const calling = (work: unknown, values: unknown[]): (() => void) => {
    if (typeof work === "function") return () => void (work as Callback)(...values);
    if (typeof work === "string") return () => void realm.evaluate(work, "timer");
    throw realm.error("Function or String not supplied!");
  };
  const clear = (id?: number): void => {
    if (id === undefined)
      throw realm.error("clearTimeout(undefined) not allowed. Use clearTimeout() instead");
    loop.clearTimer(id);
  };
  const clearAny = (...ids: [number?]): void => {
    if (ids.length === 0) loop.clearTimers();
    else clear(ids[0]);
  };
  return {
    setTimeout: (work: unknown, ms = 0, ...values: unknown[]) =>
      loop.addTimer(ms, undefined, calling(work, values), [work, ...values]),
    setInterval: (work: unknown, ms = 0, ...values: unknown[]) =>
      loop.addTimer(ms, ms, calling(work, values), [work, ...values]),
    clearTimeout: clearAny,
    clearInterval: clearAny,
    changeInterval: (id: number, ms: number) => loop.changeTimer(id, ms),
  };
}
