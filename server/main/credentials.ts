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
  close(): Promise<void>;
}

export interface CredentialParts extends Pick<Stores, "credentials" | "audit" | "bus"> {
  familyVault: FamilyVault;
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
  /** undefined: nobody is told */
  notices?: CredentialNotices;
}

export async function openCredentials(parts: CredentialParts): Promise<CellCredentials> {
  const notices: CredentialNotices = { raiseSoon: (notice) => parts.notices?.raiseSoon(notice) };
  const modelKeys = createModelKeys({ ...parts, notices });
  const unsubscribe = await modelKeys.start();
  const stop = watchExpiry({ ...parts, notices });
  return {
    ports: parts,
    keysOf: modelKeys.keysOf,
    async close() {
      await Promise.all([unsubscribe(), stop()]);
    },
  };
}
