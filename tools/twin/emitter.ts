/** Espruino's events: listeners under a name, called in a pass to come. */
import type { Callback, Loop } from "./loop.ts";

export interface Emitter {
  on(event: string, listener: Callback): void;
  removeListener(event: string, listener: Callback): void;
  removeAllListeners(event?: string): void;
  emit(event: string, ...values: unknown[]): void;
}

export interface Events {
  /** Queues an event; false: nobody listens. */
  tell(event: string, ...values: unknown[]): boolean;
  /** Calls them at once. */
  tellNow(event: string): void;
  isHeard(event: string): boolean;
}

const heard = new WeakMap<object, Map<string, Callback[]>>();

/** Who waits for the events of an object. */
export function listenersOf(target: object): Callback[] {
  return [...(heard.get(target)?.values() ?? [])].flat();
}

/** Puts `on`, `emit` and their like on an object of the program. */
export function emitOn(target: object, loop: Loop): Events {
  const listeners = new Map<string, Callback[]>();
  heard.set(target, listeners);
  const of = (event: string): Callback[] => listeners.get(event) ?? [];
  const tell = (event: string, ...values: unknown[]): boolean => {
    const called = of(event);
    for (const listener of called) loop.queue(() => listener.apply(target, values));
    return called.length > 0;
  };
  const members: Emitter & { addListener: Emitter["on"] } = {
    on: (event, listener) => void listeners.set(event, [...of(event), listener]),
    addListener: (event, listener) => void listeners.set(event, [...of(event), listener]),
    removeListener: (event, listener) =>
      void listeners.set(
        event,
        of(event).filter((known) => known !== listener),
      ),
    removeAllListeners(event) {
      if (event === undefined) listeners.clear();
      else listeners.delete(event);
    },
    emit: (event, ...values) => void tell(event, ...values),
  };
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(target, name, { value, enumerable: false, configurable: true, writable: true });
  }
  const tellNow = (event: string): void => {
    for (const listener of of(event)) loop.run(() => listener.apply(target, []));
  };
  return { tell, tellNow, isHeard: (event) => of(event).length > 0 };
}
