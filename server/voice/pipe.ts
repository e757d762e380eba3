/** A pipe that could not be opened fails where it is read, so that a turn meets the fault where it can answer it. */
import type { SoundPipe } from "../ports.ts";

export function pipeOrFault(open: () => SoundPipe): SoundPipe {
  try {
    return open();
  } catch (fault) {
    const nothing = (): void => undefined;
    return { write: nothing, end: nothing, destroy: nothing, out: failing(fault) };
  }
}

async function* failing(fault: unknown): AsyncGenerator<Uint8Array> {
  throw await Promise.resolve(fault);
}
