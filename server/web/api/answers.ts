/** What routes have answered in this session: shown at once where one comes back, and asked again once it may be old. */

export interface Answers {
  get(path: string): unknown;
  /** Whether it need not be asked again yet: a family may ask so often a minute, and no more. */
  isFresh(path: string): boolean;
  set(path: string, value: unknown): void;
  /** Something has changed: all of it may be old now. */
  age(): void;
  clear(): void;
}

/** ms */
const FRESH_MS = 10_000;

export function createAnswers(now: () => number): Answers {
  const kept = new Map<string, { value: unknown; freshUntil: number }>();
  return {
    get: (path) => kept.get(path)?.value,
    isFresh: (path) => (kept.get(path)?.freshUntil ?? 0) > now(),
    set: (path, value) => void kept.set(path, { value, freshUntil: now() + FRESH_MS }),
    age() {
      for (const answer of kept.values()) answer.freshUntil = 0;
    },
    clear: () => kept.clear(),
  };
}
