/** The connections of a cell that keys have opened: each is closed with its key, after the answer that is under way. */
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { KEY_LINE_MS } from "../../bounds.ts";
import type { Clock, KeyLine } from "../../ports.ts";

export interface KeyLines {
  list(): KeyLine[];
  /** Anybody's request has come: a proxy lets many people use one connection. */
  arrived(request: FastifyRequest): void;
  /** A key was believed on this request. */
  opened(request: FastifyRequest, keyId: string): void;
  /** Its answer leaves; of a line that is to close, it says so. */
  answering(request: FastifyRequest, reply: FastifyReply): void;
  answered(request: FastifyRequest): void;
}

interface Line {
  keys: Set<string>;
  underWay: number;
  closing: boolean;
}

export function openKeyLines(clock: Clock): KeyLines {
  const lines = new Map<Socket, Line>();

  function close(socket: Socket, line: Line): void {
    if (line.closing) return;
    line.closing = true;
    if (line.underWay === 0) return void socket.destroy();
    const cancel = clock.after(KEY_LINE_MS, () => socket.destroy());
    socket.once("close", cancel);
  }

  return {
    list: () =>
      [...lines].flatMap(([socket, line]) =>
        [...line.keys].map((keyId): KeyLine => ({ keyId, close: () => close(socket, line) })),
      ),
    arrived({ raw: { socket } }) {
      const line = lines.get(socket);
      if (line) line.underWay++;
    },
    opened({ raw: { socket } }, keyId) {
      let line = lines.get(socket);
      if (!line) {
        line = { keys: new Set(), underWay: 1, closing: false };
        lines.set(socket, line);
        socket.once("close", () => lines.delete(socket));
      }
      line.keys.add(keyId);
    },
    answering({ raw: { socket } }, reply) {
      if (lines.get(socket)?.closing) void reply.header("connection", "close");
    },
    answered({ raw: { socket } }) {
      const line = lines.get(socket);
      if (!line) return;
      line.underWay = Math.max(0, line.underWay - 1);
      if (line.closing && line.underWay === 0) socket.destroySoon();
    },
  };
}
