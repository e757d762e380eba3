/** A program that starts as a toy does and claims its session, from a server in its own head; what that server takes is told apart. */
import { deviceProof, fromHex, rngKey, secretPrk, serverProof, toHex, toyKeys } from "@bearlink/sdk/protocol";
import { openBear, SECRET_RECORD, startBear, stopBear } from "@bearlink/sdk/toy";
import type { ToyHost, ToyStore } from "@bearlink/sdk/toy";
import { clock } from "../../../firmware/host/clock.ts";
import { hash } from "../../../firmware/host/hash.ts";
import { openLink } from "../../../firmware/host/link.ts";
import { microphone } from "../../../firmware/parts/microphone.ts";
import { speaker } from "../../../firmware/parts/speaker.ts";
import { DEVICE_ID, DOWN_TOPIC, nothing, power, UP_TOPIC } from "./toy.ts";

const VERSION_SAID = "1.0.0";
const secret = new Uint8Array(32).fill(7);
const prk = secretPrk(hash, secret);
const auth = toyKeys(hash, prk, rngKey(hash, prk, DEVICE_ID), DEVICE_ID).auth;
const sessionId = new Uint8Array(8).fill(3);
const nonce = new Uint8Array(32).fill(5);
const mqtt = { host: "h", port: 1, tls: false, up: UP_TOPIC, down: DOWN_TOPIC };

const records: { [name: string]: Uint8Array | undefined } = {};
records[SECRET_RECORD] = secret;
function readRecord(name: string): Uint8Array | undefined {
  return records[name];
}

function keepRecord(name: string, bytes: Uint8Array): void {
  records[name] = new Uint8Array(bytes);
}

function eraseRecord(name: string): void {
  records[name] = undefined;
}

const store: ToyStore = { get: readRecord, set: keepRecord, erase: eraseRecord };

/** s that the server took */
let served = 0;

function proven(fields: { [field: string]: unknown }): object {
  const attempt = {
    deviceId: DEVICE_ID,
    deviceNonce: fromHex(fields.device_nonce, 16)!,
    nonce,
    sessionId,
    boot: fields.boot as number,
    seq: fields.seq as number,
    firmwareVersion: VERSION_SAID,
  };
  const answer = { state: "paired" as const, server_time: 1_790_000_000_000, expires_in: 86_400, mqtt };
  const proof = deviceProof(hash, auth, attempt);
  const proof_hex = toHex(serverProof(hash, auth, attempt, proof, answer));
  return {
    state: answer.state,
    server_time: answer.server_time,
    expires_in: answer.expires_in,
    mqtt,
    proof_hex,
  };
}

function join(changed: (online: boolean) => void): void {
  changed(true);
}

function post(url: string, body: object, done: (status: number, answer: unknown) => void): void {
  const from = getTime();
  const answer =
    url.indexOf("esp32") >= 0
      ? { session_id: toHex(sessionId), nonce: toHex(nonce) }
      : proven(body as { [field: string]: unknown });
  served += getTime() - from;
  done(200, answer);
}

// by this name, and each port by name: so the build knows the host, as it knows the shipped one
const host: ToyHost = {
  hash,
  clock,
  store,
  join,
  post,
  link: openLink,
  microphone,
  speaker,
  light: nothing,
  power,
  log: nothing,
};

/** A start, up to the CONNECT of its session; answers the server's part of it, and throws where there was none. */
function start(): number {
  served = 0;
  const bear = openBear(host, { deviceId: DEVICE_ID, firmwareVersion: VERSION_SAID, servers: ["http://h"] });
  startBear(bear);
  const claimed = bear.line !== undefined;
  stopBear(bear);
  if (!claimed) throw new Error("no session");
  return served;
}

Object.assign(global, { START_CLAIM: start });
