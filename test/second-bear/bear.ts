/**
 * A second bear, written from PROTOCOL.md alone: what a third party's firmware would do, over node's built-ins.
 * It shares no code with `sdk/`, `server/` or `broker/`; where it and a cell disagree, the text is the judge.
 *
 *     const bear = new SecondBear({ url, deviceId, deviceSecret, boot: 1 });
 *     await bear.claim();
 *     await bear.connect();
 *     const turn = bear.speak(samples, { codec: "ulaw" });
 *     expect(await turn.ended).toBe("REPLY_END");
 */
import { askChallenge, ClaimRefused, claimRequest, readClaimAnswer } from "./claim.ts";
import { connectPacket, dial, type Link } from "./mqtt.ts";
import { post, type Answer } from "./post.ts";
import { Orders } from "./orders.ts";
import { codecs, type Codec, type CodecName } from "./sound.ts";
import { Turn, TYPES, type Heard } from "./turn.ts";
import * as wire from "./wire.ts";

export { ClaimRefused } from "./claim.ts";
export { ConnectRefused } from "./mqtt.ts";
export { TYPES, type Ending, type Heard, type Turn } from "./turn.ts";

interface Session {
  attempt: wire.Attempt;
  auth: Buffer;
  secret: Buffer;
  answer: wire.ClaimAnswer;
  connections: number;
}

interface Connection {
  link: Link;
  keys: ReturnType<typeof wire.frameKeys>;
  sent: number;
  accepted: number;
}

export type FrameFields = Partial<Omit<wire.Frame, "type" | "payload">> & {
  payload?: Uint8Array;
  json?: unknown;
};

export class SecondBear {
  readonly deviceId: string;
  boot: number;
  seq = -1; // raised before each challenge, so that a start's first is 0
  state = "unpaired";
  /** Every frame that came down and held, those of other turns too, in the order of arrival. */
  readonly heard: Heard[] = [];
  readonly dropped = { size: 0, magic: 0, counter: 0, tag: 0, replay: 0 };
  /** What a listener on the network could have kept. */
  readonly captured = { claim: {} as Record<string, unknown>, connect: Buffer.alloc(0) as Buffer };

  private readonly url: string;
  readonly firmwareVersion: string;
  private readonly rng: Buffer;
  private prk: Buffer;
  private session: Session | null = null;
  private connection: Connection | null = null;
  private turn: Turn | null = null;
  private lastTurn = 0;
  private readonly orders = new Orders({
    send: (type, json) => void this.sendFrame(type, { json }),
    become: (state) => (this.state = state),
    rekey: () => (this.prk = wire.nextPrk(this.prk, this.deviceId)), // §11: K_auth follows at the next claim
    reboot: () => this.restart(),
  });
  private readonly listeners = new Set<(frame: Heard) => void>();

  constructor(options: {
    url: string;
    deviceId: string;
    deviceSecret: Uint8Array;
    boot: number;
    firmwareVersion?: string;
  }) {
    this.url = options.url;
    this.deviceId = options.deviceId;
    this.boot = options.boot;
    this.firmwareVersion = options.firmwareVersion ?? "2.0.0";
    this.prk = wire.firstPrk(options.deviceSecret);
    this.rng = wire.rngKey(this.prk, this.deviceId);
  }

  /** A new start: `boot` rises before it is used (§2). */
  restart(): void {
    this.close();
    this.session = null;
    this.boot += 1;
    this.seq = -1;
  }

  /** §3.1, of its own: the nonce that a claim would answer. */
  challenge(): Promise<wire.Attempt> {
    this.seq += 1;
    return askChallenge(this.url, this.rng, this);
  }

  /** One attempt, §3.1 to §3.4. Rejects with `ClaimRefused`; the next attempt is the caller's. */
  async claim(): Promise<wire.ClaimAnswer> {
    const attempt = await this.challenge();
    const auth = wire.authKey(this.prk, this.deviceId);
    this.captured.claim = claimRequest(auth, attempt);
    const { status, body } = await this.sendClaim(this.captured.claim);
    if (status !== 200) {
      const refused = new ClaimRefused(status, body, auth, attempt);
      if (refused.floor !== null) this.boot = refused.floor + 1;
      throw refused;
    }
    const answer = readClaimAnswer(body, auth, attempt);
    this.state = answer.state;
    this.session = { attempt, auth, secret: wire.sessionSecret(auth, attempt), answer, connections: 0 };
    return answer;
  }

