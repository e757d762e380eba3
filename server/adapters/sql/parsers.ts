/** How both databases' bytes and large integers become ours: one parser each, so that no query can tell them apart. */

const BYTEA = 17;
const INT8 = 20;

/** By Postgres type id, from Postgres' text form. */
export const parsers: Record<number, (text: string) => unknown> = {
  [BYTEA]: (text) => new Uint8Array(Buffer.from(text.slice("\\x".length), "hex")),
  [INT8]: (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError("an int8 of the database is over 2^53");
    return value;
  },
};
