/** The teddy: parts and host made into one toy. */
import { openBear, startBear } from "@bearlink/sdk/toy";
import type { ToyHost } from "@bearlink/sdk/toy";
import { clock } from "./host/clock.ts";
import { shutDoors } from "./host/doors.ts";
import { hash } from "./host/hash.ts";
import { readJson } from "./host/json.ts";
import { openLink } from "./host/link.ts";
import { hasNetwork, join } from "./host/network.ts";
import { postJson } from "./host/post.ts";
import { power } from "./host/power.ts";
import { selfTest } from "./host/self-test.ts";
import { openSetup } from "./host/setup.ts";
import { store } from "./host/store.ts";
import { settle } from "./host/update.ts";
import { telemetry } from "./host/telemetry.ts";
import { watch } from "./host/watchdog.ts";
import { watchPaw } from "./parts/button.ts";
import { showLight } from "./parts/light.ts";
import { microphone } from "./parts/microphone.ts";
import { speaker } from "./parts/speaker.ts";
import { TOY_RECORD } from "./record.ts";
import type { ToyFile } from "./record.ts";

const AGAIN_MS = 60_000;

const host: ToyHost = {
  hash,
  clock,
  store,
  join,
  post: postJson,
  link: openLink,
  microphone,
  speaker,
  light: showLight,
  power,
  telemetry,
  setTime: settle, // the claim's verified time: this program can talk
  log: print,
};

function begin(file: ToyFile): void {
  const bear = openBear(host, { deviceId: file.id, firmwareVersion: VERSION, servers: file.servers });
  watchPaw(bear);
  watch(bear);
  startBear(bear);
}

const file = readJson(TOY_RECORD) as ToyFile | undefined;
if ((PRODUCTION && !shutDoors()) || !selfTest() || file === undefined) {
  // a toy that cannot trust its own hands claims nothing and pairs with nobody
  showLight("trouble");
  setTimeout(power.reboot, AGAIN_MS);
} else {
  begin(file);
  if (!hasNetwork()) openSetup();
}
