/** Espruino's idle loop: a pass runs the timers that are due, lets the network move, then runs the callbacks that were queued. */
import type { ToyClock } from "@bearlink/sdk/toy";

export type Callback = (...args: unknown[]) => unknown;

/** Thrown where memory ran out: no `catch` of the program sees it. */
export class Death extends Error {}

interface Timer {
  /** what it keeps alive: the program's callback, and what it is given */
  held: unknown[];
  /** ms left, counted from the last pass */
  left: number;
  every: number | undefined;
  call: () => void;
}

export interface Loop {
  /** Runs the callback in a pass to come. */
  queue(call: () => void): void;
  /** Something came from outside: a pass is due. */
  wake(): void;
  /** Asked in each pass; `true`: there is more to do at once. */
  onPass(idler: () => boolean): void;
  addTimer(ms: number, every: number | undefined, call: () => void, held?: unknown[]): number;
  clearTimer(id: number): void;
  clearTimers(): void;
  changeTimer(id: number, ms: number): void;
  /** `setTime`: timers that run count from the new time, so that one far ahead stalls them. */
  shift(ms: number): void;
  /** Runs the program's code; what it does not catch goes to `failed`. */
  run(call: () => unknown): unknown;
  /** Memory ran out: this callback ends here, and what else the pass would have run is lost with it. */
  die(): never;
  dying(): boolean;
  /** What its timers keep alive, and how many they are. */
  held(): unknown[];
  timerCount(): number;
  stop(): void;
}

export interface LoopEvents {
  /** A callback is about to run. */
  began(): void;
  failed(error: unknown): void;
  died(): void;
}

/** ms under which Espruino's timers do not go */
const LEAST_MS = 0.1;

export function openLoop(clock: ToyClock, events: LoopEvents): Loop {
  const timers = new Map<number, Timer>();
  const idlers: (() => boolean)[] = [];
  let queued: (() => void)[] = [];
  let lastId = 0;
  let lastPass = clock.now();
  let dying = false;
  let depth = 0;
  let stopped = false;
  let due: NodeJS.Immediate | undefined;
  let stopWait = (): void => {};

  const run = (call: () => unknown): unknown => {
    if (stopped || (dying && depth === 0)) return undefined;
    if (depth === 0) events.began();
    depth++;
    try {
      return call();
    } catch (error) {
      if (depth > 1) throw error;
      if (!(error instanceof Death)) events.failed(error);
    } finally {
      depth--;
    }
    return undefined;
  };

  const runTimers = (): boolean => {
    const now = clock.now();
    const passed = now - lastPass;
    lastPass = now;
    for (const timer of timers.values()) timer.left -= passed;
    let ran = false;
    // one that was set meanwhile and is due runs too
    for (const [id, timer] of timers) {
      if (timer.left > 0) continue;
      ran = true;
      run(timer.call);
      // its interval goes too, where memory ran out in this pass
      if (timer.every === undefined || dying) timers.delete(id);
      else timer.left += timer.every;
    }
    return ran;
  };

  const runQueued = (): boolean => {
    const now = queued;
    queued = [];
    for (const call of now) run(call);
    return now.length > 0;
  };

  const sleep = (): void => {
    if (timers.size === 0) return;
    const first = Math.min(...[...timers.values()].map(({ left }) => left));
    stopWait = clock.after(Math.max(0, first), wake);
  };

  const pass = (): void => {
    due = undefined;
    if (stopped) return;
    stopWait();
    let busy = runTimers();
    for (const idler of idlers) busy = idler() || busy;
    busy = runQueued() || busy;
    if (dying) {
      dying = false;
      events.died();
    }
    if (stopped) return;
    if (busy || queued.length > 0) wake();
    else sleep();
  };

  function wake(): void {
    if (!stopped) due ??= setImmediate(pass);
  }

  return {
    queue(call) {
      queued.push(call);
      wake();
    },
    wake,
    onPass: (idler) => void idlers.push(idler),
    addTimer(ms, every, call, held = []) {
      const left = clock.now() - lastPass + Math.max(LEAST_MS, ms || 0);
      timers.set(++lastId, { held, left, every: every && Math.max(LEAST_MS, every), call });
      wake();
      return lastId;
    },
    clearTimer: (id) => void timers.delete(id),
    clearTimers: () => timers.clear(),
    changeTimer(id, ms) {
      const timer = timers.get(id);
      if (!timer) return;
      timer.every = Math.max(LEAST_MS, ms);
      timer.left = clock.now() - lastPass + timer.every;
      wake();
    },
    shift(ms) {
      lastPass += ms;
    },
    run,
    die() {
      dying = true;
      throw new Death("out of memory");
    },
    dying: () => dying,
    held: () => [...timers.values()].flatMap(({ held }) => held),
    timerCount: () => timers.size,
    stop() {
      stopped = true;
      stopWait();
      if (due) clearImmediate(due);
      timers.clear();
      queued = [];
    },
  };
}
