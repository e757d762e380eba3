/** The way to the network: joins the Wi-Fi that the record names, and tells when it comes and goes. */
import { WIFI_RECORD } from "../record.ts";
import type { WifiFile } from "../record.ts";
import { readJson } from "./json.ts";

type Changed = (online: boolean) => void;

let tell: Changed | undefined;

function listen(wifi: EspruinoWifi): void {
  wifi.on("disconnected", () => tell!(false));
  wifi.on("connected", () => tell!(true)); // again, by itself: `connect` does not say so
}

/** Whether anyone has told the toy of a network. */
export function hasNetwork(): boolean {
  return readJson(WIFI_RECORD) !== undefined;
}

export function join(changed: Changed): void {
  const known = readJson(WIFI_RECORD) as WifiFile | undefined;
  if (known === undefined) return; // the state waits out its time, and asks again
  const wifi = espruino("Wifi") as EspruinoWifi;
  if (tell === undefined) listen(wifi);
  tell = changed;
  wifi.connect(known.ssid, { password: known.password }, (fault) => tell!(!fault));
}
