/** One client's stream with the guard in it: what the guard passes goes on to Aedes as it came, what it does not ends the line. */
import { Duplex } from "node:stream";
import { CONNECT_MS, PACKET_BURST, PACKETS_PER_S } from "@bearlink/sdk/protocol";
import { Guard } from "./guard.ts";
import type { GuardFault } from "./guard.ts";

export interface Clock {
  /** Calls back once after `ms`; the answer cancels. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * `late`: no CONNECT in time; `silent`: no packet within the keep-alive; `flood`: more packets than §4.4 gives;
 * `topic`: not this toy's; `stalled`: answers it does not read.
 */
export type Fault = GuardFault | "late" | "silent" | "flood" | "topic" | "stalled";

/** ms in which a line that was ended may still send what was written to it */
const LINGER_MS = 1_000;
/** halves of a keep-alive without a packet: one and a half times [MQTT-3.1.2-24] */
const SILENT_HALVES = 3;

export class Line extends Duplex {
  readonly address: string;
  /** why it ended; "gone" where the client left */
  reason = "gone";
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #guard = new Guard();
  readonly #onFault: (fault: Fault) => void;
  #cancelTimer: () => void;
  /** packets it may have sent before the next look at its keep-alive */
  #mostPackets = Infinity;
  #failed = false;

  constructor(stream: Duplex, address: string, clock: Clock, onFault: (fault: Fault) => void) {
    super();
    this.address = address;
    this.#stream = stream;
    this.#clock = clock;
    this.#onFault = onFault;
    this.#cancelTimer = clock.after(CONNECT_MS, () => this.fail("late"));
    stream.on("data", this.#take);
    stream.on("end", () => this.push(null));
    stream.on("error", () => this.destroy());
    stream.on("close", () => this.destroy());
  }

  /** CONNECT was accepted: larger packets may come, and must come within the keep-alive. */
  accept(keepAliveS: number): void {
    this.#guard.accept();
    this.#cancelTimer();
    this.#watchKeepAlive((keepAliveS * 1000) / 2, 0, this.#guard.packets);
  }

  /** bytes written that the client has not taken yet */
  get waitingBytes(): number {
    return this.writableLength + this.#stream.writableLength;
  }

  /** Writes a whole packet, past the queue that Aedes' packets pass through where that is empty. */
  writeNow(packet: Uint8Array): void {
    if (this.writableLength > 0) this.write(packet);
    else this.#stream.write(packet);
  }

  /** Ends it; what was written may still leave. */
  close(reason: string): void {
    if (this.destroyed) return;
    this.reason = reason;
    this.destroy();
  }

  /** Ends it at once: the client broke a rule. */
  fail(fault: Fault): void {
    if (this.destroyed) return;
    this.#fault(fault);
    this.destroy();
  }

  #fault(fault: Fault): void {
    this.reason = fault;
    this.#failed = true;
    this.#onFault(fault);
  }

  readonly #take = (chunk: Buffer): void => {
    const before = this.#guard.packets;
    const fault = this.#guard.check(chunk);
    if (fault) return this.fail(fault);
    if (this.#guard.packets > this.#mostPackets) return this.fail("flood");
    if (before === 0 && this.#guard.packets > 0) this.#cancelTimer();
    if (!this.push(chunk)) this.#stream.pause();
  };

  #watchKeepAlive(halfMs: number, silentHalves: number, packets: number): void {
    this.#mostPackets = packets + PACKET_BURST + (PACKETS_PER_S * halfMs) / 1000;
    this.#cancelTimer = this.#clock.after(halfMs, () => {
      const silent = this.#guard.packets === packets ? silentHalves + 1 : 0;
      if (silent === SILENT_HALVES) this.fail("silent");
      else this.#watchKeepAlive(halfMs, silent, this.#guard.packets);
    });
  }

  override _read(): void {
    // never a push from in here: Aedes' parser would be entered while it hands out a packet, and hand it out twice
    this.#stream.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#stream.write(chunk)) done();
    else this.#stream.once("drain", done);
  }

  /** What Aedes corked is whole packets; they leave in one piece, so no frame of `writeNow` falls between. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", done);
  }

  override _destroy(error: Error | null, done: () => void): void {
    const stream = this.#stream;
    // Aedes ends a line with an error where it cannot read a packet, or waited `drainTimeout` to write one
    if (error && !this.#failed) this.#fault(error.message === "drain timeout" ? "stalled" : "packet");
    this.#cancelTimer();
    stream.off("data", this.#take);
    if (this.#failed || stream.destroyed) stream.destroy();
    else {
      // unread bytes would turn the FIN into a reset, and that can overtake a CONNACK on its way
      stream.resume();
      stream.end();
      stream.once(
        "close",
        this.#clock.after(LINGER_MS, () => stream.destroy()),
      );
    }
    done();
  }
}
