/** The keys of the chain: derived from the master key for this use and for each day, so that nobody with the database alone can make a link. */
import { hkdfExpand, hkdfExtract, hmac, lp, macKey, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash, MacKey } from "@bearlink/sdk/protocol";

export interface ChainKey {
  /** tells nothing of the key */
  id: string;
  /** of one day's links */
  ofDay(day: string): MacKey;
  /** of what holds days together: openings, seals, and what is exported */
  seal: MacKey;
}

export interface ChainKeys {
  /** begins days */
  current: ChainKey;
  /** The one that began a day; undefined where its master key is not here. */
  find(id: string): ChainKey | undefined;
}

const ID_BYTES = 4;

/** `masters`: newest first, as the vault has them; days that a former one began stay under it. */
export function chainKeys(hash: Hash, masters: readonly [Uint8Array, ...Uint8Array[]]): ChainKeys {
  const [current, ...former] = masters.map((master) => keyOf(hash, master)) as [ChainKey, ...ChainKey[]];
  return { current, find: (id) => [current, ...former].find((key) => key.id === id) };
}

function keyOf(hash: Hash, master: Uint8Array): ChainKey {
  const root = hkdfExtract(hash, utf8("bearlink/1 audit"), master);
  const expand = (...info: string[]): Uint8Array => hkdfExpand(hash, root, lp(info));
  let last: { day: string; key: MacKey } | undefined;
  return {
    id: toHex(expand("id").slice(0, ID_BYTES)),
    seal: macKey(hash, expand("seal")),
    ofDay(day) {
      if (last?.day !== day) last = { day, key: macKey(hash, expand("day", day)) };
      return last.key;
    },
  };
}

/** A MAC over a list of texts, numbers and nulls: its JSON is one text for one list. */
export function macOf(
  hash: Hash,
  key: MacKey,
  list: readonly (string | number | boolean | null)[],
): Uint8Array {
  return hmac(hash, key, [utf8(JSON.stringify(list))]);
}
