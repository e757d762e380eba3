/** What screens hook into: stores, words, answers of the server, a form that is being sent. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { codeOf, Refused } from "../api/refused.ts";
import type { Store } from "../api/store.ts";
import { after } from "../platform/browser.ts";
import { answers, ask, returned, session } from "../services.ts";
import { spoken } from "../words/words.ts";
import type { Language, Words } from "../words/words.ts";
import type { Account } from "../api/types.ts";

export function useStore<T>(store: Store<T>): T {
  const [value, set] = useState(store.get());
  useEffect(() => {
    set(() => store.get());
    return store.follow((next) => set(() => next));
  }, [store]);
  return value;
}

export const useWords = (): Words => useStore(spoken).words;
export const useLanguage = (): Language => useStore(spoken).language;

/** Of screens that only those who are signed in see. */
export function useAccount(): Account {
  const state = useStore(session.state);
  if (state.kind !== "in") throw new Error("nobody is signed in");
  return state.account;
}

/** The sentence for a refusal. */
export function sayRefused(words: Words, error: unknown): string {
  const code = codeOf(error);
  const known = words.refused as unknown as Record<string, string | undefined>;
  const sentence = (code !== "waitSeconds" && known[code]) || words.refused.UNREADABLE;
  const seconds = error instanceof Refused ? error.retryAfterS : undefined;
  return seconds === undefined ? sentence : `${sentence} ${words.refused.waitSeconds(seconds)}`;
}

export interface Answer<T> {
  /** undefined until it is there; kept while it is asked again */
  value: T | undefined;
  /** of the last attempt */
  fault: unknown;
  again(): Promise<void>;
  /** Puts what another route has just answered in its place. */
  put(value: T): void;
}

/** s until a refused question is asked again, at most */
const LONGEST_S = 60;

/** What a route answers; at once what it answered before, then what it answers now. Undefined as a path asks nothing. */
export function useAnswer<T>(path: string | undefined): Answer<T> {
  const kept = path === undefined ? undefined : (answers.get(path) as T | undefined);
  const [state, set] = useState<{ path: string | undefined; value: T | undefined; fault: unknown }>({
    path,
    value: kept,
    fault: undefined,
  });
  const current = useRef(path);
  current.current = path;
  const put = useCallback(
    (value: T) => {
      if (path === undefined) return;
      answers.set(path, value);
      if (current.current === path) set({ path, value, fault: undefined });
    },
    [path],
  );
  const again = useCallback(async () => {
    if (path === undefined) return;
    try {
      put(await ask.get<T>(path));
    } catch (fault) {
      if (current.current === path) set({ path, value: answers.get(path) as T | undefined, fault });
    }
  }, [path, put]);
  useEffect(() => {
    if (path === undefined || !answers.isFresh(path)) void again();
  }, [again]);
  useEffect(() => returned.follow(() => void again()), [again]);
  // who asked too often is answered in a while
  useEffect(() => {
    const seconds = state.fault instanceof Refused ? state.fault.retryAfterS : undefined;
    return seconds === undefined ? undefined : after(Math.min(seconds, LONGEST_S) * 1000, () => void again());
  }, [state.fault, again]);
  const fresh = state.path === path;
  return { value: fresh ? state.value : kept, fault: fresh ? state.fault : undefined, again, put };
}

export interface Sending {
  busy: boolean;
  /** the sentence for what went wrong, or undefined */
  fault: string | undefined;
  /** what went wrong */
  error: unknown;
  /** Runs one at a time; true where it came to its end. */
  run(work: () => Promise<void>): Promise<boolean>;
  clear(): void;
}

/** Sending a form: busy meanwhile, and what was refused as a sentence. */
export function useSending(): Sending {
  const words = useWords();
  const [state, set] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const running = useRef(false);
  return {
    busy: state.busy,
    error: state.error,
    fault: state.error === undefined ? undefined : sayRefused(words, state.error),
    async run(work) {
      if (running.current) return false;
      running.current = true;
      set({ busy: true, error: undefined });
      try {
        await work();
        set({ busy: false, error: undefined });
        return true;
      } catch (error) {
        set({ busy: false, error });
        return false;
      } finally {
        running.current = false;
      }
    },
    clear: () => set({ busy: false, error: undefined }),
  };
}
