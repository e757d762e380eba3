/** What it costs to seal and open 1 KB under a family's key: for `bear bench`, which holds it to 0.1 ms. */
import { systemChance } from "../adapters/chance.ts";
import { systemClock } from "../adapters/clock.ts";
import { memoryStores } from "../adapters/memory.ts";
import type { OwnerSecret } from "../ports.ts";
import { createFamilyVault } from "../vault/family.ts";
import { createVault } from "../vault/seal.ts";

const KB = 1_024;
const SPANS = 8;

/** ms of each round, span by span; on owners in memory: what a database takes is not of it. */
export async function sealingTimes(rounds = 5_000): Promise<number[][]> {
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
  const timesOf = async (rounds: number): Promise<number[]> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const from = performance.now();
      await vault.open("owner", await vault.seal("owner", plain, "message/1"), "message/1");
      times.push(performance.now() - from);
    }
    return times;
  };
  await timesOf(rounds); // a warm-up
  const spans: number[][] = [];
  while (spans.length < SPANS) spans.push(await timesOf(rounds));
  return spans;
}
