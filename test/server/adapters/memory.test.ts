/** What the stores in process add: they cannot grow without end, and a full one refuses. */
import { expect, test } from "vitest";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { MAX_COUNTED_KEYS, MAX_NONCE_MARKS, MAX_SESSIONS } from "../../../server/bounds.ts";
import { fakeClock } from "../../support/clock.ts";

const MINUTE = 60_000;

test.each([
  {
    name: "nonces",
    most: MAX_NONCE_MARKS,
    add: ({ nonces }: Stores, i: number) => nonces.use(`n${i}`, MINUTE),
  },
  {
    name: "counters",
    most: MAX_COUNTED_KEYS,
    add: ({ counters }: Stores, i: number) => counters.take(`k${i}`, 5, MINUTE),
  },
  {
    name: "sessions",
    most: MAX_SESSIONS,
    add: ({ sessions, now }: Stores, i: number) =>
      sessions.open({
        deviceId: `bear-${i}`,
        sessionId: "0011223344556677",
        boot: i,
        seq: 0,
        sealedSk: new Uint8Array(0),
        expiresAt: now() + MINUTE,
      }),
  },
])(
  "$name: where it is full a new one is refused, one that is there goes on, and room comes with time",
  async ({ most, add }) => {
    const clock = fakeClock();
    const stores = { ...memoryStores({ clock }), now: clock.now };
    for (let i = 0; i < most; i++) await add(stores, i);
    await expect(add(stores, most)).rejects.toThrow("full");
    await add(stores, most - 1);
    await clock.advance(MINUTE);
    await add(stores, most);
  },
);

type Stores = ReturnType<typeof memoryStores> & { now(): number };
