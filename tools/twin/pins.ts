/** The chip's pins: levels that the world and the program set, and watches that debounce as Espruino's do. */
import type { ToyClock } from "@bearlink/sdk/toy";
import type { Callback, Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";

const PIN_COUNT = 40;
/** of the 12-bit ADC */
const FULL_SCALE = 4095;

export interface Watch {
  pin: string;
  edge: number;
  debounceMs: number;
  repeat: boolean;
  call: Callback;
  level: boolean;
  lastTime: number;
  settle: () => void;
}

export interface Pins {
  /** By name, `D0` … `D39`: what the program sets, or the world. */
  levels: Record<string, number>;
  modes: Record<string, string>;
  /** pins whose DAC was switched on */
  analog: Set<string>;
  /** The world moves a pin. */
  set(pin: string, level: number): void;
  /** `D33` of the pin, or of its number or name. */
  name(pin: unknown): string;
  globals: Record<string, unknown>;
  /** callbacks of its watches */
  held(): unknown[];
}

interface WatchOptions {
  repeat?: boolean;
  edge?: string | number;
  debounce?: number;
}

function edgeOf(edge: string | number | undefined): number | undefined {
  if (typeof edge === "number") return Math.sign(edge);
  return { rising: 1, falling: -1, both: 0 }[edge ?? "both"];
}

export function openPins(realm: Realm, loop: Loop, clock: ToyClock, nowS: () => number): Pins {
  const levels: Record<string, number> = {};
  const modes: Record<string, string> = {};
  const analog = new Set<string>();
  const watches = new Map<number, Watch>();
  const pins: Record<string, object> = {};
  const names = new WeakMap<object, string>();
  let lastWatch = 0;

  const name = (pin: unknown): string => {
    if (typeof pin === "object" && pin !== null && names.has(pin)) return names.get(pin)!;
    const named = typeof pin === "number" ? `D${pin}` : String(pin);
    if (!(named in pins)) throw realm.error("Invalid pin");
    return named;
  };

  const fire = (id: number, watch: Watch, state: boolean): void => {
    watch.level = state;
    const time = nowS();
    const told = realm.object({ state, time, lastTime: watch.lastTime, pin: pins[watch.pin] });
    watch.lastTime = time;
    if (watch.edge !== 0 && (watch.edge === 1) !== state) return;
    if (!watch.repeat) watches.delete(id);
    loop.queue(() => watch.call(told));
  };

  const set = (pin: string, level: number): void => {
    levels[pin] = level;
    const state = level >= 0.5;
    for (const [id, watch] of watches) {
      if (watch.pin !== pin) continue;
      watch.settle();
      if (watch.debounceMs <= 0) {
        if (state !== watch.level) fire(id, watch, state);
        continue;
      }
      watch.settle = clock.after(watch.debounceMs, () => {
        if (state !== watch.level && watches.has(id)) fire(id, watch, state);
      });
    }
  };

  const level = (pin: unknown): number => ((levels[name(pin)] ?? 0) >= 0.5 ? 1 : 0);
  const write = (pin: unknown, value: unknown): void => {
    const named = name(pin);
    modes[named] = "output";
    levels[named] = value ? 1 : 0;
  };
  const mode = (pin: unknown, wanted: string | undefined): void => {
    const named = name(pin);
    modes[named] = wanted ?? "auto";
    if (wanted === "input_pullup") levels[named] ??= 1;
  };

  for (let number = 0; number < PIN_COUNT; number++) {
    const named = `D${number}`;
    const pin: object = realm.object({
      read: () => level(pin) === 1,
      write: (value: unknown) => write(pin, value),
      set: () => write(pin, 1),
      reset: () => write(pin, 0),
      mode: (wanted: string) => mode(pin, wanted),
      getMode: () => modes[named] ?? "input",
      toString: () => named,
    });
    pins[named] = pin;
    names.set(pin, named);
  }

  const setWatch = (call: Callback, pin: unknown, options: WatchOptions | boolean = {}): number => {
    const asked = typeof options === "object" ? options : { repeat: options };
    const edge = edgeOf(asked.edge);
    if (edge === undefined)
      throw realm.error("'edge' in setWatch should be 1, -1, 0, 'rising', 'falling' or 'both'", "TypeError");
    if (typeof call !== "function") throw realm.error("Function or String not supplied!");
    watches.set(++lastWatch, {
      pin: name(pin),
      edge,
      debounceMs: asked.debounce ?? 0,
      repeat: asked.repeat === true,
      call,
      level: level(pin) === 1,
      lastTime: nowS(),
      settle: () => {},
    });
    return lastWatch;
  };

  const globals: Record<string, unknown> = {
    ...pins,
    HIGH: 1,
    LOW: 0,
    Pin: function (pin: unknown) {
      return pins[name(pin)];
    },
    pinMode: mode,
    getPinMode: (pin: unknown) => modes[name(pin)] ?? "input",
    digitalRead: level,
    digitalWrite(pin: unknown, value: unknown) {
      if (!Array.isArray(pin)) return write(pin, value);
      const bits = Number(value);
      for (const [i, one] of [...pin].reverse().entries()) write(one, (bits >> i) & 1);
    },
    digitalPulse(pin: unknown, value: unknown, ms: number) {
      write(pin, value);
      clock.after(ms, () => write(pin, !value));
    },
    analogRead: (pin: unknown) => Math.round((levels[name(pin)] ?? 0) * FULL_SCALE) / FULL_SCALE,
    analogWrite(pin: unknown, value: number) {
      const named = name(pin);
      analog.add(named);
      levels[named] = value;
    },
    setWatch,
    clearWatch(id?: number) {
      if (id === undefined) watches.clear();
      else watches.delete(id);
    },
  };
  const held = (): unknown[] => [...watches.values()].map(({ call }) => call);
  return { levels, modes, analog, set, name, globals, held };
}
