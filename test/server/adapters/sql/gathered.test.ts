/** Questions that go together: one query for all, and no answer older than its question. */
import { expect, test } from "vitest";
import { gathered } from "../../../../server/adapters/sql/gathered.ts";

/** A database whose queries end when they are told to. */
function held(): {
  queries: { keys: string[]; end(found: Record<string, string>): void; fail(error: Error): void }[];
  find(keys: string[]): Promise<Map<string, string>>;
} {
  const queries: ReturnType<typeof held>["queries"] = [];
  return {
    queries,
    find: (keys) =>
      new Promise((resolve, reject) => {
        queries.push({ keys, end: (found) => resolve(new Map(Object.entries(found))), fail: reject });
      }),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const moment = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns++) await turn();
};

test("who asks at the same moment is answered by one query, each key named once", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find);
  const asked = Promise.all(["a", "b", "a", "c"].map(nameOf));
  await moment();
  expect(queries.map(({ keys }) => keys)).toEqual([["a", "b", "c"]]);
  queries[0]!.end({ a: "Ann", b: "Bo" });
  expect(await asked).toEqual(["Ann", "Bo", "Ann", undefined]);
});

test("who asks a turn of the event loop later goes along: the answers of one turn bring the questions of the next", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find);
  const first = nameOf("a");
  await turn();
  const second = nameOf("b");
  await moment();
  expect(queries.map(({ keys }) => keys)).toEqual([["a", "b"]]);
  queries[0]!.end({ a: "Ann", b: "Bo" });
  expect(await Promise.all([first, second])).toEqual(["Ann", "Bo"]);
});

test("who asks while a query runs is answered by a later one, for the record may have changed", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find);
  const first = nameOf("a");
  await moment();
  const second = nameOf("a");
  queries[0]!.end({ a: "Ann" });
  expect(await first).toBe("Ann");
  await moment();
  expect(queries).toHaveLength(2);
  queries[1]!.end({ a: "Anna" });
  expect(await second).toBe("Anna");
});

test("one query runs at a time; what is asked meanwhile goes together with the next", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find);
  const asked: Promise<string | undefined>[] = [];
  for (const key of ["a", "b", "c"]) {
    asked.push(nameOf(key));
    await moment();
  }
  expect(queries.map(({ keys }) => keys)).toEqual([["a"]]);
  queries[0]!.end({});
  await moment();
  expect(queries.map(({ keys }) => keys)).toEqual([["a"], ["b", "c"]]);
  queries[1]!.end({ b: "Bo" });
  expect(await Promise.all(asked)).toEqual([undefined, "Bo", undefined]);
});

test("a query that fails is told to all who asked it, and to nobody else", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find);
  const asked = ["a", "b"].map(nameOf).map((answer) => answer.catch((error: Error) => error.message));
  await moment();
  queries[0]!.fail(new Error("away"));
  expect(await Promise.all(asked)).toEqual(["away", "away"]);
  const later = nameOf("a");
  await moment();
  queries[1]!.end({ a: "Ann" });
  expect(await later).toBe("Ann");
});

test("of more than a hundred keys the rest goes with the next query", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find);
  const keys = Array.from({ length: 101 }, (_, index) => `k${index}`);
  const asked = Promise.all(keys.map(nameOf));
  for (const most of [100, 1]) {
    await moment();
    const { keys, end } = queries.at(-1)!;
    expect(keys).toHaveLength(most);
    end(Object.fromEntries(keys.map((key) => [key, key])));
  }
  expect(await asked).toEqual(keys);
});

test("where the database hangs, no more than so many wait for it: the rest is refused at once", async () => {
  const { queries, find } = held();
  const nameOf = gathered(find, 3);
  const asked = nameOf("a");
  await moment();
  const waiting = ["c", "d", "c"].map(nameOf);
  await expect(nameOf("e")).rejects.toThrow("too many wait for the database");
  queries[0]!.end({});
  await asked;
  await moment();
  queries.at(-1)!.end({ c: "Cy" });
  expect(await Promise.all(waiting)).toEqual(["Cy", undefined, "Cy"]);
  const later = nameOf("e");
  await moment();
  queries.at(-1)!.end({ e: "Ed" });
  expect(await later).toBe("Ed");
});
