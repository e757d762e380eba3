/** A program that takes updates as the toy does, and can say that it talks: what the loader chooses among. */
import { settle, update } from "../../firmware/host/update.ts";
import type { Update } from "@bearlink/sdk/toy";

const RESTART_MS = 20;

function takeUpdate(json: string): void {
  update(JSON.parse(json) as Update, (ok) => {
    print("taken " + ok);
    if (ok) setTimeout(() => E.reboot(), RESTART_MS);
  });
}

(espruino("Wifi") as EspruinoWifi).connect("home", { password: "porridge" }, () => {
  Object.assign(global, { TAKE_UPDATE: takeUpdate, SETTLE_TRIAL: settle });
  print("runs " + VERSION);
});