  /** Any claim at all, a captured one too. */
  sendClaim(request: Record<string, unknown>): Promise<Answer> {
    return post(`${this.url}/api/v1/pair/claim`, request);
  }

  /** §4: up to SUBACK. Rejects with `ConnectRefused` for a CONNACK that refuses. `leaveFormer` does not close a former connection. */
  async connect({ leaveFormer = false } = {}): Promise<void> {
    const session = this.session;
    if (!session) throw new Error("no session: claim first");
    const { answer, attempt, secret } = session;
    if (answer.mqtt.tls) throw new Error("the second bear speaks plain TCP alone");
    if (!leaveFormer) this.close();
    const n = ++session.connections;
    const key = wire.mqttKey(secret, this.deviceId, attempt.sessionId);
    this.captured.connect = connectPacket({
      clientId: this.deviceId,
      username: `${this.deviceId}:${wire.hex(attempt.sessionId)}:${n}`,
      password: wire.connectPassword(key, this.deviceId, attempt.sessionId, n),
    });
    const keys = wire.frameKeys(secret, this.deviceId, attempt.sessionId, n);
    const link = await dial(answer.mqtt.host, answer.mqtt.port, this.captured.connect, (topic, payload) => {
      if (topic === answer.mqtt.down && this.connection === connection) this.receive(connection, payload);
    });
    const connection: Connection = { link, keys, sent: 0, accepted: 0 };
    this.connection = connection;
    this.lastTurn = 0;
    void link.closed.then(() => this.lose(connection));
    await link.subscribe(answer.mqtt.down);
  }

  /** Fulfilled when this connection is gone, whoever ended it. */
  get lost(): Promise<void> {
    return this.connection?.link.closed ?? Promise.resolve();
  }

  /** Says these samples (at the codec's own rate) as a turn. A turn whose reply still plays is barged in on. */
  speak(
    samples: Int16Array,
    { codec = "ulaw", realTime = true }: { codec?: CodecName; realTime?: boolean } = {},
  ): Turn {
    const chosen = codecs[codec];
    const turn = this.begin();
    const start = { reason: "button", codec: chosen.id, play: [codecs.u8.id], buffer_ms: 1000 };
    this.sendFrame(TYPES.TURN_START, { turn: turn.number, json: start });
    turn.spoken = this.stream(turn, samples, chosen, realTime);
    return turn;
  }

  /** The child changed its mind; the turn ends with the STOP that answers this. */
  cancel(): void {
    if (!this.turn || this.turn.ending !== null) return;
    this.turn.listening = false;
    this.turn.silence();
    this.sendFrame(TYPES.TURN_CANCEL, { turn: this.turn.number });
    this.turn.wait();
  }

  /** §8.1: five seconds on the paw. */
  pressForPairing(): void {
    this.orders.pressForPairing();
  }

  /** §8.4: the paw, pressed while a pairing is offered. */
  pressPaw(): void {
    if (!this.session) throw new Error("no session: claim first");
    const { auth, attempt } = this.session;
    this.orders.pressPaw((windowId, accountTag) =>
      wire.pairProof(auth, this.deviceId, windowId, accountTag, attempt.sessionId),
    );
  }

  /** Seals and sends one frame, right or wrong: every field may be given. Gives the bytes sent. */
  sendFrame(type: number, fields: FrameFields = {}): Buffer {
    const connection = this.live();
    const { json, payload = new Uint8Array(0), ...header } = fields;
    const bytes = wire.seal(
      {
        type,
        codec: 0,
        flags: 0,
        counter: ++connection.sent,
        turn: 0,
        sample: 0,
        ...header,
        payload: json === undefined ? payload : asciiJson(json),
      },
      connection.keys.up,
    );
    this.sendBytes(bytes);
    return bytes;
  }

