/** A toy's host without a machine, and the far end of its line without a network: both stand still until told. */
import {
  deviceProof,
  fromHex,
  linkKeys,
  macKey,
  makeServerNonce,
  openFrame,
  sealFrame,
  secretPrk,
  serverProof,
  sessionKey,
  staleProof,
  toHex,
  toyKeys,
  authKey,
  encodeJson,
  rngKey,
} from "@bearlink/sdk/protocol";
import type { ClaimAnswer, ClaimAttempt, Frame, LinkKeys, MacKey } from "@bearlink/sdk/protocol";
import { memoryStore, nodeHash } from "@bearlink/sdk/node";
import { createToy, loudness, SECRET_RECORD } from "@bearlink/sdk/toy";
import type {
  Identity,
  LinkEvents,
  LinkOptions,
  TakeSamples,
  Toy,
  ToyHost,
  ToyStore,
} from "@bearlink/sdk/toy";
import { fakeClock } from "../../support/clock.ts";
import type { FakeClock } from "../../support/clock.ts";

export const DEVICE_ID = "bear-7q2m9xk4d8wr3hbn";
export const SECRET = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 11) & 255);
export const PRK = secretPrk(nodeHash, SECRET);
export const AUTH_BYTES = authKey(nodeHash, PRK, DEVICE_ID);
export const AUTH = macKey(nodeHash, AUTH_BYTES);
export const KEYS = toyKeys(nodeHash, PRK, rngKey(nodeHash, PRK, DEVICE_ID), DEVICE_ID);
const NONCE_KEY = macKey(nodeHash, new Uint8Array(32).fill(7));

export const IDENTITY: Identity = {
  deviceId: DEVICE_ID,
  firmwareVersion: "1.0.0",
  servers: ["http://a.example"],
};

type Body = Record<string, unknown>;
export interface Post {
  url: string;
  body: Body;
  answer: (status: number, body?: unknown) => void;
}

/** What a server answers a right claim with; `change` spoils it after the proof was made. */
export interface FakeServer {
  /** `prk` that claims must hold under */
  prk: Uint8Array;
  state: "paired" | "unpaired";
  expiresS: number;
  attempt: ClaimAttempt;
  mqtt: { host: string; port: number };
  challenge(post: Post): void;
  claim(post: Post, change?: (answer: Body) => void): void;
  stale(post: Post, status: number, floor: number): void;
}

export function fakeServer(): FakeServer {
  let issued = 0;
  const auth = (): MacKey => macKey(nodeHash, authKey(nodeHash, server.prk, DEVICE_ID));
  const server: FakeServer = {
    prk: PRK,
    state: "paired",
    expiresS: 86_400,
    attempt: undefined!,
    mqtt: { host: "b.example", port: 1883 },
    challenge({ body, answer }) {
      issued++;
      const sessionId = Uint8Array.from({ length: 8 }, (_, i) => (i === 7 ? issued : i));
      const deviceNonce = fromHex(body.device_nonce, 16)!;
      const context = { deviceId: DEVICE_ID, deviceNonce, sessionId };
      const nonce = makeServerNonce(nodeHash, NONCE_KEY, context, 1_800_000_000_000);
      answer(200, {
        session_id: toHex(sessionId),
        nonce: toHex(nonce),
        server_time: 1_800_000_000_000,
        expires_in: 60,
      });
    },
    claim(post, change = () => {}) {
      const attempt = read(post.body);
      const proof = deviceProof(nodeHash, auth(), attempt);
      if (toHex(proof) !== post.body.hmac_hex) return post.answer(401, error("CLAIM_REFUSED"));
      server.attempt = attempt;
      const claimed: ClaimAnswer = {
        state: server.state,
        server_time: 1_800_000_000_123,
        expires_in: server.expiresS,
        mqtt: { ...server.mqtt, tls: false, up: "up/topic", down: "down/topic" },
      };
      const answer: Body = {
        ...claimed,
        proof_hex: toHex(serverProof(nodeHash, auth(), attempt, proof, claimed)),
      };
      change(answer);
      post.answer(200, answer);
    },
    stale(post, status, floor) {
      const proof = toHex(staleProof(nodeHash, auth(), read(post.body), floor));
      post.answer(
        status,
        error(status === 409 ? "CLAIM_STALE" : "TOY_DISABLED", { floor, proof_hex: proof }),
      );
    },
  };
  return server;
}

export function error(code: string, details?: object): object {
  return { error: { code, message: "", details }, requestId: "r" };
}

function read(body: Body): ClaimAttempt {
  return {
    deviceId: body.device_id as string,
    deviceNonce: fromHex(body.device_nonce, 16)!,
    nonce: fromHex(body.nonce, 32)!,
    sessionId: fromHex(body.session_id, 8)!,
    boot: body.boot as number,
    seq: body.seq as number,
    firmwareVersion: body.firmware_version as string,
  };
}

