/** Credentials of a cell: kept and changed through the routes, asked for at each turn, looked through for those that run out. MISSION B09, B36 */
import type { CredentialNotices, FamilyVault, Chance, Clock, Log, Meter } from "../ports.ts";
import type { CredentialPorts } from "../vault/credentials.ts";
import { watchExpiry } from "../vault/expiry.ts";
import { createModelKeys } from "../vault/model-keys.ts";
import type { Stores } from "./stores.ts";

export interface CellCredentials {
  /** for the routes */
  ports: CredentialPorts;
  keysOf: ReturnType<typeof createModelKeys>["keysOf"];
  /** Begins to look for those that run out, once whoever is told of them is there; the answer stops it. */
  watch(): () => Promise<void>;
  close(): Promise<void>;
}

export interface CredentialParts extends Pick<Stores, "credentials" | "audit" | "bus"> {
  familyVault: FamilyVault;
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
  /** there by the time of a turn, or of `watch` */
  notices: CredentialNotices;
}

export async function openCredentials(parts: CredentialParts): Promise<CellCredentials> {
  const modelKeys = createModelKeys(parts);
  const unsubscribe = await modelKeys.start();
  return {
    ports: parts,
    keysOf: modelKeys.keysOf,
    watch: () => watchExpiry(parts),
    close: unsubscribe,
  };
}
