/** This side of PGlite's thread: what pg's own client takes for the socket to a Postgres. */
import { once } from "node:events";
import { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";

const ROOM = new URL("pglite-thread.mjs", import.meta.url);
/** "Terminate" in Postgres' protocol: the thread has an end of its own */
const TERMINATE = 0x58;

type Answer = { value?: Uint8Array } | { fault: string };

/**
 * A `dataDir` that is there; in memory without one. Rejects where PGlite cannot open it.
 * The database is closed, and its thread gone, when the wire has ended.
 */
export async function openPgliteWire(dataDir: string | undefined): Promise<Duplex> {
  const wire = new Wire(new Worker(ROOM, { workerData: { dataDir }, execArgv: [], env: {} }));
  try {
    await wire.ask("open");
  } catch (error) {
    wire.destroy();
    await once(wire, "close");
    throw error;
  }
  return wire;
}

interface Asker {
  resolve(bytes: Uint8Array | undefined): void;
  reject(error: Error): void;
}

class Wire extends Duplex {
  readonly #thread: Worker;
  /** in the order of their questions */
  readonly #askers: Asker[] = [];
  #gone: Error | undefined;

  constructor(thread: Worker) {
    super();
    this.#thread = thread;
    thread.on("message", (answer: Answer) => {
      const asker = this.#askers.shift();
      // a process that has nothing else to do waits for a statement, and not for a database that is idle
      if (this.#askers.length === 0) thread.unref();
      if ("fault" in answer) asker?.reject(new Error(answer.fault));
      else asker?.resolve(answer.value);
    });
    thread.on("error", (error) => this.#end(error));
    thread.on("exit", () => this.#end(new Error("the database's thread has ended")));
    thread.unref();
  }

  /** What it is asked about is the thread's from then on. */
  ask(question: "open" | "say" | "close", about?: Uint8Array): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      this.#thread.ref();
      this.#askers.push({ resolve, reject });
      this.#thread.postMessage({ question, about }, about ? [about.buffer as ArrayBuffer] : []);
    });
  }

  #end(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#askers.splice(0)) reject(this.#gone);
    this.destroy(this.#gone);
  }

  // there all the time
  connect(): this {
    process.nextTick(() => this.emit("connect"));
    return this;
  }
  // as a socket has them, and of no use between threads
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;
  ref = (): this => this;
  unref = (): this => this;

  override _read(): void {}

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    void this.#say(bytes, done);
  }

  /** All that pg says of one statement: one way to the thread and back for its five parts. */
  override _writev(parts: { chunk: Uint8Array }[], done: (error?: Error) => void): void {
    void this.#say(Buffer.concat(parts.map(({ chunk }) => chunk)), done);
  }

  async #say(bytes: Uint8Array, done: (error?: Error) => void): Promise<void> {
    if (bytes[0] === TERMINATE) return done();
    try {
      const answer = await this.ask("say", new Uint8Array(bytes));
      if (answer) this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _final(done: (error?: Error) => void): void {
    this.ask("close").then(() => {
      this.push(null);
      done();
    }, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#gone ??= error ?? new Error("the database is closed");
    void this.#thread.terminate().then(() => done(error));
  }
}
