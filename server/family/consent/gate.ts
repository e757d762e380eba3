/** The gate before a child's voice: open where the parent granted it under the notice as it reads now, and to those recipients alone. SAFETY S1, S2 */
import type {
  ChildProfile,
  ConsentGate,
  Consents,
  Manners,
  Recipient,
  Standing,
  ToyGrants,
} from "../../ports.ts";
import { DEMO_VERSION } from "./notice.ts";
import type { Notice } from "./notice.ts";

export interface GatePorts {
  consents: Pick<Consents, "grants">;
  notice: Notice;
  /** what the parent told of the child */
  profile(child: {
    childId: string;
    accountId: string;
    sealedProfile: Uint8Array;
  }): Promise<Pick<ChildProfile, "quietHours" | "topicsOff">>;
}

/** `demo`: whether the demo family's consent counts; in production it does not. */
export function createConsentGate(
  { consents, notice, profile }: GatePorts,
  { demo }: { demo: boolean },
): ConsentGate {
  const holds = (recipient: Recipient, version: string): boolean =>
    notice.stands(recipient, version) || (demo && version === DEMO_VERSION);

  async function mannersOf({
    childId,
    accountId,
    sealedProfile,
    micOff,
  }: ToyGrants): Promise<Manners | undefined> {
    const { quietHours, topicsOff } = sealedProfile
      ? await profile({ childId, accountId, sealedProfile })
      : { quietHours: undefined, topicsOff: [] };
    // a toy at rest keeps this: most keep nothing
    return micOff || quietHours || topicsOff.length > 0 ? { micOff, quietHours, topicsOff } : undefined;
  }

  async function standingOf(grants: ToyGrants | undefined): Promise<Standing> {
    if (!grants) return { state: "NOT_PAIRED" };
    const { childId, granted, keepsTranscripts, revoked } = grants;
    const recipients = new Set([...granted].filter((grant) => holds(...grant)).map(([name]) => name));
    // MISSION C45: a parent who may keep them need not
    if (!keepsTranscripts) recipients.delete("transcripts");
    if (!recipients.has("voice")) return { state: "NO_CONSENT", childId, revoked };
    const manners = await mannersOf(grants);
    return { state: "READY", childId, recipients, ...(manners && { manners }) };
  }

  const standings: ConsentGate["standings"] = async (deviceIds) => {
    const grants = await consents.grants(deviceIds);
    return new Map(
      await Promise.all(
        deviceIds.map(async (deviceId) => [deviceId, await standingOf(grants.get(deviceId))] as const),
      ),
    );
  };

  return {
    standings,
    standing: async (deviceId) => (await standings([deviceId])).get(deviceId)!,
  };
}
