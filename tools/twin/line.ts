/** One TCP connection under the pace of the idle loop: at most 536 bytes are read, and 536 written, in a pass. */
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { toLatin } from "./bytes.ts";

/** lwIP's segment, and Espruino's buffer */
export const CHUNK_BYTES = 536;

/** What connections can be had; a test may take it away. */
export interface Network {
  /** false: nothing passes, and nobody is told */
  up: boolean;
  /** loopback addresses of names that the program asks for */
  hosts: Record<string, string>;
  lines: Set<Line>;
}

export interface Line {
  /** Reads what a pass may read: "" where nothing has come; undefined once the other side has closed. */
  read(): string | undefined;
  /** Sends as much of it as a pass may send; answers how much. */
  write(text: string): number;
  connected(): boolean;
  /** it never came about, or broke */
  failed(): boolean;
  close(): void;
}

export function openLine(
  network: Network,
  host: string,
  port: number,
  secure: boolean,
  wake: () => void,
): Line {
  // TLS of the toy verifies nothing. TOY.md, “Crypto”
  const socket: Socket = secure
    ? connectTls({ host, port, rejectUnauthorized: false })
    : connectTcp({ host, port });
  let held = Buffer.alloc(0);
  let open = false;
  let ended = false;
  let broken = false;

  socket.on(secure ? "secureConnect" : "connect", () => {
    open = true;
    wake();
  });
  socket.on("data", (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    // the toy's window: the sender waits
    if (held.length >= 8 * CHUNK_BYTES) socket.pause();
    wake();
  });
  socket.on("error", () => (broken = true));
  socket.on("close", () => {
    ended = true;
    wake();
  });
  socket.on("end", () => {
    ended = true;
    wake();
  });

  const line: Line = {
    read() {
      if (!network.up) return "";
      if (held.length === 0) return ended ? undefined : "";
      const piece = held.subarray(0, CHUNK_BYTES);
      held = held.subarray(piece.length);
      if (held.length < 8 * CHUNK_BYTES) socket.resume();
      return toLatin(piece);
    },
    write(text) {
      if (!network.up || !open || socket.writableNeedDrain) return 0;
      const piece = text.slice(0, CHUNK_BYTES);
      socket.write(Buffer.from(piece, "latin1"));
      return piece.length;
    },
    connected: () => open,
    failed: () => broken || (ended && !open),
    close() {
      network.lines.delete(line);
      socket.destroy();
    },
  };
  network.lines.add(line);
  return line;
}

/** A loopback address, as the tests' servers have; everything else does not resolve. */
export function addressOf(network: Network, host: string): string | undefined {
  if (!network.up) return undefined;
  const known = network.hosts[host] ?? host;
  return /^127\.\d+\.\d+\.\d+$/.test(known) || known === "localhost"
    ? known.replace("localhost", "127.0.0.1")
    : undefined;
}
