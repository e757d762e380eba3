/** What it costs to seal and open 1 KB under a family's key: for `bear bench`, which holds it to 0.1 ms. */
import { systemChance } from "../adapters/chance.ts";
import { systemClock } from "../adapters/clock.ts";
import { memoryStores } from "../adapters/memory.ts";
import type { OwnerSecret } from "../ports.ts";
import { createFamilyVault } from "../vault/family.ts";
import { createVault } from "../vault/seal.ts";

export interface SealingTime {
  /** ms to seal and open 1 KB once: of all rounds the middle, and the one that 95 of 100 stay under */
  p50: number;
  p95: number;
}

const KB = 1_024;

/** On owners in memory: what a database takes is not of it. */
export async function sealingTime(rounds = 5_000): Promise<SealingTime> {
  const owners = new Map<string, OwnerSecret>();
  const chance = systemChance;
  const vault = createFamilyVault({
    owners: {
      find: async (ownerId) => owners.get(ownerId),
      async add(ownerId, sealedSecret) {
        owners.set(ownerId, { version: 1, sealedSecret });
        return { version: 1, sealedSecret };
      },
      destroy: async () => undefined,
    },
    vault: createVault({ masterKey: chance.bytes(32), chance }),
    ...{ bus: memoryStores({ clock: systemClock }).bus, clock: systemClock, chance },
  });
  const plain = chance.bytes(KB);
  const times: number[] = [];
  // the first tenth warms up
  for (let i = -rounds / 10; i < rounds; i++) {
    const from = performance.now();
    await vault.open("owner", await vault.seal("owner", plain, "message/1"), "message/1");
    if (i >= 0) times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)]!;
  return { p50: at(0.5), p95: at(0.95) };
}