/** The server's end of one connection. */
export interface FarEnd {
  options: LinkOptions;
  events: LinkEvents;
  subscribed: string[];
  frames: Frame[];
  closed: boolean;
  send(frame: Partial<Frame> & { type: number }): void;
  sendJson(type: number, turn: number, message: object): void;
}

function farEnd(server: FakeServer, options: LinkOptions, events: LinkEvents): FarEnd & { keys: LinkKeys } {
  const n = Number(options.username.split(":")[2]);
  const { attempt } = server;
  const sk = sessionKey(
    nodeHash,
    authKey(nodeHash, server.prk, DEVICE_ID),
    attempt.deviceNonce,
    attempt.nonce,
  );
  const keys = linkKeys(nodeHash, sk, DEVICE_ID, attempt.sessionId, n);
  let counter = 0;
  const end: FarEnd & { keys: LinkKeys } = {
    options,
    events,
    keys,
    subscribed: [],
    frames: [],
    closed: false,
    send({ type, codec = 0, flags = 0, turn = 0, sample = 0, payload = new Uint8Array(0) }) {
      counter++;
      const frame = { type, codec, flags, counter, turn, sample, payload };
      events.message("down/topic", sealFrame(nodeHash, keys.down, frame), false);
    },
    sendJson: (type, turn, message) => end.send({ type, turn, payload: encodeJson(message) }),
  };
  return end;
}

export interface FakeToy {
  toy: Toy;
  host: ToyHost;
  clock: FakeClock;
  server: FakeServer;
  store: ToyStore;
  posts: Post[];
  lines: FarEnd[];
  /** the newest line */
  line: FarEnd;
  log: [string, string | number | undefined][];
  light: string;
  clips: string[];
  volume: number;
  power: string[];
  /** undefined: closed */
  microphone: ((samples: Uint8Array) => void) | undefined;
  /** undefined: closed */
  take: TakeSamples | undefined;
  /** Answers the two requests of the claim, and lets the toy in. */
  arrive(): Promise<void>;
  /** Frames of a type that came up the newest line. */
  sent(type: number): Frame[];
}

function provisioned(): ToyStore {
  const store = memoryStore();
  store.set(SECRET_RECORD, SECRET);
  return store;
}

/** A toy with these records; a new one has its secret from provisioning. */
export function fakeToy(identity = IDENTITY, store = provisioned(), prk = PRK): FakeToy {
  const clock = fakeClock();
  const server = fakeServer();
  server.prk = prk;
  const fake: FakeToy = {
    toy: undefined!,
    host: undefined!,
    clock,
    server,
    store,
    posts: [],
    lines: [],
    get line() {
      return fake.lines[fake.lines.length - 1]!;
    },
    log: [],
    light: "",
    clips: [],
    volume: -1,
    power: [],
    microphone: undefined,
    take: undefined,
    async arrive() {
      server.challenge(fake.posts.shift()!);
      server.claim(fake.posts.shift()!);
      fake.line.events.connected(0);
      fake.line.events.subscribed();
      await clock.advance(0);
    },
    sent: (type) => fake.line.frames.filter((frame) => frame.type === type),
  };
  fake.host = {
    hash: nodeHash,
    clock,
    store,
    join: (changed) => changed(true),
    post: (url, body, answer) =>
      fake.posts.push({ url, body: body as Body, answer: answer as Post["answer"] }),
    link(options, events) {
      const end = farEnd(server, options, events);
      fake.lines.push(end);
      return {
        subscribe: (topic) => void end.subscribed.push(topic),
        publish(topic, bytes) {
          const frame = openFrame(nodeHash, end.keys.up, bytes, end.frames.length);
          if (topic !== "up/topic" || typeof frame === "string")
            throw new Error(`bad frame: ${String(frame)}`);
          end.frames.push(frame);
        },
        close: () => void (end.closed = true),
      };
    },
    microphone: {
      codec: 1,
      level: (samples) => loudness(1, samples, 1),
      start: (frame) => void (fake.microphone = frame),
      stop: () => void (fake.microphone = undefined),
    },
    speaker: {
      codecs: [0],
      bufferMs: 1_000,
      open: (_codec, take) => void (fake.take = take),
      close: () => void (fake.take = undefined),
      clip: (clip) => void fake.clips.push(clip),
      volume: (level) => void (fake.volume = level),
    },
    light: (pattern) => void (fake.light = pattern),
    power: {
      reboot: () => void fake.power.push("reboot"),
      sleep: (seconds) => void fake.power.push(`sleep ${seconds}`),
      reset: () => void fake.power.push("reset"),
      update: (update, done) => {
        fake.power.push(`update ${update.version}`);
        clock.after(1_000, () => done(true));
      },
    },
    log: (what, value) => void fake.log.push([what, value]),
  };
  fake.toy = createToy(fake.host, identity);
  return fake;
}

/** A toy that has arrived in `ready`. */
export async function readyToy(state: "paired" | "unpaired" = "paired"): Promise<FakeToy> {
  const fake = fakeToy();
  fake.server.state = state;
  fake.toy.start();
  await fake.arrive();
  return fake;
}
