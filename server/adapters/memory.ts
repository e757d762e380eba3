/** The shared memory of the cells where there is one cell: nonces, sessions, limits and bus in process, bounded as Redis would be. */
import { MAX_NONCE_MARKS, MAX_NOTICE_CHARS, MAX_SESSIONS } from "../bounds.ts";
import type {
  Bus,
  Clock,
  Counters,
  LimitStore,
  LiveSession,
  Nonces,
  OneTime,
  Revocations,
  Sessions,
} from "../ports.ts";
import { countersOn } from "./counters.ts";
import { expiringMap } from "./memory/expiring.ts";
import type { Expiring } from "./memory/expiring.ts";
import { memoryLimits } from "./memory/limits.ts";
import { memoryOneTime } from "./memory/one-time.ts";

/**
 * All of these ports, of one process; what it holds is gone when the process ends.
 *
 *     const { nonces, sessions, limitStore, counters, bus } = memoryStores({ clock: systemClock });
 */
export function memoryStores({ clock }: { clock: Clock }): {
  nonces: Nonces;
  sessions: Sessions;
  limitStore: LimitStore;
  counters: Counters;
  oneTime: OneTime;
  bus: Bus;
  revocations: Revocations;
} {
  const limitStore = memoryLimits(clock);
  return {
    nonces: memoryNonces(clock),
    sessions: memorySessions(clock),
    limitStore,
    counters: countersOn(limitStore),
    oneTime: memoryOneTime(clock),
    bus: memoryBus(),
    revocations: memoryRevocations(),
  };
}

function memoryNonces(clock: Clock): Nonces {
  const marks = expiringMap(clock, MAX_NONCE_MARKS);
  return {
    async use(nonce, ms) {
      if (marks.get(nonce)) return false;
      // in one piece: hex that was put together by twos would be kept so, 1 KB each
      marks.set(Buffer.from(nonce).toString(), { expiresAt: clock.now() + ms });
      return true;
    },
  };
}

function memorySessions(clock: Clock): Sessions {
  const held = expiringMap<Expiring & { session: LiveSession; n: number }>(clock, MAX_SESSIONS);
  return {
    async open(session) {
      const former = held.get(session.deviceId)?.session;
      if (former && !isAbove(session, former)) return false;
      held.set(session.deviceId, { session: { ...session }, n: 0, expiresAt: session.expiresAt });
      return true;
    },
    async find(deviceId) {
      const entry = held.get(deviceId);
      return entry && { ...entry.session };
    },
    async raise(deviceId, sessionId, n) {
      const entry = held.get(deviceId);
      if (!entry || entry.session.sessionId !== sessionId || n <= entry.n) return false;
      entry.n = n;
      return true;
    },
    async end(deviceId) {
      held.delete(deviceId);
    },
  };
}

function isAbove(a: LiveSession, b: LiveSession): boolean {
  return a.boot > b.boot || (a.boot === b.boot && a.seq > b.seq);
}

function memoryRevocations(): Revocations {
  let ends = 0;
  return {
    mark: async () => String(ends),
    async changed() {
      ends++;
    },
  };
}

function memoryBus(): Bus {
  const channels = new Map<string, Set<(text: string) => void>>();
  return {
    async publish(channel, text) {
      if (text.length > MAX_NOTICE_CHARS) throw new RangeError("a notice is too long");
      for (const listener of channels.get(channel) ?? []) queueMicrotask(() => listener(text));
    },
    async subscribe(channel, listener) {
      const listeners = channels.get(channel) ?? new Set();
      // a listener of its own for each subscription: one may subscribe twice
      const own = (text: string): void => listener(text);
      channels.set(channel, listeners.add(own));
      return async () => {
        listeners.delete(own);
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel);
      };
    },
  };
}
