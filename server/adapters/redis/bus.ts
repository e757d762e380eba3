/** Notices between cells over Redis pub/sub; on a connection of its own, since one that subscribes does nothing else. */
import type { Redis } from "ioredis";
import { MAX_NOTICE_CHARS } from "../../bounds.ts";
import type { Bus } from "../../ports.ts";

interface Subscription {
  listener: (text: string) => void;
  onLost: (() => void) | undefined;
}

const PREFIX = "bearlink:bus:";

/** `ear` is connected already and belongs to the bus alone. */
export function redisBus(link: Redis, ear: Redis): Bus {
  const channels = new Map<string, Set<Subscription>>();

  ear.on("message", (channel: string, text: string) => {
    if (text.length > MAX_NOTICE_CHARS) return;
    for (const { listener } of [...(channels.get(channel) ?? [])]) listener(text);
  });
  ear.on("ready", () => void subscribeAgain());

  async function subscribeAgain(): Promise<void> {
    if (channels.size === 0) return;
    try {
      await ear.subscribe(...channels.keys());
    } catch {
      // as good as not connected: the next connection tries again
      ear.disconnect(true);
      return;
    }
    for (const subscriptions of channels.values()) for (const { onLost } of subscriptions) onLost?.();
  }

  return {
    async publish(channel, text) {
      if (text.length > MAX_NOTICE_CHARS) throw new RangeError("a notice is too long");
      await link.publish(PREFIX + channel, text);
    },
    async subscribe(channel, listener, onLost) {
      const name = PREFIX + channel;
      await ear.subscribe(name);
      const own: Subscription = { listener, onLost };
      const subscriptions = channels.get(name) ?? new Set();
      channels.set(name, subscriptions.add(own));
      return async () => {
        subscriptions.delete(own);
        if (subscriptions.size > 0 || channels.get(name) !== subscriptions) return;
        channels.delete(name);
        await ear.unsubscribe(name);
      };
    },
  };
}
