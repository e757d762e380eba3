/** The connections to one model service: kept alive, one request at a time on each, and opened before they are needed. */
import type { Socket } from "node:net";
import { buildConnector, Pool } from "undici";
import { MAX_MODEL_REQUESTS, MODEL_CONNECT_MS, MODEL_IDLE_MS } from "../../bounds.ts";

export interface ConnectionPool {
  /** for undici's `request` */
  dispatcher: Pool;
  /** One more port uses this service, so one more connection is worth keeping ready. */
  share(): void;
  /** Opens a connection, unless enough are ready. Sends nothing on it. */
  warm(): void;
  /** Ends all connections at once, and what runs on them. */
  close(): Promise<void>;
}

/** The pool of an origin such as "https://openrouter.ai". Opens nothing yet. */
export function openPool(origin: string): ConnectionPool {
  const connect = buildConnector({ timeout: MODEL_CONNECT_MS });
  const ready = new Set<Socket>();
  let opening = 0;
  let shares = 0;
  let closed = false;

  const dispatcher = new Pool(origin, {
    connections: MAX_MODEL_REQUESTS,
    pipelining: 1, // undici's word for none, with keep-alive
    keepAliveTimeout: MODEL_IDLE_MS,
    // a request has one deadline, its own: http.ts
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(options, callback) {
      const [socket] = ready;
      if (!socket) return connect(options, callback);
      leave(socket);
      socket.setTimeout(0).off("timeout", destroy).off("error", ignore).off("close", gone);
      queueMicrotask(() => callback(null, socket)); // as a real connection would: not within the call
    },
  });

  function leave(socket: Socket): void {
    ready.delete(socket);
  }
  function gone(this: Socket): void {
    leave(this);
  }
  function destroy(this: Socket): void {
    this.destroy();
  }

  return {
    dispatcher,
    share: () => void shares++,
    warm() {
      if (closed || dispatcher.stats.free + ready.size + opening >= shares) return;
      opening++;
      const { protocol, hostname, host, port } = new URL(origin);
      connect({ protocol, hostname: hostname.replace(/^\[|\]$/g, ""), host, port }, (error, socket) => {
        opening--;
        if (error) return; // the request that needs it will say so
        if (closed) return void socket.destroy();
        ready.add(socket);
        socket.setTimeout(MODEL_IDLE_MS).on("timeout", destroy).on("error", ignore).on("close", gone);
      });
    },
    async close() {
      closed = true;
      for (const socket of ready) socket.destroy();
      await dispatcher.destroy();
    },
  };
}

function ignore(): void {}
