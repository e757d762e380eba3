/** One turn as the second bear lives it: what it heard, how it ended, and the credit and patience it owes (PROTOCOL.md §5, §7). */
import { codecById, Speaker } from "./sound.ts";
import type { Frame } from "./wire.ts";

export const TYPES = {
  TURN_START: 0x01,
  AUDIO: 0x02,
  TURN_END: 0x03,
  TURN_CANCEL: 0x04,
  CREDIT: 0x05,
  EVENT: 0x10,
  PAIR_ACCEPT: 0x11,
  TELEMETRY: 0x12,
  ACK: 0x13,
  REPLY_START: 0x81,
  REPLY_AUDIO: 0x82,
  REPLY_END: 0x83,
  STOP: 0x84,
  CUE: 0x85,
  REFUSED: 0x86,
  COMMAND: 0x90,
} as const;

/** A frame that came down and held, with its time of arrival in milliseconds. */
export interface Heard extends Frame {
  at: number;
}

export type Ending = "REPLY_END" | "STOP" | "REFUSED" | "BARGE_IN" | "NO_ANSWER" | "LOST";

const CREDIT_EVERY_MS = 400;
const PATIENCE_MS = 8000;

export interface TurnDoors {
  now(): number;
  credit(nextSample: number, underruns: number): void;
  /** 8 s without a frame: the toy gives up (§7.4). */
  giveUp(): void;
}

export class Turn {
  readonly number: number;
  readonly heard: Heard[] = [];
  readonly ended: Promise<Ending>;
  /** Fulfilled when the last word is up, or the server cut it short. */
  spoken: Promise<void> = Promise.resolve();
  /** False once the server has said enough to know that it listens no more. */
  listening = true;
  ending: Ending | null = null;

  private readonly doors: TurnDoors;
  private settle: (ending: Ending) => void = () => {};
  private speaker: Speaker | null = null;
  private rate = 8000;
  private bytesPerSample = 1;
  private credits: NodeJS.Timeout | undefined;
  private patience: NodeJS.Timeout | undefined;

  constructor(number: number, doors: TurnDoors) {
    this.number = number;
    this.doors = doors;
    this.ended = new Promise((resolve) => (this.settle = resolve));
  }

  /** TURN_END is sent: from now the server owes a frame every 8 s. */
  wait(): void {
    if (this.ending !== null) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.doors.giveUp(), PATIENCE_MS);
  }

  hear(frame: Heard): void {
    this.heard.push(frame);
    if (this.ending !== null) return;
    if (this.patience) this.wait();
    switch (frame.type) {
      case TYPES.REPLY_START:
        this.listening = false;
        this.playAs(JSON.parse(Buffer.from(frame.payload).toString()) as { codec: number });
        break;
      case TYPES.REPLY_AUDIO:
        this.buffer(frame);
        break;
      case TYPES.REPLY_END:
        this.speaker?.finish(this.doors.now());
        this.end("REPLY_END");
        break;
      case TYPES.STOP:
        this.silence();
        this.end("STOP");
        break;
      case TYPES.REFUSED:
        this.end("REFUSED");
        break;
    }
  }

  end(ending: Ending): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.listening = false;
    this.ending ??= ending;
    this.settle(this.ending);
  }

  /** Playback stops at once, whatever is buffered. */
  silence(): void {
    clearInterval(this.credits);
    this.credits = undefined;
    this.speaker = null;
  }

  private playAs({ codec }: { codec: number }): void {
    const known = codecById(codec);
    this.rate = known?.samplesPerSecond ?? this.rate;
    this.bytesPerSample = known?.bytesPerSample ?? 1;
    this.speaker = new Speaker(this.rate);
  }

  private buffer(frame: Heard): void {
    this.speaker ??= new Speaker(this.rate);
    this.speaker.buffer(frame.sample + frame.payload.length / this.bytesPerSample, this.doors.now());
    if (this.credits) return;
    this.giveCredit();
    this.credits = setInterval(() => this.giveCredit(), CREDIT_EVERY_MS);
  }

  private giveCredit(): void {
    const speaker = this.speaker;
    if (!speaker) return;
    speaker.advance(this.doors.now());
    this.doors.credit(speaker.next, speaker.underruns);
    if (speaker.done) this.silence();
  }
}
