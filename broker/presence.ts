/** Which toys are on the line in this cell; the newest connection of a toy takes the place of the one before. PROTOCOL.md §4.5 */

/** What presence needs of a link: who it is, and a way to end it. */
export interface Present {
  readonly deviceId: string;
  /** hex */
  readonly sessionId: string;
  readonly n: number;
  close(reason: string): void;
}

export interface Presence<L extends Present> {
  /** Lets a link in and ends the one it replaces; false where the toy is here already with a later connection of the same session. */
  enter(link: L): boolean;
  leave(link: L): void;
  find(deviceId: string): L | undefined;
  all(): L[];
}

// Aedes has a registry of its own, which nothing here relies on: a client that closes just as its successor arrives takes
// the successor's entry away with it (aedes 1.2.0, unregisterClient), and the next takeover would leave two on the line.
export function createPresence<L extends Present>(): Presence<L> {
  const links = new Map<string, L>();
  return {
    enter(link) {
      const former = links.get(link.deviceId);
      // two connections were admitted in order and their answers came back out of order
      if (former && former.sessionId === link.sessionId && former.n > link.n) return false;
      links.set(link.deviceId, link);
      former?.close("replaced");
      return true;
    },
    leave(link) {
      if (links.get(link.deviceId) === link) links.delete(link.deviceId);
    },
    find: (deviceId) => links.get(deviceId),
    all: () => [...links.values()],
  };
}
