/** Waiting with a bound: work that keeps quiet too long is given up, and told so through its signal. */
import { ModelError } from "../errors.ts";
import type { Clock } from "../ports.ts";

/** Work that must answer within `ms`; it is handed the signal that gives it up. */
export function within<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(ms, () => own.abort(new ModelError("timeout")));
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    work(signal)
      .then(resolve, reject)
      .finally(() => {
        cancel();
        signal.removeEventListener("abort", giveUp);
      });
  });
}

/** A stream whose first piece must come within `firstMs`, and each further one within `betweenMs` of being asked for. */
export async function* timed<T>(
  clock: Clock,
  firstMs: number,
  betweenMs: number,
  outer: AbortSignal,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T> {
  outer.throwIfAborted();
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  const pieces = until(signal, open(signal));
  let ms = firstMs;
  try {
    for (;;) {
      const cancel = clock.after(ms, () => own.abort(new ModelError("timeout")));
      const piece = await pieces.next().finally(cancel);
      if (piece.done) return;
      yield piece.value;
      ms = betweenMs;
    }
  } finally {
    own.abort();
  }
}

/** The pieces of a stream until the signal: even one that never answers is left at once. */
export async function* until<T>(signal: AbortSignal, pieces: AsyncIterable<T>): AsyncGenerator<T> {
  signal.throwIfAborted();
  const iterator = pieces[Symbol.asyncIterator]();
  let giveUp!: () => void;
  const aborted = new Promise<never>((_, reject) => (giveUp = () => reject(signal.reason as Error)));
  aborted.catch(() => undefined);
  signal.addEventListener("abort", giveUp);
  try {
    for (;;) {
      const piece = await Promise.race([iterator.next(), aborted]);
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    signal.removeEventListener("abort", giveUp);
    // a source stuck in an await cannot be waited for; its own signal ends it
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
