/** What a parent reads of what was said: the list of conversations, one of them with what the safety port thought, and its deletion. MISSION A06–A08 */
import { orUnavailable, Refusal } from "../../errors.ts";
import { sealContext, TALK_FORGOTTEN } from "../../ports.ts";
import type {
  AuditTrail,
  Bus,
  Children,
  Clock,
  ExportSection,
  FamilyVault,
  KeptConversation,
  KeptConversations,
  KeptMessage,
  ListPlace,
  Log,
  ParentPrincipal,
} from "../../ports.ts";
import { personActor } from "../account/policy.ts";

export interface HistoryPorts {
  conversations: Pick<KeptConversations, "list" | "find" | "messages" | "remove">;
  children: Pick<Children, "find">;
  familyVault: Pick<FamilyVault, "open">;
  audit: AuditTrail;
  bus: Bus;
  clock: Clock;
  log: Log;
}

/** conversations that an export reads at once */
const EXPORTED_AT_ONCE = 50;

export type Said = Omit<KeptMessage, "sealedText"> & { text: string };

/** Newest first; `next` is where the list goes on. Throws NOT_FOUND for a child that is not the family's. */
export async function listConversations(
  { conversations, children }: HistoryPorts,
  accountId: string,
  { childId, after, most }: { childId: string | undefined; after: ListPlace | undefined; most: number },
): Promise<{ conversations: KeptConversation[]; next: ListPlace | undefined }> {
  if (childId !== undefined && !(await orUnavailable(children.find(accountId, childId))))
    throw new Refusal("NOT_FOUND");
  // one more than asked for: whether there is a next page
  const found = await orUnavailable(conversations.list(accountId, { childId, after, most: most + 1 }));
  const page = found.slice(0, most);
  const last = page.at(-1);
  const next =
    found.length > most && last ? { lastAt: last.lastAt, conversationId: last.conversationId } : undefined;
  return { conversations: page, next };
}

/** Oldest first. Throws NOT_FOUND, for another family's too. */
export async function readConversation(
  { conversations, familyVault }: HistoryPorts,
  accountId: string,
  conversationId: string,
): Promise<KeptConversation & { messages: Said[] }> {
  const conversation = await orUnavailable(conversations.find(accountId, conversationId));
  if (!conversation) throw new Refusal("NOT_FOUND");
  const sealed = await orUnavailable(conversations.messages(conversationId));
  const messages = await Promise.all(
    sealed.map(async ({ sealedText, ...message }) => {
      const context = sealContext.message(message.turnId, message.role);
      const text = new TextDecoder().decode(await familyVault.open(accountId, sealedText, context));
      return { ...message, text };
    }),
  );
  return { ...conversation, messages };
}

/** Who looks at what a child said, and from where. */
export type Viewer = Pick<ParentPrincipal, "accountId" | "personId" | "role" | "sessionId"> & {
  address: string;
};

/** The same, looked at by a person: that stands in the family's trail, whoever it was. MISSION B26 */
export async function viewConversation(
  ports: HistoryPorts,
  viewer: Viewer,
  conversationId: string,
): Promise<KeptConversation & { messages: Said[] }> {
  const { accountId, role, address } = viewer;
  const found = await readConversation(ports, accountId, conversationId);
  const entry = { at: ports.clock.now(), action: "transcript_viewed", outcome: "success" } as const;
  await orUnavailable(
    ports.audit.append({
      ...{ ...entry, accountId, address, resource: conversationId, reason: role },
      actor: personActor(viewer),
    }),
  );
  return found;
}

/** For good; the toy forgets what it talked about, too. Throws NOT_FOUND, for another family's too. */
export async function removeConversation(
  { conversations, bus, clock, log }: HistoryPorts,
  by: { accountId: string; address: string },
  conversationId: string,
): Promise<void> {
  const deviceId = await orUnavailable(
    conversations.remove(by.accountId, conversationId, {
      at: clock.now(),
      action: "conversation_deleted",
      outcome: "success",
      actor: by.accountId,
      address: by.address,
      resource: conversationId,
    }),
  );
  if (deviceId === undefined) throw new Refusal("NOT_FOUND");
  // where the notice is lost, the toy forgets by itself within half an hour
  await bus
    .publish(TALK_FORGOTTEN, deviceId)
    .catch((error: unknown) => log.warn({ toy: deviceId, error }, "a toy was not told to forget"));
}

/** What an export tells of conversations: what a parent reads here. */
export function conversationsSection(ports: HistoryPorts): ExportSection {
  return {
    name: "conversations",
    async *records(accountId) {
      let after: ListPlace | undefined;
      do {
        const page = await listConversations(ports, accountId, {
          childId: undefined,
          after,
          most: EXPORTED_AT_ONCE,
        });
        for (const { conversationId } of page.conversations)
          yield await readConversation(ports, accountId, conversationId);
        after = page.next;
      } while (after);
    },
  };
}
