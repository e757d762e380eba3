/** `require("Wifi")`: joins a network that the world switches on and off, and says so in its events. */
import type { ToyClock } from "@bearlink/sdk/toy";
import { emitOn } from "./emitter.ts";
import type { Network } from "./line.ts";
import type { Callback, Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";

/** ms that joining takes; where there is no such network, that trying takes */
const JOIN_MS = 40;
const TRY_MS = 1_500;
const TRIES = 3;

export interface Air {
  /** a network is in reach */
  reachable: boolean;
  ssid?: string;
  password?: string;
}

export interface Wifi {
  module: object;
  /** The world switched the network on or off. */
  changed(): void;
}

export function openWifi(realm: Realm, loop: Loop, clock: ToyClock, network: Network, air: Air): Wifi {
  const module = realm.object({});
  const events = emitOn(module, loop);
  let wanted: { ssid: string; password: string } | undefined;
  let stopTry = (): void => {};

  const isKnown = (): boolean => {
    if (!air.reachable || !wanted) return false;
    const right = air.password === undefined || air.password === wanted.password;
    return right && (air.ssid === undefined || air.ssid === wanted.ssid);
  };
  const details = (reason?: string): object =>
    realm.object({ ssid: wanted?.ssid ?? "", ...(reason ? { reason } : { ip: "127.0.0.1" }) });

  const drop = (reason: string): void => {
    if (!network.up) return;
    network.up = false;
    events.tell("disconnected", details(reason));
  };

  const attempt = (left: number, done: Callback | undefined): void => {
    stopTry();
    stopTry = clock.after(isKnown() ? JOIN_MS : TRY_MS, () => {
      if (isKnown()) {
        network.up = true;
        events.tell("associated", details());
        events.tell("connected", details());
        if (done) loop.queue(() => done(null));
      } else if (left > 1) attempt(left - 1, done);
      else {
        events.tell("disconnected", details("no_ap_found"));
        if (done) loop.queue(() => done("no_ap_found"));
      }
    });
  };

  Object.assign(module, {
    connect(ssid: unknown, options: { password?: string } | undefined, done?: Callback) {
      if (typeof ssid !== "string") throw realm.error("No SSID provided");
      wanted = { ssid, password: options?.password ?? "" };
      attempt(TRIES, done);
    },
    disconnect(done?: Callback) {
      stopTry();
      wanted = undefined;
      drop("assoc_leave");
      if (done) loop.queue(() => done());
    },
    getIP: () => realm.object({ ip: network.up ? "127.0.0.1" : "0.0.0.0" }),
    getStatus: () => realm.object({ station: network.up ? "connected" : "off", mode: "sta", rssi: -55 }),
    getDetails: () => realm.object({ status: network.up ? "connected" : "off", ...wanted }),
    setHostname: () => {},
    save: () => {},
    stopAP: (done?: Callback) => done && loop.queue(() => done()),
    startAP: (_name: string, _options: object, done?: Callback) => done && loop.queue(() => done(null)),
    scan: (done: Callback) => loop.queue(() => done(realm.array([]))),
  });

  return {
    module,
    changed() {
      if (!air.reachable) {
        drop("beacon_timeout");
        // the chip itself tries again
        if (wanted) attempt(TRIES, undefined);
      } else if (wanted && !network.up) attempt(TRIES, undefined);
      loop.wake();
    },
  };
}
