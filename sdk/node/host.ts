/** A toy made of Node: everything `sdk/toy` asks of a machine, with sound from samples and into samples. */
import { setTimeout as wait } from "node:timers";
import { CODEC, fromHex, SECRET_BYTES } from "@bearlink/sdk/protocol";
import type { Clip, Codec } from "@bearlink/sdk/protocol";
import { createToy, readSlots, SECRET_RECORD } from "@bearlink/sdk/toy";
import type { LightPattern, Toy, ToyClock, ToyHost, ToyStore } from "@bearlink/sdk/toy";
import { nodeHash } from "./hash.ts";
import { openLink } from "./link.ts";
import { spokenMicrophone } from "./microphone.ts";
import type { SpokenMicrophone } from "./microphone.ts";
import { postJson } from "./post.ts";
import { recordingSpeaker } from "./speaker.ts";
import type { RecordingSpeaker } from "./speaker.ts";
import { memoryStore } from "./store.ts";

/** What `bear provision --json` prints; the rest of it is not the toy's. */
export interface ToyRecord {
  device_id: string;
  /** 64 hex */
  device_secret: string;
}

export interface NodeToyOptions {
  /** `http(s)://host[:port]`, or `ws(s)://host[:port]/mqtt` to speak MQTT over the HTTP port as well */
  url: string;
  /** asked in turn after three failures in a row */
  otherUrls?: string[];
  toy: ToyRecord;
  /** in memory where none is given: then a rekeyed toy is lost with its process */
  store?: ToyStore;
  /** what the microphone sends; µ-law */
  codec?: Exclude<Codec, typeof CODEC.OPUS>;
  /** what the speaker plays, best first; 8-bit, as a small toy */
  play?: Codec[];
  /** ms of a reply the toy can hold; 1000 */
  bufferMs?: number;
  /** false: the question is sent at once, not as it is spoken */
  realTime?: boolean;
  /** PEM of a private authority */
  ca?: string;
  firmwareVersion?: string;
  log?: (what: string, value?: string | number) => void;
  light?: (pattern: LightPattern) => void;
  clip?: (clip: Clip) => void;
}

export interface NodeToy {
  toy: Toy;
  microphone: SpokenMicrophone;
  speaker: RecordingSpeaker;
}

/** Never goes back; a timer of it does not keep the process alive once its toy was stopped. */
export const nodeClock: ToyClock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = wait(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** The address that claims go to, and the WebSocket that MQTT takes, if it does. */
function addresses(url: string): { server: string; webSocket: string | undefined } {
  const parsed = new URL(url);
  const isWebSocket = parsed.protocol === "ws:" || parsed.protocol === "wss:";
  const http = isWebSocket ? parsed.protocol.replace("ws", "http") : parsed.protocol;
  const path = parsed.pathname === "/" ? "/mqtt" : parsed.pathname;
  return {
    server: `${http}//${parsed.host}`,
    webSocket: isWebSocket ? `${parsed.protocol}//${parsed.host}${path}` : undefined,
  };
}

function provision(store: ToyStore, toy: ToyRecord): void {
  const secret = fromHex(toy.device_secret, SECRET_BYTES);
  if (!secret) throw new Error("device_secret must be 64 characters of lower-case hex");
  // once it has keys of its own, the secret may be a former one
  if (readSlots(store, nodeHash, "prk").latest === undefined) store.set(SECRET_RECORD, secret);
}

/**
 * A toy on Node; it does nothing until `toy.start()`.
 *
 *     const { toy, microphone } = createNodeToy({ url: "http://127.0.0.1:8000", toy: record });
 */
export function createNodeToy(options: NodeToyOptions): NodeToy {
  const store = options.store ?? memoryStore();
  provision(store, options.toy);
  const { server, webSocket } = addresses(options.url);
  const microphone = spokenMicrophone(nodeClock, options.codec ?? CODEC.ULAW, options.realTime ?? true);
  const speaker = recordingSpeaker(
    nodeClock,
    options.play ?? [CODEC.U8],
    options.bufferMs ?? 1_000,
    options.clip ?? (() => {}),
  );
  const restart = (afterMs: number): void => {
    toy.stop();
    nodeClock.after(afterMs, () => toy.start());
  };
  const host: ToyHost = {
    hash: nodeHash,
    clock: nodeClock,
    store,
    join: (changed) => changed(true),
    post: postJson,
    link: (link, events) => openLink(link, { webSocket, ca: options.ca }, events),
    microphone,
    speaker,
    light: options.light ?? (() => {}),
    power: { reboot: () => restart(0), sleep: (seconds) => restart(seconds * 1000), reset: () => restart(0) },
    log: options.log ?? (() => {}),
  };
  const identity = {
    deviceId: options.toy.device_id,
    firmwareVersion: options.firmwareVersion ?? "node-0.1.0",
    servers: [server, ...(options.otherUrls ?? []).map((url) => addresses(url).server)],
  };
  const toy = createToy(host, identity);
  return { toy, microphone, speaker };
}
