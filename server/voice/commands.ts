/** What a toy is told to do: a COMMAND is repeated until its ACK, its end, or a newer one of its kind. PROTOCOL.md §5 */
import { COMMAND_EVERY_MS, DOWN, encodeJson } from "@bearlink/sdk/protocol";
import type { Ack } from "@bearlink/sdk/protocol";
import type { Clock } from "../ports.ts";
import type { Line } from "./line.ts";

export interface Commands {
  /** Sends `fields` as a COMMAND of `kind` until the toy answers; resolves with its ACK, or undefined where none came. */
  send(id: number, kind: string, ttlS: number, fields: Record<string, unknown>): Promise<Ack | undefined>;
  ack(ack: Ack): void;
  close(): void;
}

interface Pending {
  id: number;
  settle(ack: Ack | undefined): void;
}

export function createCommands(clock: Clock, line: Line): Commands {
  const pending = new Map<string, Pending>();

  return {
    send(id, kind, ttlS, fields) {
      pending.get(kind)?.settle(undefined);
      return new Promise((resolve) => {
        let cancelNext = (): void => undefined;
        const dies = clock.after(ttlS * 1000, () => settle(undefined));
        const settle = (ack: Ack | undefined): void => {
          cancelNext();
          dies();
          if (pending.get(kind)?.id === id) pending.delete(kind);
          resolve(ack);
        };
        const payload = encodeJson({ id, kind, ttl_s: ttlS, ...fields });
        const repeat = (): void => {
          line.send(DOWN.COMMAND, { payload });
          cancelNext = clock.after(COMMAND_EVERY_MS, repeat);
        };
        pending.set(kind, { id, settle });
        repeat();
      });
    },
    ack(ack) {
      for (const command of pending.values()) if (command.id === ack.id) return command.settle(ack);
    },
    close() {
      for (const command of [...pending.values()]) command.settle(undefined);
    },
  };
}
