/** One question to the database for all who ask at the same moment: a query costs as much for one key as for fifty. */
import { MAX_DATABASE_WAITING } from "../../bounds.ts";

const MOST_KEYS = 100;

interface Asker<V> {
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

/**
 * One query is under way at a time, and who asks meanwhile goes with the next: an answer is never older than its
 * question. Where a query fails, all who asked it are told; where `most` wait, one more is refused at once. `find` is
 * given each key once, and leaves out those it does not find; a key that could make the query itself fail has no place
 * here.
 *
 *     const nameOf = gathered(async (ids: string[]) => new Map(await namesOf(ids)));
 *     await Promise.all([nameOf("a"), nameOf("b")]); // one query
 */
export function gathered<K, V>(
  find: (keys: K[]) => Promise<ReadonlyMap<K, V>>,
  most = MAX_DATABASE_WAITING,
): (key: K) => Promise<V | undefined> {
  let waiting = new Map<K, Asker<V>[]>();
  let waitingAskers = 0;
  let busy = false;

  function plan(): void {
    if (busy || waiting.size === 0) return;
    busy = true;
    // after all that has arrived was read, and what comes of the answers that are given in this turn
    setImmediate(() => setImmediate(() => void ask(take())));
  }

  function take(): Map<K, Asker<V>[]> {
    const taken = new Map([...waiting].slice(0, MOST_KEYS));
    waiting = new Map([...waiting].slice(MOST_KEYS));
    for (const askers of taken.values()) waitingAskers -= askers.length;
    return taken;
  }

  async function ask(asked: Map<K, Asker<V>[]>): Promise<void> {
    try {
      const found = await find([...asked.keys()]);
      for (const [key, askers] of asked) for (const { resolve } of askers) resolve(found.get(key));
    } catch (error) {
      for (const askers of asked.values()) for (const { reject } of askers) reject(error);
    } finally {
      busy = false;
      plan();
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waitingAskers >= most) return reject(new Error("too many wait for the database"));
      waitingAskers++;
      const askers = waiting.get(key);
      if (askers) askers.push({ resolve, reject });
      else waiting.set(key, [{ resolve, reject }]);
      plan();
    });
}
