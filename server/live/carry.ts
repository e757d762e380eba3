/** What happens in a family goes to its feeds on whichever cell they are: by the bus, and sealed, since it may hold a child's words. SAFETY S8 */
import { utf8 } from "@bearlink/sdk/protocol";
import { sealContext } from "../ports.ts";
import type { Bus, FamilyFeed, FamilyMessage, Log, Vault } from "../ports.ts";

export interface CarryPorts {
  bus: Bus;
  vault: Vault;
  log: Log;
}

const channelOf = (accountId: string): string => `family:${accountId}`;

export function createFamilyFeed({ bus, vault, log }: CarryPorts): FamilyFeed {
  async function publish(accountId: string, message: FamilyMessage): Promise<void> {
    const sealed = vault.seal(utf8(JSON.stringify(message)), sealContext.feed(accountId));
    await bus.publish(channelOf(accountId), Buffer.from(sealed).toString("base64"));
  }
  return {
    tell(accountId, message) {
      publish(accountId, message).catch((error: unknown) =>
        log.warn({ error, message: message.type }, "a feed was not told"),
      );
    },
  };
}

/** `onLost`: something may have been missed. The answer stops listening. */
export function hearFamily(
  { bus, vault, log }: CarryPorts,
  accountId: string,
  hear: (message: FamilyMessage) => void,
  onLost: () => void,
): Promise<() => Promise<void>> {
  return bus.subscribe(
    channelOf(accountId),
    (text) => {
      let message: FamilyMessage;
      try {
        const opened = vault.open(Buffer.from(text, "base64"), sealContext.feed(accountId));
        message = JSON.parse(new TextDecoder().decode(opened)) as FamilyMessage;
      } catch (error) {
        return log.warn({ error }, "a feed was told what does not open");
      }
      hear(message);
    },
    onLost,
  );
}
