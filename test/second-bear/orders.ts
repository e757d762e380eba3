/** What the second bear is told to do, and does once: COMMAND, its ACK (PROTOCOL.md §5), and the steps of pairing (§8). */
import { TYPES } from "./turn.ts";
import { hex, unhex } from "./wire.ts";

const REPEAT_MS = 2000; // §5

interface Offer {
  windowId: Buffer;
  accountTag: Buffer;
  /** On the clock of `performance.now()`. */
  until: number;
}

export interface OrdersDoors {
  send(type: number, json: unknown): void;
  become(state: "paired" | "unpaired"): void;
  rekey(): void;
  reboot(): void;
}

export class Orders {
  private readonly doors: OrdersDoors;
  private lastDone = 0;
  private pairing = false;
  private offer: Offer | null = null;
  private readonly repeats = new Map<number, NodeJS.Timeout>();

  constructor(doors: OrdersDoors) {
    this.doors = doors;
  }

  obey(command: Record<string, unknown>): void {
    const { id, kind } = command;
    if (typeof id !== "number") return;
    const isNew = id > this.lastDone;
    const done = !isNew || this.carryOut(kind, command);
    if (done && isNew) this.lastDone = id;
    this.doors.send(TYPES.ACK, done ? { id, ok: true } : { id, ok: false, code: "REFUSED" });
    if (done && isNew && kind === "reboot") this.doors.reboot();
  }

  /** Repeated until CUE `pairing`. */
  pressForPairing(): void {
    this.pairing = true;
    this.repeat(TYPES.EVENT, { kind: "pairing" }, Infinity);
  }

  /** Repeated until `pair_done` or the window's end. */
  pressPaw(prove: (windowId: Buffer, accountTag: Buffer) => Buffer): void {
    if (!this.offer) throw new Error("nothing is offered");
    const { windowId, accountTag, until } = this.offer;
    this.repeat(
      TYPES.PAIR_ACCEPT,
      { window_id: hex(windowId), proof_hex: hex(prove(windowId, accountTag)) },
      until,
    );
  }

  heardClip(clip: unknown): void {
    if (clip === "pairing") this.stopRepeating(TYPES.EVENT);
  }

  stop(): void {
    for (const type of this.repeats.keys()) this.stopRepeating(type);
  }

  private carryOut(kind: unknown, command: Record<string, unknown>): boolean {
    switch (kind) {
      case "pair_offer":
        return this.takeOffer(command);
      case "pair_done":
        this.doors.become("paired");
        this.pairing = false;
        this.offer = null;
        this.stopRepeating(TYPES.PAIR_ACCEPT);
        return true;
      case "unpaired":
        this.doors.become("unpaired");
        return true;
      case "rekey":
        this.doors.rekey();
        return true;
      default:
        return kind === "reboot" || kind === "volume";
    }
  }

  // §8.3: only in pairing mode, and one at a time
  private takeOffer(command: Record<string, unknown>): boolean {
    const now = performance.now();
    if (!this.pairing || (this.offer && now < this.offer.until)) return false;
    this.offer = {
      windowId: unhex(command.window_id, 16),
      accountTag: unhex(command.account_tag, 16),
      until: now + Number(command.ttl_s) * 1000,
    };
    return true;
  }

  private repeat(type: number, json: unknown, until: number): void {
    this.stopRepeating(type);
    this.doors.send(type, json);
    const timer = setInterval(() => {
      if (performance.now() < until) this.doors.send(type, json);
      else this.stopRepeating(type);
    }, REPEAT_MS);
    this.repeats.set(type, timer);
  }

  private stopRepeating(type: number): void {
    clearInterval(this.repeats.get(type));
    this.repeats.delete(type);
  }
}
