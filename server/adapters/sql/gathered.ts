/** One question to the database for all who ask at the same moment: a query costs as much for one key as for fifty. */
import { MAX_DATABASE_WAITING } from "../../bounds.ts";

/** questions under way at a time; who asks meanwhile goes with the next */
const UNDER_WAY = 2;
const MOST_KEYS = 100;

interface Asker<V> {
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

/**
 * An answer is never older than its question: only who asked before a query began is answered by it. Where the query
 * fails, all of them are told; where `most` wait, one more is refused at once. `find` is given each key once, and
 * leaves out those it does not find; a key that could make the query itself fail has no place here.
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
  let planned = false;
  let underWay = 0;

  function plan(): void {
    if (planned || underWay >= UNDER_WAY || waiting.size === 0) return;
    planned = true;
    // after all that has arrived was read
    setImmediate(() => {
      planned = false;
      void ask(take());
      plan();
    });
  }

  function take(): Map<K, Asker<V>[]> {
    const taken = new Map([...waiting].slice(0, MOST_KEYS));
    waiting = new Map([...waiting].slice(MOST_KEYS));
    for (const askers of taken.values()) waitingAskers -= askers.length;
    return taken;
  }

  async function ask(asked: Map<K, Asker<V>[]>): Promise<void> {
    underWay++;
    try {
      const found = await find([...asked.keys()]);
      for (const [key, askers] of asked) for (const { resolve } of askers) resolve(found.get(key));
    } catch (error) {
      for (const askers of asked.values()) for (const { reject } of askers) reject(error);
    } finally {
      underWay--;
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
