/** A family vault whose owners are kept in memory. */
import { systemChance } from "../../server/adapters/chance.ts";
import { memoryStores } from "../../server/adapters/memory.ts";
import type { OwnerSecret, VaultMasters, VaultOwners, WrappedMaster } from "../../server/ports.ts";
import { createFamilyVault } from "../../server/vault/family.ts";
import type { FamilyVaultPorts } from "../../server/vault/family.ts";
import { createVault } from "../../server/vault/seal.ts";
import { fakeClock } from "./clock.ts";

export function memoryOwners(): VaultOwners & { rows: Map<string, OwnerSecret> } {
  const rows = new Map<string, OwnerSecret>();
  return {
    rows,
    find: async (ownerId) => rows.get(ownerId),
    async add(ownerId, sealedSecret) {
      if (!rows.has(ownerId)) rows.set(ownerId, { version: 1, sealedSecret });
      return rows.get(ownerId)!;
    },
    async destroy(ownerId) {
      rows.set(ownerId, { version: 1, sealedSecret: undefined });
    },
  };
}

/** `change` replaces what it stands on. */
export function testFamilyVault(change: Partial<FamilyVaultPorts> = {}) {
  const clock = change.clock ?? fakeClock();
  return createFamilyVault({
    owners: memoryOwners(),
    vault: createVault({ masterKey: new Uint8Array(32).fill(1), chance: systemChance }),
    bus: memoryStores({ clock }).bus,
    clock,
    chance: systemChance,
    ...change,
  });
}

export function memoryMasters(): VaultMasters & { rows: WrappedMaster[] } {
  const rows: WrappedMaster[] = [];
  return {
    rows,
    list: async () => [...rows].sort((a, b) => b.version - a.version),
    async add(master) {
      if (!rows.some(({ version }) => version === master.version)) rows.push(master);
    },
    async replace(former, next) {
      const at = rows.findIndex(
        ({ version, wrapped }) => version === former.version && wrapped === former.wrapped,
      );
      if (at >= 0) rows[at] = { ...rows[at]!, ...next };
      return at >= 0;
    },
  };
}
