/** A connection to Redis that comes back by itself, and on which no command outlives a lost Redis. MISSION B06 */
import { Redis } from "ioredis";
import { REDIS_COMMAND_MS, REDIS_RETRY_MS, REDIS_SILENCE_MS, REDIS_START_MS } from "../../bounds.ts";
import { StartError } from "../../errors.ts";
import type { Chance } from "../../ports.ts";

const FIRST_RETRY_MS = 50;

/** What is asked of it in one turn of the event loop leaves in one write: a write costs more than most commands do, here and in Redis. */
class GatheringRedis extends Redis {
  #gathering = false;

  override sendCommand(...asked: Parameters<Redis["sendCommand"]>): unknown {
    const { stream } = this;
    // there is none before it first connects
    if (stream && !this.#gathering) {
      this.#gathering = true;
      stream.cork();
      setImmediate(() => {
        this.#gathering = false;
        stream.uncork();
      });
    }
    return super.sendCommand(...asked);
  }
}

/** Not yet connected: `connect` does that. */
export function redisLink({ url, chance }: { url: string; chance: Chance }): Redis {
  const link = new GatheringRedis(url, {
    lazyConnect: true,
    // while Redis is away a command rejects at once, and one under way when it goes; nothing is sent twice
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // the bus subscribes again itself, and tells its listeners
    autoResubscribe: false,
    connectTimeout: REDIS_SILENCE_MS,
    commandTimeout: REDIS_COMMAND_MS,
    socketTimeout: REDIS_SILENCE_MS,
    retryStrategy: (tries) => retryDelay(tries, chance),
  });
  // ioredis prints an error that nobody listens to; the state tells all we need
  link.on("error", () => {});
  return link;
}

/** Half of the doubled wait is certain, half is chance: cells that lost Redis together do not return together. */
export function retryDelay(tries: number, chance: Chance): number {
  const most = Math.min(REDIS_RETRY_MS, FIRST_RETRY_MS * 2 ** tries);
  return Math.round((most * (1 + chance.bytes(1)[0]! / 255)) / 2);
}

/** Resolves when the link is ready; throws StartError REDIS_AWAY and closes it where it is not within 5 s. */
export async function connect(link: Redis): Promise<void> {
  const deadline = AbortSignal.timeout(REDIS_START_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      deadline.addEventListener("abort", () => reject(deadline.reason));
      link.once("ready", resolve);
      // a first try that fails is followed by others
      link.connect().catch(() => {});
    });
  } catch (cause) {
    link.disconnect();
    throw new StartError(
      "REDIS_AWAY",
      "REDIS_URL: Redis does not answer; start it, or correct the URL",
      cause,
    );
  }
}
