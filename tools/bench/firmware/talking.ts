/** A toy in the middle of a turn, on a line that is open: where every frame of sound passes. */
import { openBear } from "@bearlink/sdk/toy";
import type { Speaker, ToyHost, ToyStore } from "@bearlink/sdk/toy";
import { clock } from "../../../firmware/host/clock.ts";
import { hash } from "../../../firmware/host/hash.ts";
import { openLink } from "../../../firmware/host/link.ts";
import { microphone } from "../../../firmware/parts/microphone.ts";
import { speaker as firmwareSpeaker } from "../../../firmware/parts/speaker.ts";
import type { Bear } from "../../../sdk/toy/bear.ts";
import { connect } from "../../../sdk/toy/connect.ts";
import { DEVICE_ID, DOWN_TOPIC, nothing, power, UP_TOPIC } from "./toy.ts";

export const SESSION_ID = new Uint8Array(8);
export const SESSION_KEY = new Uint8Array(32).fill(9);

function none(): undefined {
  return undefined;
}

const store: ToyStore = { get: none, set: nothing, erase: nothing };

/** The firmware's own, with room for a bench that sends faster than it plays. */
const speaker: Speaker = {
  codecs: firmwareSpeaker.codecs,
  bufferMs: 60_000,
  open: firmwareSpeaker.open,
  close: firmwareSpeaker.close,
  clip: nothing,
  volume: nothing,
};

// by this name, and each port by name: so the build knows the host, as it knows the shipped one
const host: ToyHost = {
  hash,
  clock,
  store,
  join: nothing,
  post: nothing,
  link: openLink,
  microphone,
  speaker,
  light: nothing,
  power,
  log: nothing,
};

export function talkingBear(name: "listening" | "speaking"): Bear {
  const bear = openBear(host, { deviceId: DEVICE_ID, firmwareVersion: "1", servers: [] });
  bear.access.session = {
    id: SESSION_ID,
    sk: SESSION_KEY,
    auth: SESSION_KEY,
    n: 0,
    mqtt: { host: "h", port: 1, tls: false, up: UP_TOPIC, down: DOWN_TOPIC },
  };
  bear.access.expiresAt = 1e15;
  bear.state = { name, paired: true, micOff: false, errors: 0, resume: "wifi" };
  bear.turn = 1;
  bear.turnUntil = 1e15;
  connect(bear);
  return bear;
}
