/** The gate before a child's voice: open where the parent granted it under the notice as it reads now, and to those recipients alone. SAFETY S1, S2 */
import type { ConsentGate, Consents, Recipient, Standing, ToyGrants } from "../../ports.ts";
import { DEMO_VERSION } from "./notice.ts";
import type { Notice } from "./notice.ts";

/** `demo`: whether the demo family's consent counts; in production it does not. */
export function createConsentGate(
  { consents, notice }: { consents: Pick<Consents, "grants">; notice: Notice },
  { demo }: { demo: boolean },
): ConsentGate {
  const holds = (recipient: Recipient, version: string): boolean =>
    version === notice.versionOf(recipient) || (demo && version === DEMO_VERSION);

  function standingOf(grants: ToyGrants | undefined): Standing {
    if (!grants) return { state: "NOT_PAIRED" };
    const { childId, granted, keepsTranscripts, revoked } = grants;
    const recipients = new Set([...granted].filter((grant) => holds(...grant)).map(([name]) => name));
    // MISSION C45: a parent who may keep them need not
    if (!keepsTranscripts) recipients.delete("transcripts");
    return recipients.has("voice")
      ? { state: "READY", childId, recipients }
      : { state: "NO_CONSENT", childId, revoked };
  }

  const standings: ConsentGate["standings"] = async (deviceIds) => {
    const grants = await consents.grants(deviceIds);
    return new Map(deviceIds.map((deviceId) => [deviceId, standingOf(grants.get(deviceId))]));
  };

  return {
    standings,
    standing: async (deviceId) => (await standings([deviceId])).get(deviceId)!,
  };
}
