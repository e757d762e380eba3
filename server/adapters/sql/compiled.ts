/** Queries that are asked so often that building them would cost more than asking. */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from "kysely";
import type { Tables } from "./schema.ts";

/** Stands in a query for a value that comes with each asking. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Built and compiled once. `build` is given what stands for the values, which it may pass on to the query and must not look at.
 *
 *     const nameOf = compiled(db, ({ id }: { id: string }) =>
 *       db.selectFrom("toys").select("name").where("id", "=", id),
 *     );
 *     const { rows } = await nameOf({ id: "bear-1" });
 */
export function compiled<V extends object, R>(
  db: Kysely<Tables>,
  build: (values: V) => Compilable<R>,
): (values: V) => Promise<QueryResult<R>> {
  let query: CompiledQuery<R> | undefined;
  return (values) => {
    const { parameters, ...rest } = (query ??= build(slots<V>()).compile() as CompiledQuery<R>);
    const given = parameters.map((value) => (value instanceof Slot ? values[value.name as keyof V] : value));
    return db.executeQuery<R>({ ...rest, parameters: given });
  };
}

/** Has a slot under every name. */
const slots = <V extends object>(): V => new Proxy({}, { get: (_, name) => new Slot(String(name)) }) as V;
