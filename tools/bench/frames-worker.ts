/** Sends the frames of many toys to an echo, each toy's evenly in time, in a process of its own. */
import { setTimeout as pause } from "node:timers/promises";
import { FRAME_MS, openEchoClient } from "./echo-client.ts";
import type { EchoClient } from "./echo-client.ts";
import { sumOf } from "./numbers.ts";
import { answerParent } from "./worker.ts";

export interface Echoed {
  frames: number;
  /** ms there and back */
  times: number[];
  lost: number;
}

/** ms between two looks at who is due */
const TICK_MS = 2;
/** ms in which the last frames must come back */
const LAST_MS = 500;
const toys = new Map<number, EchoClient[]>(); // by port

answerParent({
  open: async ({
    port,
    count,
    speaksMqtt,
  }: {
    port: number;
    count: number;
    speaksMqtt: boolean;
  }): Promise<void> => {
    const indices = Array.from({ length: count }, (_, index) => index);
    toys.set(port, await Promise.all(indices.map((index) => openEchoClient(port, index, speaksMqtt))));
  },
  send: async ({ port, ms }: { port: number; ms: number }): Promise<Echoed> => {
    const clients = toys.get(port)!;
    const startedAt = performance.now();
    const all = Math.floor((ms * clients.length) / FRAME_MS);
    for (let sent = 0; sent < all; await pause(TICK_MS)) {
      const due = Math.min(all, ((performance.now() - startedAt) * clients.length) / FRAME_MS);
      while (sent < due) clients[sent++ % clients.length]!.send();
    }
    const missing = (): number => sumOf(clients.map((client) => client.missing()));
    for (let waited = 0; missing() > 0 && waited < LAST_MS; waited += TICK_MS) await pause(TICK_MS);
    return { frames: all, times: clients.flatMap((client) => client.takeTimes()), lost: missing() };
  },
  close: () => [...toys.values()].flat().forEach((client) => client.close()),
});
