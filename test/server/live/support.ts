/** A cell's live rooms in memory: sockets that remember, toys that fare as they are told to, a clock that stands. */
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { createFamilyFeed } from "../../../server/live/carry.ts";
import { createFeeds } from "../../../server/live/feeds.ts";
import type { FeedSocket } from "../../../server/live/feeds.ts";
import { issueTicket } from "../../../server/live/ticket.ts";
import type { ToyActivity, ToyStatus } from "../../../server/ports.ts";
import { createVault } from "../../../server/vault/seal.ts";
import { fakeClock } from "../../support/clock.ts";
import { countingMeter, silentLog } from "../../support/voice.ts";

export function toyStatus(change: Partial<ToyStatus> = {}): ToyStatus {
  return {
    ...{ deviceId: "bear-1", childId: "child-1", accountId: "ada", onlineUntil: 0, pairingUntil: 0 },
    ...{ batteryMv: undefined, rssi: undefined, volume: undefined, lastTalkAt: undefined },
    ...change,
  };
}

export interface FakeSocket extends FeedSocket {
  sent: Record<string, unknown>[];
  closed: string | undefined;
  pings: number;
  /** bytes it does not take */
  waiting: number;
}

export function fakeSocket(): FakeSocket {
  return {
    ...{ sent: [], closed: undefined, pings: 0, waiting: 0 },
    send(text) {
      this.sent.push(JSON.parse(text) as Record<string, unknown>);
    },
    unread() {
      return this.waiting;
    },
    ping() {
      this.pings++;
    },
    close(code, reason) {
      this.closed ??= `${code} ${reason}`;
    },
    drop() {
      this.closed ??= "dropped";
    },
  };
}

/** `shared`: another cell's, for two on one bus. */
export function liveHouse(shared?: {
  clock: ReturnType<typeof fakeClock>;
  stores: ReturnType<typeof memoryStores>;
}) {
  const clock = shared?.clock ?? fakeClock();
  const stores = shared?.stores ?? memoryStores({ clock });
  const vault = createVault({ masterKey: new Uint8Array(32).fill(9), chance: systemChance });
  const meter = countingMeter();
  /** sessions that stand, and whose */
  const sessions = new Map([["session-1", "ada"]]);
  const toys: ToyStatus[] = [];
  const doing = new Map<string, ToyActivity>();
  const asked: string[][] = [];
  const opened: string[] = [];
  const base = { ...stores, clock, chance: systemChance, hash: systemHash, vault, meter, log: silentLog };
  const feed = createFamilyFeed(base);
  const feeds = createFeeds({
    ...base,
    statuses: {
      list: async (accountId) => toys.filter((toy) => toy.accountId === accountId),
      async family(deviceId) {
        const status = toys.find((toy) => toy.deviceId === deviceId);
        return status && { status, keepsTranscripts: true };
      },
    },
    parentSessions: {
      async standing(sessionId) {
        const familyId = sessions.get(sessionId);
        return familyId === undefined
          ? undefined
          : { accountId: familyId, familyId, role: "parent", tier: "free", signedInAt: 0 };
      },
    },
    activityOf: (deviceId) => doing.get(deviceId),
    askCells: (deviceIds) => void asked.push([...deviceIds]),
    opened: (sessionId) => void opened.push(sessionId),
  });
  const audit = { append: async () => undefined };
  const ticket = async (accountId = "ada", sessionId = "session-1") =>
    (await issueTicket({ ...base, audit }, { accountId, sessionId, role: "parent", address: "::1" })).ticket;

  /** A feed that was let in. */
  async function watching(accountId = "ada", sessionId = "session-1") {
    const socket = fakeSocket();
    const end = feeds.open(socket, await ticket(accountId, sessionId));
    await clock.advance(0);
    await clock.advance(0);
    return { socket, end };
  }
  return { clock, stores, base, sessions, toys, doing, asked, opened, feed, feeds, meter, ticket, watching };
}
