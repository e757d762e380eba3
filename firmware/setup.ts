/** A program of its own, in Storage beside the toy's: for ten minutes it takes a Wi-Fi from whoever holds the pairing code, and joins it. PROTOCOL.md §12 */
import { encodeJson } from "@bearlink/sdk/protocol";
import { openSetup, SETUP_RECORD, setupNonce } from "@bearlink/sdk/provisioning";
import type { Setup, Wifi } from "@bearlink/sdk/provisioning";
import { loadKeys, raiseBoot } from "@bearlink/sdk/toy";
import { clock } from "./host/clock.ts";
import { hash } from "./host/hash.ts";
import { readJson } from "./host/json.ts";
import { store } from "./host/store.ts";
import { openWays, takeConsole, wantsConsole } from "./host/ways.ts";
import type { Way } from "./host/ways.ts";
import { TOY_RECORD, WIFI_RECORD } from "./record.ts";
import type { ToyFile, WifiFile } from "./record.ts";

const JOIN_MS = 30_000;
/** ms in which the last answer leaves, before the toy starts again on its new network */
const LEAVE_MS = 500;

/** Each way has a talk of its own: pieces of two are never one line. */
interface Ear {
  way: Way;
  setup: Setup;
}

let ears: Ear[] = [];
let nonces = 0;
/** Gives up the join that is under way: the record is again what it was. */
let giveUp = (): void => {};

function keep(wifi: WifiFile | undefined): void {
  if (wifi === undefined) store.erase(WIFI_RECORD);
  else store.set(WIFI_RECORD, encodeJson({ ssid: wifi.ssid, password: wifi.password }));
}

/** Kept before it is tried: the toy's program, which tries as well, tries the same. One that is not joined is taken back. */
function join(wifi: Wifi, done: (ok: boolean) => void): void {
  // one at a time: what was tried and not joined is nobody's former network
  giveUp();
  const module = espruino("Wifi") as EspruinoWifi;
  const former = readJson(WIFI_RECORD) as WifiFile | undefined;
  let over = false;
  const settle = (ok: boolean): void => {
    if (over) return;
    over = true;
    stop();
    module.removeListener("connected", came);
    if (ok) clock.after(LEAVE_MS, () => E.reboot());
    else keep(former);
    done(ok);
  };
  giveUp = () => settle(false);
  // `connect` of the program may take the place of ours, and its answer with it
  const came = (): void => settle(true);
  const stop = clock.after(JOIN_MS, () => settle(false));
  keep(wifi);
  module.on("connected", came);
  module.connect(wifi.ssid, { password: wifi.password }, (fault) => settle(!fault));
}

function listen(toy: ToyFile, key: Uint8Array): void {
  const rng = loadKeys(store, hash, toy.id).rng;
  // a boot of its own: the program has raised another, or will
  const boot = raiseBoot(store, hash);
  const giveConsole = takeConsole();
  const shut = (): void => {
    const open = ears;
    ears = [];
    Object.assign(global, { SETUP: undefined });
    for (const ear of open) {
      ear.way.close();
      ear.setup.close();
    }
    giveUp();
    giveConsole();
  };
  const setupOver = (way: Way): Setup =>
    openSetup({
      hash,
      after: clock.after,
      deviceId: toy.id,
      key,
      nonce: () => setupNonce(hash, rng, boot, nonces++),
      send: way.send,
      join,
      closed: shut,
    });
  const hear = (text: string, way: Way): void => {
    if (wantsConsole(text)) return shut();
    for (const ear of ears) if (ear.way === way) ear.setup.hear(text);
  };
  for (const way of openWays(hear)) ears.push({ way, setup: setupOver(way) });
  Object.assign(global, { SETUP: shut });
}

/** Anew for who asks again: ten minutes from now. A toy that was flashed without a pairing code listens to nobody. */
function begin(): void {
  if (typeof SETUP === "function") SETUP();
  const toy = readJson(TOY_RECORD) as ToyFile | undefined;
  const key = store.get(SETUP_RECORD);
  if (toy !== undefined && key !== undefined) listen(toy, key);
}

begin();
