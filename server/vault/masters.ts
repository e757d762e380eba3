/** The master keys of a cell: made here, kept only as a KMS wrapped them, and a new one where another key of a KMS takes over. MISSION B10, B12, B13 */
import { createHash } from "node:crypto";
import { lp, sameBytes, toHex } from "@bearlink/sdk/protocol";
import { Refusal, StartError } from "../errors.ts";
import type { Chance, Clock, Kms, VaultMasters, WrappedMaster } from "../ports.ts";
import { KEY_BYTES } from "./cipher.ts";
import { createVault } from "./seal.ts";

export interface MasterPorts {
  masters: VaultMasters;
  chance: Chance;
  clock: Clock;
}

/** The one that wraps, then those that still unwrap. */
export type KmsRing = readonly [Kms, ...Kms[]];

export interface Master {
  version: number;
  key: Uint8Array;
}

/**
 * Newest first: it seals, the others open. Only the first of all is made here: under a later one, cells that run could
 * not open what this one seals. Changes nothing where one of them does not unwrap: then StartError KMS.
 */
export async function openMasters(ports: MasterPorts, ring: KmsRing): Promise<[Master, ...Master[]]> {
  const there = await unwrapped(await ports.masters.list(), ring);
  return (there.length > 0 ? there : await added(ports, ring, 1)) as [Master, ...Master[]];
}

/** As `openMasters`, with a master key under the KMS key that is set now, if need be a new one; `isNew` tells. MISSION B12 */
export async function renewMasters(
  ports: MasterPorts,
  ring: KmsRing,
): Promise<{ masters: [Master, ...Master[]]; isNew: boolean }> {
  const [newest] = await ports.masters.list();
  const masters = await openMasters(ports, ring);
  if (newest === undefined || newest.kek === ring[0].kek) return { masters, isNew: false };
  const next = await added(ports, ring, newest.version + 1);
  return { masters: next as [Master, ...Master[]], isNew: true };
}

async function added(
  { masters, chance, clock }: MasterPorts,
  ring: KmsRing,
  version: number,
): Promise<Master[]> {
  const [{ kek }] = ring;
  const wrapped = await wrapping(ring[0], version, chance.bytes(KEY_BYTES));
  await masters.add({ version, kek, wrapped }, clock.now());
  // of two that add one at once, one has added it
  return unwrapped(await masters.list(), ring);
}

/** Wraps anew what a former key wrapped, so that it may go; answers with how many there were. */
export async function rewrapMasters(
  { masters }: Pick<MasterPorts, "masters">,
  ring: KmsRing,
): Promise<number> {
  const [current] = ring;
  const rows = (await masters.list()).filter(({ kek }) => kek !== current.kek);
  const keys = await unwrapped(rows, ring);
  for (const [i, row] of rows.entries()) {
    const { key } = keys[i]!;
    await masters.replace(row, { kek: current.kek, wrapped: await wrapping(current, row.version, key) });
  }
  return rows.length;
}

/** `local`: the key is handed to this process, and wraps here. */
export function localKms(key: Uint8Array, chance: Chance): Kms {
  const vault = createVault({ masterKey: key, chance });
  const id = createHash("sha256")
    .update(lp(["bearlink/1 kek", key]))
    .digest();
  return {
    kek: `local ${toHex(id.subarray(0, 4))}`,
    wrap: async (plain) => vault.seal(plain, "kms"),
    unwrap: async (wrapped) => vault.open(wrapped, "kms"),
  };
}

/** Throws StartError KMS where a key of the KMS is not in `ring`, or does not unwrap. */
export async function unwrapped(rows: WrappedMaster[], ring: KmsRing): Promise<Master[]> {
  return Promise.all(
    rows.map(async (row) => {
      const kms = ring.find(({ kek }) => kek === row.kek);
      if (!kms)
        throw new StartError(
          "KMS",
          `what is kept here was sealed under the key “${row.kek}”, and the settings name “${ring[0].kek}”: ` +
            `give the former one as ${formerSettings(row.kek)} until \`bear rewrap\` is done`,
        );
      const plain = await kms.unwrap(row.wrapped).catch((cause: unknown) => {
        const why = cause instanceof Refusal ? cause.cause : cause;
        throw new StartError("KMS", `the key “${row.kek}” does not unwrap: ${(why as Error).message}`, cause);
      });
      return { version: row.version, key: keyOf(plain, row.version) };
    }),
  );
}

/** Not every KMS authenticates what goes with a key, so it goes inside. */
const bound = (version: number, key: Uint8Array): Uint8Array => lp([`master/${version}`, key]);

const wrapping = (kms: Kms, version: number, key: Uint8Array): Promise<Uint8Array> =>
  kms.wrap(bound(version, key));

function keyOf(plain: Uint8Array, version: number): Uint8Array {
  const key = plain.slice(-KEY_BYTES);
  if (!sameBytes(plain, bound(version, key)))
    throw new StartError("KMS", `master key ${version} was not wrapped as such: restore its row`);
  return key;
}

/** By the first word of `kek`: what names that key once it is the former one. */
const FORMER_SETTINGS: Record<string, string> = {
  local: "BEARLINK_MASTER_KEY_PREVIOUS",
  passphrase: "BEARLINK_PASSPHRASE_PREVIOUS",
  age: "AGE_IDENTITY_PREVIOUS",
};

function formerSettings(kek: string): string {
  const provider = kek.split(" ", 1)[0]!;
  return FORMER_SETTINGS[provider] ?? `KMS_KEY_PREVIOUS, with KMS_PROVIDER_PREVIOUS=${provider},`;
}
