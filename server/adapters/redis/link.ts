/** A connection to Redis that comes back by itself, and on which no command outlives a lost Redis. MISSION B06 */
import { Redis } from "ioredis";
import { REDIS_COMMAND_MS, REDIS_RETRY_MS, REDIS_SILENCE_MS, REDIS_START_MS } from "../../bounds.ts";
import { StartError } from "../../errors.ts";
import type { Chance } from "../../ports.ts";

const FIRST_RETRY_MS = 50;

/** What is asked of it by one callback leaves in one write: a write costs more than most commands do, here and in Redis. */
class GatheringRedis extends Redis {
  #gathered: GatheredWrites | undefined;

  override sendCommand(...[command, stream]: Parameters<Redis["sendCommand"]>): unknown {
    // greetings keep their own way; and another socket has not heard what this one has, the scripts above all
    if (stream || this.status !== "ready") return super.sendCommand(command, stream);
    if (this.#gathered?.socket !== this.stream) this.#gathered = new GatheredWrites(this.stream);
    // of a stream it is given, ioredis asks `write` alone
    return super.sendCommand(command, this.#gathered as unknown as typeof stream);
  }
}

class GatheredWrites {
  readonly socket: Redis["stream"];
  #parts: Buffer[] = [];

  constructor(socket: Redis["stream"]) {
    this.socket = socket;
  }

  write(part: string | Buffer): true {
    // not later: Redis would wait for this side, and this side for it, by turns
    if (this.#parts.length === 0) process.nextTick(() => this.#flush());
    // as bytes: a socket makes room for thrice as many as a text has letters
    this.#parts.push(typeof part === "string" ? Buffer.from(part) : part);
    return true;
  }

  #flush(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.socket.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
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
    // a primary that became a replica keeps its clients: its name may already lead to another
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
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
