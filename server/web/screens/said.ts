/** What safety did, as a sentence; and which live turns go on with a talk that is kept. SAFETY "Conversation" */
import type { LiveTurn } from "../api/followed.ts";
import type { Conversation, Verdict } from "../api/types.ts";
import type { Words } from "../words/words.ts";

/** ms without a word after which it is another talk */
const APART_MS = 30 * 60_000;

/** Turns that go on with this talk, and are not among its messages yet: a message is named after its turn. */
export function goingOn(
  talk: Pick<Conversation, "child_id" | "device_id" | "last_at"> & { messages: readonly { id: string }[] },
  turns: readonly LiveTurn[],
): LiveTurn[] {
  return turns.filter(({ turnId, childId, deviceId, at }) => {
    const apart = Date.parse(at) - Date.parse(talk.last_at);
    const same = childId === talk.child_id && deviceId === talk.device_id;
    const kept = talk.messages.some(({ id }) => id.startsWith(`${turnId}-`));
    return same && !kept && apart >= 0 && apart < APART_MS;
  });
}

/** The names of moderation services have parts, and are written in two ways: "self_harm", "self-harm/intent". */
function sayReason(reason: string, reasons: Record<string, string>): string {
  const name = reason.toLowerCase().replaceAll("_", "-");
  const known = Object.keys(reasons).find((key) => name.startsWith(key));
  return reasons[known ?? "other"]!;
}

/** undefined where nothing is to be said. */
export function sayVerdict(
  { talks }: Pick<Words, "talks">,
  of: "child" | "bear",
  safety: Verdict | undefined,
): { text: string; grave: boolean } | undefined {
  if (!safety || safety.action === "allow") return undefined;
  const what = sayReason(safety.reason, talks.reasons);
  if (safety.action === "escalate") return { text: talks.cared(what), grave: true };
  if (safety.action === "redirect")
    return { text: of === "child" ? talks.led(what) : talks.replaced(what), grave: false };
  return { text: talks.withheld, grave: true }; // of a newer server
}
