/** Starts the chip again unless the loop is healthy: timers ring, memory is left, and the toy's state is not overdue. */

const STARVE_S = 30;
const FEED_MS = 5_000;
/** variables: a frame and its reply need some hundreds */
const LEAST_FREE = 400;

interface Memory {
  free: number;
  usage: number;
  blocksize: number;
}

/** without collecting garbage, which would stop the sound */
export function memory(): Memory {
  return (process as unknown as { memory(collect: boolean): Memory }).memory(false);
}

export function watch(isHealthy: () => boolean): void {
  E.enableWatchdog(STARVE_S, false);
  setInterval(() => {
    if (isHealthy() && memory().free > LEAST_FREE) E.kickWatchdog();
  }, FEED_MS);
}
