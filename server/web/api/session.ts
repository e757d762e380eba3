/** Who is signed in: an access token in memory alone, renewed by the cookie that no script reads, by one tab at a time. */
import type { Account, SignIn } from "./types.ts";
import { Refused, refusedOf } from "./refused.ts";
import { createStore } from "./store.ts";
import type { Store } from "./store.ts";

/** "unknown": a session may be there; nobody has asked yet. */
export type SessionState =
  { kind: "unknown" } | { kind: "out"; expired: boolean } | { kind: "in"; account: Account };

/** What tabs tell each other. */
export type TabNews = { kind: "in"; signIn: SignIn; until: number } | { kind: "out" };

export interface SessionPorts {
  fetch: typeof fetch;
  /** epoch ms */
  now(): number;
  /** Runs the work of one tab after that of the others. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  tabs: { tell(news: TabNews): void; listen(hear: (news: TabNews) => void): void };
  /** whether a session was opened in this browser: no secret, but it saves strangers a refusal */
  memory: { get(): boolean; set(open: boolean): void };
}

export interface Session {
  state: Store<SessionState>;
  /** A token that holds for a while yet. Rejects with UNAUTHORIZED where nobody is signed in. */
  token(): Promise<string>;
  /** The token was refused: another, unless somebody has it already. */
  renew(refusedToken: string): Promise<string>;
  /** Asks, where there may be a session, who it is. */
  wake(): Promise<void>;
  begin(signIn: SignIn): void;
  /** The name has changed. */
  rename(account: Account): void;
  /** Ends it here and in every tab; the server was told, or ended it itself. */
  end(expired: boolean): void;
}

/** ms before its end at which a token counts as over */
const MARGIN_MS = 30_000;
const REFRESH = "/api/v1/auth/refresh";

export function createSession(ports: SessionPorts): Session {
  const { now, memory, tabs } = ports;
  const state = createStore<SessionState>(
    memory.get() ? { kind: "unknown" } : { kind: "out", expired: false },
  );
  let held: { token: string; until: number } | undefined;
  let renewal: Promise<string> | undefined;

  const holds = (): boolean => held !== undefined && held.until - MARGIN_MS > now();

  function take({ access_token: token, account }: SignIn, until: number): void {
    held = { token, until };
    memory.set(true);
    const known = state.get();
    if (known.kind !== "in" || known.account.id !== account.id || known.account.name !== account.name)
      state.set({ kind: "in", account });
  }

  function leave(expired: boolean): void {
    held = undefined;
    memory.set(false);
    state.set({ kind: "out", expired });
  }

  tabs.listen((news) => {
    if (news.kind === "out") leave(true);
    // a tab where nobody is signed in stays as it is until it is asked for something
    else if (state.get().kind !== "out") take(news.signIn, news.until);
  });

  function begin(signIn: SignIn): void {
    const until = now() + signIn.expires_in * 1000;
    take(signIn, until);
    tabs.tell({ kind: "in", signIn, until });
  }

  async function refresh(former: string | undefined): Promise<string> {
    // another tab may have done it while this one waited
    if (held && held.token !== former && holds()) return held.token;
    const answer = await ports
      .fetch(REFRESH, { method: "POST", credentials: "same-origin" })
      .catch(() => undefined);
    if (!answer) throw new Refused("OFFLINE");
    if (answer.ok) {
      begin((await answer.json()) as SignIn);
      return held!.token;
    }
    const refused = await refusedOf(answer);
    if (answer.status === 401 || answer.status === 403) {
      leave(memory.get());
      throw new Refused("UNAUTHORIZED", 401);
    }
    throw refused;
  }

  function renew(former: string | undefined): Promise<string> {
    renewal ??= ports.alone(() => refresh(former)).finally(() => (renewal = undefined));
    return renewal;
  }

  return {
    state,
    renew,
    begin,
    async token() {
      if (holds()) return held!.token;
      if (state.get().kind === "out") throw new Refused("UNAUTHORIZED", 401);
      return renew(held?.token);
    },
    async wake() {
      if (state.get().kind === "unknown") await renew(undefined);
    },
    rename(account) {
      if (state.get().kind === "in") state.set({ kind: "in", account });
    },
    end(expired) {
      leave(expired);
      tabs.tell({ kind: "out" });
    },
  };
}
