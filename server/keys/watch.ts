/** Connections that a key opened close when it ends: told over the bus, and looked at again where that was lost. MISSION B17 */
import { watchLines } from "../line-watch.ts";
import type { LineWatch } from "../line-watch.ts";
import type { Bus, Clock, DeveloperKeys, KeyLine, Log } from "../ports.ts";
import { KEY_ENDED } from "./desk.ts";

/** `lines`: those that are open; the cell's own key is never among them. */
export function watchKeys(
  ports: { keys: DeveloperKeys; bus: Bus; clock: Clock; log: Log },
  lines: () => readonly KeyLine[],
): Promise<LineWatch> {
  return watchLines(ports, {
    channel: KEY_ENDED,
    lines,
    keyOf: ({ keyId }) => keyId,
    async ended(some) {
      if (some.length === 0) return [];
      const standing = await ports.keys.standing(
        [...new Set(some.map(({ keyId }) => keyId))],
        ports.clock.now(),
      );
      return some.filter(({ keyId }) => !standing.has(keyId));
    },
    unread: "keys could not be re-read",
  });
}
