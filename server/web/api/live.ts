/** The live feed: a ticket, a socket, and again after a while when it is lost; whoever looks is told when what they see is old. MISSION D13 */
import { createStore } from "./store.ts";
import type { Store } from "./store.ts";
import { Refused } from "./refused.ts";
import type { LiveMessage } from "./types.ts";

/** "stale": the line is lost and what is shown may be old; "off": nobody is signed in. */
export type LiveState = "off" | "connecting" | "live" | "stale";

/** As much of a WebSocket as is used. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface LivePorts {
  /** Rejects with UNAUTHORIZED where the session is over. */
  ticket(): Promise<string>;
  open(): Socket;
  /** Runs `work` after `ms`; the answer cancels it. */
  after(ms: number, work: () => void): () => void;
  /** 0 to 1 */
  chance(): number;
}

export interface Live {
  state: Store<LiveState>;
  start(): void;
  stop(): void;
  /** The network is back, or somebody looks again: no waiting. */
  hurry(): void;
  follow(listener: (message: LiveMessage) => void): () => void;
}

/** ms of the first wait, and of the longest */
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** Between half and the whole of a wait that doubles: a server that comes back is not met by everyone at once. */
export function waitMs(tries: number, chance: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** tries) * (0.5 + chance / 2);
}

export function createLive(ports: LivePorts): Live {
  const state = createStore<LiveState>("off");
  const listeners = new Set<(message: LiveMessage) => void>();
  let socket: Socket | undefined;
  let cancelWait: (() => void) | undefined;
  let tries = 0;
  /** of the attempt that counts; an older one's answers are nobody's */
  let attempt = 0;

  function hear(data: unknown): void {
    let message: LiveMessage;
    try {
      message = JSON.parse(String(data)) as LiveMessage;
    } catch {
      return;
    }
    if (message.type === "ready") {
      tries = 0;
      state.set("live");
    }
    for (const listener of [...listeners]) listener(message);
  }

  function lost(): void {
    socket = undefined;
    state.set("stale");
    cancelWait?.();
    cancelWait = ports.after(waitMs(tries++, ports.chance()), () => void connect());
  }

  async function connect(): Promise<void> {
    cancelWait?.();
    cancelWait = undefined;
    const mine = ++attempt;
    if (state.get() === "off") state.set("connecting");
    let ticket: string;
    try {
      ticket = await ports.ticket();
    } catch (error) {
      if (mine !== attempt) return;
      // whoever keeps the session has heard it too
      if (error instanceof Refused && error.code === "UNAUTHORIZED") stop();
      else lost();
      return;
    }
    if (mine !== attempt) return;
    const opened = ports.open();
    socket = opened;
    opened.onopen = () => opened.send(JSON.stringify({ ticket }));
    opened.onmessage = ({ data }) => mine === attempt && hear(data);
    opened.onclose = () => mine === attempt && lost();
  }

  function stop(): void {
    attempt++;
    cancelWait?.();
    cancelWait = undefined;
    socket?.close();
    socket = undefined;
    tries = 0;
    state.set("off");
  }

  return {
    state,
    start() {
      if (state.get() === "off") void connect();
    },
    stop,
    hurry() {
      if (state.get() !== "stale" || !cancelWait) return;
      tries = 0;
      void connect();
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