  /** One PUBLISH of these bytes, sealed or not, to the toy's own topic or another. */
  sendBytes(bytes: Uint8Array, topic = this.session?.answer.mqtt.up ?? ""): void {
    this.live().link.publish(topic, bytes);
  }

  /** One packet of MQTT, whatever it is. */
  sendPacket(bytes: Uint8Array): void {
    this.live().link.send(bytes);
  }

  /** The first frame, heard already or yet to come, that fits. */
  async hears(fits: (frame: Heard) => boolean, withinMs = 5000): Promise<Heard> {
    const known = this.heard.find(fits);
    if (known) return known;
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.listeners.delete(listener);
      };
      const listener = (frame: Heard) => {
        if (!fits(frame)) return;
        finish();
        resolve(frame);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no such frame within ${withinMs} ms`));
      }, withinMs);
      this.listeners.add(listener);
    });
  }

  close(): void {
    const connection = this.connection;
    if (!connection) return;
    connection.link.close();
    this.lose(connection);
  }

  private live(): Connection {
    if (!this.connection) throw new Error("not connected");
    return this.connection;
  }

  private lose(connection: Connection): void {
    if (this.connection !== connection) return;
    this.connection = null;
    this.orders.stop();
    this.turn?.silence();
    this.turn?.end("LOST");
    this.turn = null;
  }

  private begin(): Turn {
    this.turn?.silence();
    this.turn?.end("BARGE_IN");
    this.lastTurn = this.lastTurn === 0xffff ? 1 : this.lastTurn + 1;
    const turn: Turn = new Turn(this.lastTurn, {
      now: () => performance.now(),
      credit: (nextSample, underruns) =>
        this.sendFrame(TYPES.CREDIT, {
          turn: turn.number,
          payload: Buffer.concat([wire.u32(nextSample), wire.u8(underruns)]),
        }),
      giveUp: () => {
        this.sendFrame(TYPES.TURN_CANCEL, { turn: turn.number });
        turn.silence();
        turn.end("NO_ANSWER");
      },
    });
    this.turn = turn;
    return turn;
  }

  private async stream(turn: Turn, samples: Int16Array, codec: Codec, realTime: boolean): Promise<void> {
    const began = performance.now();
    for (let at = 0; at < samples.length; at += codec.samplesPerFrame) {
      const end = Math.min(at + codec.samplesPerFrame, samples.length);
      // a frame leaves when its last sample has been heard
      if (realTime) await sleep(began + (end * 1000) / codec.samplesPerSecond - performance.now());
      if (!turn.listening) return;
      this.sendFrame(TYPES.AUDIO, {
        turn: turn.number,
        codec: codec.id,
        flags: (at === 0 ? 1 : 0) | (end === samples.length ? 2 : 0),
        sample: at,
        payload: codec.encode(samples.subarray(at, end)),
      });
    }
    this.sendFrame(TYPES.TURN_END, { turn: turn.number });
    turn.wait();
  }

  private receive(connection: Connection, bytes: Buffer): void {
    const frame = wire.open(bytes, connection.keys.down, connection.accepted);
    if (typeof frame === "string") {
      this.dropped[frame] += 1;
      return;
    }
    connection.accepted = frame.counter;
    const heard: Heard = { ...frame, at: performance.now() };
    this.heard.push(heard);
    if (frame.type === TYPES.COMMAND) this.orders.obey(jsonOf(frame));
    else if (frame.type === TYPES.CUE) this.orders.heardClip(jsonOf(frame).clip);
    if (frame.turn !== 0 && frame.turn === this.turn?.number) this.turn.hear(heard);
    for (const listener of this.listeners) listener(heard);
  }
}

/** The same, for who would rather not write `new`. */
export const secondBear = (options: ConstructorParameters<typeof SecondBear>[0]) => new SecondBear(options);

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));

// §1.4: JSON is ASCII
const asciiJson = (value: unknown) =>
  Buffer.from(
    JSON.stringify(value).replace(
      /[^\x20-\x7e]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );

const jsonOf = (frame: wire.Frame) =>
  JSON.parse(Buffer.from(frame.payload).toString("utf8")) as Record<string, unknown>;
