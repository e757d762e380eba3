/** A pipe of the Sound port: bounded in what it takes, read once, ended once, whatever does the work between. */
import { SoundError } from "../../errors.ts";
import type { SoundPipe } from "../../ports.ts";

/** Where the work of a pipe puts its results, once it has started. Nothing is taken after `close` or `fail`. */
export interface Outlet {
  push(bytes: Uint8Array): void;
  close(): void;
  fail(reason: SoundError["reason"]): void;
}

/** What happens to the sound; called no more after the outlet is closed or failed. */
export interface Work {
  push(bytes: Uint8Array): void;
  end(): void;
  /** Frees what the work holds. Called once, however the pipe ends. */
  stop(): void;
}

/** Bytes that a pipe takes and gives in all: what waits in it is bounded by both. */
export interface PipeBounds {
  mostIn: number;
  mostOut: number;
}

/** Beyond its bounds the pipe fails with SoundError("size"). `out` can be read once. */
export function openPipe(bounds: PipeBounds, player: string, start: (outlet: Outlet) => Work): SoundPipe {
  const ready: Uint8Array[] = [];
  let taken = 0;
  let given = 0;
  let ended = false;
  let closed = false;
  let fault: SoundError | undefined;
  let wake: (() => void) | undefined;

  const close = (why?: SoundError) => {
    if (closed) return;
    closed = true;
    fault = why;
    work.stop();
    wake?.();
  };
  const outlet: Outlet = {
    push(bytes) {
      if (closed) return;
      given += bytes.length;
      if (given > bounds.mostOut) return close(new SoundError("size"));
      ready.push(bytes);
      wake?.();
    },
    close: () => close(),
    fail: (reason) => close(new SoundError(reason)),
  };
  const destroy = () => {
    close();
    fault = undefined;
    ready.length = 0;
  };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        for (let next = ready.shift(); next; next = ready.shift()) yield next;
        if (fault) throw fault;
        if (closed) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      destroy(); // a reader that leaves the loop wants no more
    }
  }

  const work = start(outlet);
  return {
    write(bytes) {
      if (ended || closed || bytes.length === 0) return;
      taken += bytes.length;
      if (taken > bounds.mostIn) return close(new SoundError("size"));
      work.push(bytes);
    },
    end() {
      if (ended || closed) return;
      ended = true;
      work.end();
    },
    destroy,
    out: read(),
    player,
  };
}
