/** Who plays each part in the browser: the session, the server's routes, the live feed. */
import { createAnswers } from "./api/answers.ts";
import { createAsk } from "./api/ask.ts";
import { nextFollowed, nothingFollowed } from "./api/followed.ts";
import { createLive } from "./api/live.ts";
import { createSession } from "./api/session.ts";
import { createStore } from "./api/store.ts";
import { after, now, openSocket, sessionPorts } from "./platform/browser.ts";

export const session = createSession(sessionPorts());
/** Answers of this session, so that going back shows at once what was there. */
export const answers = createAnswers(now);
export const ask = createAsk({ fetch: (...asked) => fetch(...asked), session, changed: answers.age });
export const live = createLive({
  ticket: async () => (await ask.post<{ ticket: string }>("/api/v1/live/tickets")).ticket,
  open: openSocket,
  after,
  chance: Math.random,
});
/** What the feed has told, for every screen. */
export const followed = createStore(nothingFollowed);
export const online = createStore(navigator.onLine);
/** How often the line has come back: what was asked before may be old, or was never answered. */
export const returned = createStore(0);
/** How many alerts are unread: what the server said, and what has come since. */
export const unread = createStore(0);

/** A server without alerts has none that is unread. */
async function countUnread(): Promise<void> {
  const answer = await ask.get<{ unread: number }>("/api/v1/alerts?limit=1").catch(() => undefined);
  if (answer) unread.set(answer.unread);
}

/** Wires them together; called once. */
export function startServices(): void {
  live.follow((message) => {
    const before = followed.get();
    followed.set(nextFollowed(before, message));
    if (message.type === "ready") void countUnread(); // what came while there was no line
    if (message.type === "alert" || (message.type === "turn" && message.stage === "over")) answers.age();
    const fresh = followed.get().alerts !== before.alerts;
    if (message.type === "alert" && fresh && !message.alert.read) unread.set(unread.get() + 1);
  });
  session.state.follow(({ kind }) => {
    if (kind === "in") live.start();
    if (kind !== "out") return;
    unread.set(0);
    live.stop();
    answers.clear();
    followed.set(nothingFollowed);
  });
  let line = live.state.get();
  live.state.follow((now) => {
    if (line === "stale" && now === "live") {
      answers.age();
      returned.set(returned.get() + 1);
    }
    line = now;
  });
  addEventListener("online", () => {
    online.set(true);
    live.hurry();
  });
  addEventListener("offline", () => online.set(false));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.hurry();
  });
}
