/** What a toy holds while it runs: one record that its rooms share, and its three ways to be heard: a frame, a message, a clip. */
import { encodeJson, sealFrame } from "@bearlink/sdk/protocol";
import type { Ack, Clip, Command, Frame } from "@bearlink/sdk/protocol";
import type { Access } from "./access.ts";
import type { Identity, ToyHost } from "./host.ts";
import type { PlayBuffer } from "./jitter.ts";
import type { Line } from "./line.ts";
import type { Paw } from "./paw.ts";
import type { Settings } from "./settings.ts";
import type { ToyEvent, ToyState } from "./states.ts";
import type { Ear } from "./voice.ts";

/** ms within which the same clip is not started again: a CUE and a COMMAND may ask for one */
const CLIP_AGAIN_MS = 3_000;

/** A parent who asks to own the toy. PROTOCOL.md §8.3 */
export interface Offer {
  windowId: Uint8Array;
  accountTag: Uint8Array;
  /** of the toy's clock, ms */
  until: number;
  /** the words were spoken to the end since it came */
  spoken: boolean;
}

/** What the child says now, going up. */
export interface Utterance {
  turn: number;
  reason: "button" | "voice";
  /** index of the next sample */
  sample: number;
  ear: Ear;
  /** speech was heard in it */
  voiced: boolean;
}

export interface Bear {
  /** the machine it lives in */
  body: ToyHost;
  identity: Identity;
  settings: Settings;
  access: Access;
  state: ToyState;
  /** of the toy's clock, ms: when this state is left */
  dueAt: number;
  /** likewise: when TELEMETRY is sent again */
  reportAt: number;
  line: Line | undefined;
  /** Tells the runner what happened. */
  on(event: ToyEvent): void;

  /** the current or last turn */
  turn: number;
  /** of the toy's clock, ms: nothing may hold the turn longer */
  turnUntil: number;
  reason: "button" | "voice";
  utterance: Utterance | undefined;

  /** the turn that is played, its sound, and whether the speaker is open for it */
  playing: number;
  buffer: PlayBuffer | undefined;
  sounding: boolean;
  /** ms for which nothing came to play */
  waitedMs: number;

  /** in pairing mode */
  pairing: boolean;
  offer: Offer | undefined;

  /** the answer to the last command done */
  done: Ack;
  /** a command that waits for the toy to be idle, and the event that does it */
  pending: Command | undefined;
  pendingEvent: ToyEvent | undefined;

  clip: string;
  clipAt: number;

  paw: Paw;
  running: boolean;
  /** what happened and is not handled yet */
  events: ToyEvent[];
  busy: boolean;
  /** ms of the back-off that this state began with */
  waitingMs: number;
  stopTimeout(): void;
  stopRetry(): void;
  stopCredit(): void;
  stopPairing(): void;
}

/** A frame that is not sound; its counter comes as it is sent. */
export function plainFrame(type: number, turn: number, payload: Uint8Array): Frame {
  return { type, codec: 0, flags: 0, counter: 0, turn, sample: 0, payload };
}

/** Sends a frame, if the line is open; else it is lost, as on any line. */
export function send(bear: Bear, frame: Frame): void {
  const line = bear.line;
  if (line === undefined || !line.open) return;
  line.sent++;
  frame.counter = line.sent;
  line.link.publish(line.topic, sealFrame(bear.body.hash, line.keys.up, frame));
  bear.body.log("sent", frame.type);
}

/** Sends JSON outside of any turn. */
export function tell(bear: Bear, type: number, message: object): void {
  send(bear, plainFrame(type, 0, encodeJson(message)));
}

export function say(bear: Bear, clip: Clip): void {
  const now = bear.body.clock.now();
  if (clip === bear.clip && now - bear.clipAt < CLIP_AGAIN_MS) return;
  bear.clip = clip;
  bear.clipAt = now;
  bear.body.speaker.clip(clip);
}
