/** Pairing without a parent, for development only: a toy goes to the demo family. The real walk is PROTOCOL.md §8. */
import { orUnavailable, Refusal } from "../errors.ts";
import type { Bus, Families, Log, Toys } from "../ports.ts";
import { tellChanged } from "./notices.ts";

export interface DemoPairing {
  account_id: string;
  child_id: string;
}

/** Throws the Refusals PAIRING_REFUSED (no such toy, or someone else's) and UNAVAILABLE. Harmless when repeated. */
export async function pairWithDemoFamily(
  ports: { families: Families; toys: Toys; bus: Bus; log: Log },
  deviceId: string,
  by: { actor: string; address: string },
): Promise<DemoPairing> {
  const { accountId, childId } = await orUnavailable(ports.families.demoFamily());
  const paired = await orUnavailable(ports.families.pair(deviceId, accountId, childId, by));
  if (!paired) {
    const toy = await orUnavailable(ports.toys.find(deviceId));
    if (toy?.ownerId !== accountId) throw new Refusal("PAIRING_REFUSED");
  }
  await tellChanged(ports, deviceId);
  return { account_id: accountId, child_id: childId };
}
