/** What safety did, as a sentence; and which live turns go on with a talk that is kept. SAFETY "Conversation" */
import type { LiveTurn } from "../api/followed.ts";
import type { Conversation, Verdict } from "../api/types.ts";
import type { Words } from "../words/words.ts";

/** Turns of this talk that are not among its messages yet: a message is named after its turn. */
export function goingOn(
  talk: Pick<Conversation, "id"> & { messages: readonly { id: string }[] },
  turns: readonly LiveTurn[],
): LiveTurn[] {
  return turns.filter(
    ({ turnId, conversationId }) =>
      conversationId === talk.id && !talk.messages.some(({ id }) => id.startsWith(`${turnId}-`)),
  );
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
