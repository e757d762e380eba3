/** The shared memory of the cells where there is one cell: nonces, sessions, counters and bus in process, bounded as Redis would be. */
import { MAX_COUNTED_KEYS, MAX_NONCE_MARKS, MAX_NOTICE_CHARS, MAX_SESSIONS, SWEEP_MS } from "../bounds.ts";
import type { Allowance, Bus, Clock, Counters, LiveSession, Nonces, Sessions } from "../ports.ts";

/**
 * All four ports, of one process; what it holds is gone when the process ends.
 *
 *     const { nonces, sessions, counters, bus } = memoryStores({ clock: systemClock });
 */
export function memoryStores({ clock }: { clock: Clock }): {
  nonces: Nonces;
  sessions: Sessions;
  counters: Counters;
  bus: Bus;
} {
  return {
    nonces: memoryNonces(clock),
    sessions: memorySessions(clock),
    counters: memoryCounters(clock),
    bus: memoryBus(),
  };
}

interface Expiring {
  /** epoch ms */
  expiresAt: number;
}

/** A map whose entries die, and which refuses a new key rather than grow over `most`. */
function expiringMap<V extends Expiring>(clock: Clock, most: number) {
  const entries = new Map<string, V>();
  let sweptAt = clock.now();

  const sweep = (now: number): void => {
    // once a second at most: a full map must not be walked for each stranger
    if (now - sweptAt < SWEEP_MS) return;
    sweptAt = now;
    for (const [key, entry] of entries) if (entry.expiresAt <= now) entries.delete(key);
  };

  return {
    get(key: string): V | undefined {
      const entry = entries.get(key);
      return entry && entry.expiresAt > clock.now() ? entry : undefined;
    },
    set(key: string, entry: V): void {
      sweep(clock.now());
      if (!entries.has(key) && entries.size >= most) throw new Error("the store in process is full");
      entries.set(key, entry);
    },
    delete(key: string): void {
      entries.delete(key);
    },
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

function memoryCounters(clock: Clock): Counters {
  // epoch ms of each one counted, oldest first; an entry holds at most `limit` of them
  const logs = expiringMap<Expiring & { taken: number[] }>(clock, MAX_COUNTED_KEYS);

  const recent = (key: string, windowMs: number): number[] =>
    (logs.get(key)?.taken ?? []).filter((at) => at > clock.now() - windowMs);

  const judge = (taken: number[], limit: number, windowMs: number): Allowance => {
    if (taken.length < limit) return { allowed: true, retryAfterS: 0 };
    const leavesAt = (taken[taken.length - limit] ?? clock.now()) + windowMs;
    return { allowed: false, retryAfterS: Math.ceil((leavesAt - clock.now()) / 1000) };
  };

  return {
    async take(key, limit, windowMs) {
      const taken = recent(key, windowMs);
      const allowance = judge(taken, limit, windowMs);
      if (allowance.allowed) {
        taken.push(clock.now());
        logs.set(key, { taken, expiresAt: clock.now() + windowMs });
      }
      return allowance;
    },
    async peek(key, limit, windowMs) {
      return judge(recent(key, windowMs), limit, windowMs);
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
