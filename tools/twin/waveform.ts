/** Waveform: sound in and out of two buffers in turn, at the pace of a clock, from a source and into a sink. */
import type { ToyClock } from "@bearlink/sdk/toy";
import { isTyped } from "./bytes.ts";
import { emitOn } from "./emitter.ts";
import type { Events } from "./emitter.ts";
import type { Loop } from "./loop.ts";
import type { Pins } from "./pins.ts";
import type { Realm } from "./realm.ts";

const ADC_PINS = ["D32", "D33", "D34", "D35", "D36", "D39"];
const DAC_PINS = ["D25", "D26"];

/** Sound as 8-bit samples about 128: what is in front of the microphone, and what came out of the speaker. */
export interface SoundPorts {
  microphone(samples: number, hertz: number): Uint8Array;
  speaker(samples: Uint8Array, hertz: number): void;
}

interface Running {
  hertz: number;
  writing: boolean;
  repeat: boolean;
  startedAt: number;
  /** buffers gone through */
  flips: number;
  /** what the buffer held when its turn came */
  playing: Uint8Array;
  cancel: () => void;
}

interface Shape {
  buffer: Uint8Array;
  buffer2?: Uint8Array;
  running?: boolean;
  freq?: number;
  currentBuffer?: number;
}

interface Options {
  doubleBuffer?: boolean;
  bits?: number;
}

export interface Waves {
  Waveform: unknown;
  /** The timer's interrupts end with the program. */
  stopAll(): void;
}

export function openWaves(realm: Realm, loop: Loop, clock: ToyClock, pins: Pins, ports: SoundPorts): Waves {
  const all = new Set<Running>();

  const widen = (samples: Uint8Array, into: Uint8Array): void => {
    const wide = into.BYTES_PER_ELEMENT === 2;
    for (let i = 0; i < samples.length; i++) into[i] = wide ? samples[i]! * 257 : samples[i]!;
  };
  const narrow = (from: Uint8Array): Uint8Array =>
    Uint8Array.from(from, from.BYTES_PER_ELEMENT === 2 ? (sample) => sample >> 8 : undefined!);

  const bufferOf = (wave: Shape, flips: number): Uint8Array =>
    flips % 2 === 1 && wave.buffer2 ? wave.buffer2 : wave.buffer;

  /** What has been heard of this buffer, `samples` of it. */
  const pass = (wave: Shape, run: Running, samples: number, silent: boolean): void => {
    if (samples <= 0) return;
    if (!run.writing) widen(ports.microphone(samples, run.hertz), bufferOf(wave, run.flips));
    else if (!silent) ports.speaker(run.playing.subarray(0, samples), run.hertz);
  };

  const start = (
    wave: Shape,
    events: Events,
    pin: unknown,
    hertz: number,
    writing: boolean,
    repeat: boolean,
  ): void => {
    if (wave.running) throw realm.error("Waveform is already running");
    if (!(hertz >= 0.001)) throw realm.error("Frequency must be above 0.001Hz");
    const named = pins.name(pin);
    if (!writing && !ADC_PINS.includes(named)) throw realm.error("Invalid pin");
    // a pin without its DAC on makes no sound
    const silent = writing && !(DAC_PINS.includes(named) && pins.analog.has(named));
    const samples = wave.buffer.length;
    const run: Running = {
      hertz,
      writing,
      repeat,
      startedAt: clock.now(),
      flips: 0,
      playing: narrow(wave.buffer),
      cancel: () => {},
    };
    all.add(run);
    wave.running = true;
    wave.freq = hertz;
    const period = (samples / hertz) * 1000;

    const finish = (): void => {
      all.delete(run);
      wave.running = false;
      events.tell("finish", wave.buffer);
    };
    const flip = (): void => {
      pass(wave, run, samples, silent);
      run.flips++;
      run.playing = narrow(bufferOf(wave, run.flips));
      if (!run.repeat && (!wave.buffer2 || run.flips > 1)) return loop.queue(finish);
      later();
      if (!wave.buffer2) return;
      // the event is made where the loop comes to it: a loop that was away for two buffers misses both
      loop.queue(() => {
        const current = run.flips % 2;
        if (!all.has(run) || (wave.currentBuffer ?? 0) === current) return;
        wave.currentBuffer = current;
        events.tell("buffer", bufferOf(wave, run.flips + 1));
      });
    };
    const later = (): void => {
      const due = run.startedAt + (run.flips + 1) * period;
      run.cancel = clock.after(Math.max(0, due - clock.now()), flip);
    };
    later();
    stops.set(wave, () => {
      run.cancel();
      const played = Math.floor(((clock.now() - run.startedAt) * hertz) / 1000) - run.flips * samples;
      pass(wave, run, Math.min(samples, played), silent);
      loop.queue(finish);
    });
  };
  const stops = new WeakMap<object, () => void>();

  const make = (size: unknown, options: Options = {}): object => {
    if (typeof size === "number" && size <= 0) throw realm.error("Samples must be greater than 0");
    const given = isTyped(size) || Object.prototype.toString.call(size) === "[object ArrayBuffer]";
    if (typeof size !== "number" && !given) throw realm.error("'samples' should be a integer or ArrayBuffer");
    const bits = options.bits ?? 8;
    if (bits !== 0 && bits !== 8 && bits !== 16) throw realm.error("Invalid number of bits");
    const kind = realm.global(bits === 16 ? "Uint16Array" : "Uint8Array") as new (of: unknown) => Uint8Array;
    const buffer = isTyped(size) ? (size as Uint8Array) : new kind(size);
    const wave = realm.object<Shape>({ buffer });
    if (options.doubleBuffer) wave.buffer2 = new kind(buffer.length);
    const events = emitOn(wave, loop);
    const members = {
      startInput: (pin: unknown, hertz: number, how?: { repeat?: boolean }) =>
        start(wave, events, pin, hertz, false, how?.repeat === true),
      startOutput: (pin: unknown, hertz: number, how?: { repeat?: boolean }) =>
        start(wave, events, pin, hertz, true, how?.repeat === true),
      stop() {
        if (!wave.running) throw realm.error("Waveform is not running");
        stops.get(wave)!();
      },
    };
    for (const [name, value] of Object.entries(members)) Object.defineProperty(wave, name, { value });
    return wave;
  };

  return {
    Waveform: function (size: unknown, options?: Options) {
      return make(size, options);
    },
    stopAll() {
      for (const run of all) run.cancel();
      all.clear();
    },
  };
}
