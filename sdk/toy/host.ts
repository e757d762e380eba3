/** What a toy asks of the machine it runs on; a host answers each of these, by callback, and nothing else. */
import type { Clip, Codec, Hash, Telemetry } from "@bearlink/sdk/protocol";

export interface ToyClock {
  /** ms since any fixed moment; never goes back */
  now(): number;
  /** Calls back once after `ms`; the answer cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** Small named records. A `set` that returns has reached the flash; one that is cut may leave anything. */
export interface ToyStore {
  /** undefined where there is none */
  get(name: string): Uint8Array | undefined;
  /** Throws where the record could not be kept. */
  set(name: string, bytes: Uint8Array): void;
  /** Overwrites, then unlinks. */
  erase(name: string): void;
}

export interface LinkOptions {
  host: string;
  port: number;
  tls: boolean;
  clientId: string;
  username: string;
  password: string;
}

/** None is called before `link` has answered, after `close`, or after `closed`. */
export interface LinkEvents {
  /** the CONNACK's code */
  connected(code: number): void;
  subscribed(): void;
  message(topic: string, bytes: Uint8Array, retained: boolean): void;
  /** once, whatever ended it */
  closed(): void;
}

/** One MQTT connection: clean session, keep-alive 60 s, QoS 0, no will. Never throws: one that broke says `closed`. PROTOCOL.md §4.1 */
export interface Link {
  subscribe(topic: string): void;
  publish(topic: string, bytes: Uint8Array): void;
  close(): void;
}

export interface Microphone {
  codec: Codec;
  /** How loud a frame is that it handed on, 0-32768: `loudness` in voice.ts, or what the machine measures of it. */
  level(samples: Uint8Array): number;
  /** Calls back with 20–100 ms of sound at a time, 1024 bytes at most. */
  start(frame: (samples: Uint8Array) => void): void;
  /** Hands on what is left first, then falls silent. */
  stop(): void;
}

/** At most `samples` of the reply, fewer where a piece ends; undefined: nothing to play now, be silent. */
export type TakeSamples = (samples: number) => Uint8Array | undefined;

export interface Speaker {
  /** what it plays, best first */
  codecs: Codec[];
  /** ms of sound the toy can hold for it */
  bufferMs: number;
  /** Ends a clip, and asks `take` for sound, in real time, until `close`: which may come while it asks. */
  open(codec: Codec, take: TakeSamples): void;
  close(): void;
  /** Plays one the toy holds. */
  clip(clip: Clip): void;
  /** 0–100 */
  volume(level: number): void;
}

export interface Update {
  version: string;
  url: string;
  /** bytes */
  size: number;
  /** 64 hex */
  sha256: string;
}

export interface Power {
  /** Ends this program and starts it again. */
  reboot(): void;
  sleep(seconds: number): void;
  /** Wipes Wi-Fi and caches, never `boot` nor the keys, and reboots. §8.6 */
  reset(): void;
  /** Fetches and checks a bundle; `true`: it is in place, a reboot runs it. §10 */
  update?(update: Update, done: (ok: boolean) => void): void;
}

/** `recording` is the child's: no other state shows it, and no open microphone goes without it. MISSION C36 */
export type LightPattern =
  | "starting"
  | "searching"
  | "pairing"
  | "off"
  | "recording"
  | "thinking"
  | "speaking"
  | "updating"
  | "trouble";

export interface ToyHost {
  hash: Hash;
  clock: ToyClock;
  store: ToyStore;
  /** Joins the network; calls back at once and again whenever it comes or goes. */
  join(changed: (online: boolean) => void): void;
  /** POSTs JSON; answers the status (0: none came) and the JSON of at most 1 KB, if it was JSON. §3.0 */
  post(url: string, body: object, done: (status: number, answer: unknown) => void): void;
  /** Opens a connection, and never opens it again by itself. */
  link(options: LinkOptions, events: LinkEvents): Link;
  microphone: Microphone;
  speaker: Speaker;
  light(pattern: LightPattern): void;
  power: Power;
  telemetry?(): Telemetry;
  /** The verified time of the server, epoch ms. */
  setTime?(serverTime: number): void;
  /** What happened, for a console, a counter or nobody; never a secret nor a sound. */
  log(what: string, value?: string | number): void;
}

export interface Identity {
  deviceId: string;
  firmwareVersion: string;
  /** `https://host[:port]`; the next one is asked after three failures. MISSION C40 */
  servers: string[];
}
