/** A session in the browser: one token in memory, one renewal at a time, in this tab and beside others. */
import { describe, expect, test } from "vitest";
import { createSession } from "../../../server/web/api/session.ts";
import type { SessionPorts, TabNews } from "../../../server/web/api/session.ts";
import type { SignIn } from "../../../server/web/api/types.ts";

const account = {
  id: "a",
  email: "ada@example.org",
  name: "Ada",
  role: "parent",
  family_id: "a",
  created_at: "",
} as const;
const signIn = (token: string, seconds = 900): SignIn => ({
  access_token: token,
  expires_in: seconds,
  account,
});

/** A server whose refresh route answers in turn; tabs that share a lock, a channel and a memory. */
function world(answers: (() => Response | Promise<Response>)[]) {
  const shared = { now: 1_000_000, open: true, asked: 0, lock: Promise.resolve() as Promise<unknown> };
  const ears: ((news: TabNews) => void)[] = [];
  function openTab() {
    const mine = ears.length;
    const ports: SessionPorts = {
      async fetch() {
        const answer = answers[shared.asked++];
        if (!answer) throw new TypeError("away");
        return answer();
      },
      now: () => shared.now,
      alone(work) {
        const mine = shared.lock.then(work, work);
        shared.lock = mine.catch(() => undefined);
        return mine;
      },
      tabs: {
        tell: (news) => ears.forEach((hear, at) => at !== mine && hear(news)),
        listen: (hear) => void (ears[mine] = hear),
      },
      memory: { get: () => shared.open, set: (open) => void (shared.open = open) },
    };
    return createSession(ports);
  }
  return { shared, openTab };
}
const ok = (token: string) => () => Response.json(signIn(token));
const refused = (status: number, code: string) => () => Response.json({ error: { code } }, { status });

describe("a session", () => {
  test("where none was ever opened asks nobody", async () => {
    const { shared, openTab } = world([]);
    shared.open = false;
    const session = openTab();
    expect(session.state.get()).toEqual({ kind: "out", expired: false });
    await session.wake();
    await expect(session.token()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(shared.asked).toBe(0);
  });

  test("wakes by its cookie, and then knows who it is", async () => {
    const session = world([ok("one")]).openTab();
    expect(session.state.get().kind).toBe("unknown");
    await session.wake();
    expect(session.state.get()).toEqual({ kind: "in", account });
    expect(await session.token()).toBe("one");
  });

  test("renews a token before its end, once for all who ask at once", async () => {
    const { shared, openTab } = world([ok("one"), ok("two")]);
    const session = openTab();
    await session.wake();
    shared.now += 869_000;
    expect(await session.token()).toBe("one");
    shared.now += 2_000;
    expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual([
      "two",
      "two",
      "two",
    ]);
    expect(shared.asked).toBe(2);
  });

  test("is renewed by one tab, and the others take what it got", async () => {
    const { shared, openTab } = world([ok("one"), ok("two")]);
    const tabs = [openTab(), openTab(), openTab()];
    await Promise.all(tabs.map((tab) => tab.wake()));
    expect(shared.asked).toBe(1);
    // all are refused the same token at once
    expect(await Promise.all(tabs.map((tab) => tab.renew("one")))).toEqual(["two", "two", "two"]);
    expect(shared.asked).toBe(2);
  });

  test("that is over is over in this tab, with a word that it was", async () => {
    const session = world([ok("one"), refused(401, "UNAUTHORIZED")]).openTab();
    await session.wake();
    await expect(session.renew("one")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(session.state.get()).toEqual({ kind: "out", expired: true });
  });

  test("survives a server that is away, or a network that is", async () => {
    const session = world([ok("one"), refused(503, "UNAVAILABLE")]).openTab();
    await session.wake();
    await expect(session.renew("one")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(session.renew("one")).rejects.toMatchObject({ code: "OFFLINE" });
    expect(session.state.get().kind).toBe("in");
  });

  test("that is left in one tab is left in all", async () => {
    const { openTab } = world([ok("one")]);
    const [here, there] = [openTab(), openTab()];
    await here.wake();
    expect(there.state.get().kind).toBe("in");
    here.end(false);
    expect(there.state.get()).toEqual({ kind: "out", expired: true });
    await expect(there.token()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  });

  test("that begins in one tab does not begin in another where somebody has signed out", () => {
    const { shared, openTab } = world([]);
    shared.open = false;
    const [here, there] = [openTab(), openTab()];
    here.begin(signIn("one"));
    expect(here.state.get().kind).toBe("in");
    expect(there.state.get().kind).toBe("out");
  });
});
