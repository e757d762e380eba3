/** The browser as the app's ports: its clock, its locks and tabs, what it remembers, and its sockets. */
import type { Socket } from "../api/live.ts";
import type { SessionPorts, TabNews } from "../api/session.ts";

export const now = (): number => Date.now();

export function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** Small things that are no secret. A browser that refuses to remember is not asked twice. */
export const memory = {
  get(key: string): string | undefined {
    try {
      return localStorage.getItem(`bearlink.${key}`) ?? undefined;
    } catch {
      return undefined;
    }
  },
  set(key: string, value: string | undefined): void {
    try {
      if (value === undefined) localStorage.removeItem(`bearlink.${key}`);
      else localStorage.setItem(`bearlink.${key}`, value);
    } catch {
      // then it is forgotten with the page
    }
  },
};

/** What tabs have in common. */
function tabs(): SessionPorts["tabs"] {
  if (typeof BroadcastChannel === "undefined") return { tell: () => undefined, listen: () => undefined };
  const channel = new BroadcastChannel("bearlink");
  return {
    tell: (news) => channel.postMessage(news),
    listen: (hear) => channel.addEventListener("message", ({ data }) => hear(data as TabNews)),
  };
}

export function sessionPorts(): SessionPorts {
  return {
    fetch: (...asked) => fetch(...asked),
    now,
    // plain http on a strange host has no locks: there this tab is alone with itself
    alone: <T>(work: () => Promise<T>) =>
      "locks" in navigator ? (navigator.locks.request("bearlink-refresh", work) as Promise<T>) : work(),
    tabs: tabs(),
    memory: {
      get: () => memory.get("session") === "open",
      set: (open) => memory.set("session", open ? "open" : undefined),
    },
  };
}

export function openSocket(): Socket {
  const url = new URL("/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url) as unknown as Socket;
}
