/** What a toy's Storage is given when it is flashed: its program and its loader, who it is, where its server is, and its Wi-Fi. MISSION C62 */
import { createHash } from "node:crypto";
import { isPairingCode } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { encodeWifi, SETUP_RECORD, setupKey } from "@bearlink/sdk/provisioning";
import type { Wifi } from "@bearlink/sdk/provisioning";
import { SECRET_RECORD } from "@bearlink/sdk/toy";
import {
  LOADER_FILE,
  PROGRAM_FILE,
  SETUP_FILE,
  STORE_PREFIX,
  TOY_FILE,
  WIFI_FILE,
} from "../../firmware/record.ts";
import { EXIT, Fault } from "../fault.ts";
import type { ToyFile } from "../toy-file.ts";
import { clipFiles } from "./clips.ts";
import type { Image } from "./images.ts";
import type { StoredFile } from "./storage.ts";

export interface Order {
  toy: ToyFile;
  /** `http://host:port`, the first asked first */
  servers: string[];
  wifi?: Wifi;
  firmware: { bundle: string; loader: string; setup: string; version: string; profile: string };
  images: Image[];
}

/** A toy that was rekeyed has no other secret than the one it made. PROTOCOL.md §11 */
export const SECRET_FILE = STORE_PREFIX + SECRET_RECORD;
const SETUP_KEY_FILE = STORE_PREFIX + SETUP_RECORD;

const text = (name: string, content: string): StoredFile => ({ name, bytes: Buffer.from(content, "latin1") });

/** A toy's strings are of bytes: each character of UTF-8's is one of its own. */
const asBytes = (said: string): string => Buffer.from(said).toString("latin1");

function json(name: string, value: object): StoredFile {
  const escape = (char: string): string => `\\u00${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text(name, JSON.stringify(value).replace(/[^\x20-\x7e]/g, escape));
}

function wifiFile(wifi: Wifi): StoredFile {
  if (!encodeWifi(wifi))
    throw new Fault("a Wi-Fi has a name of 1-32 bytes, and no password or one of 8-63", EXIT.USAGE);
  return json(WIFI_FILE, { ssid: asBytes(wifi.ssid), password: asBytes(wifi.password) });
}

/** In the order in which they are written: the loader last, so that a toy cut short does not start half made. */
export function filesOf({ toy, servers, wifi, firmware }: Order): StoredFile[] {
  const { device_id: id, device_secret, pairing_code } = toy;
  return [
    text(`${PROGRAM_FILE}0`, firmware.bundle),
    text(SETUP_FILE, firmware.setup),
    ...clipFiles(),
    json(TOY_FILE, { id, servers }),
    ...(wifi ? [wifiFile(wifi)] : []),
    ...(isPairingCode(pairing_code)
      ? [{ name: SETUP_KEY_FILE, bytes: setupKey(nodeHash, id, pairing_code) }]
      : []),
    { name: SECRET_FILE, bytes: Buffer.from(device_secret, "hex") },
    text(LOADER_FILE, firmware.loader),
  ];
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What would be done, without a secret: neither as it is nor as a digest that a guess could be held against. */
export function manifestOf(order: Order): object {
  const { toy, servers, wifi, firmware, images } = order;
  const hidden = [SECRET_FILE, SETUP_KEY_FILE, WIFI_FILE];
  return {
    device_id: toy.device_id,
    servers,
    ssid: wifi?.ssid ?? null,
    version: firmware.version,
    profile: firmware.profile,
    images: images.map(({ name, address, bytes }) => ({
      name,
      address,
      size: bytes.length,
      sha256: digestOf(bytes),
    })),
    files: filesOf(order).map(({ name, bytes }) => ({
      name,
      size: bytes.length,
      ...(hidden.includes(name) ? {} : { sha256: digestOf(bytes) }),
    })),
  };
}

/** Where the toy finds its server. Throws a Fault for an address that is no server, or that is the toy itself. */
export function readServers(given: string | undefined, made: string): string[] {
  const servers = (given ?? made).split(",").map((one) => one.trim());
  for (const server of servers) {
    const url = URL.canParse(server) ? new URL(server) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.origin !== server.replace(/\/$/, ""))
      throw new Fault(`${server} is not a server's address, such as http://192.168.1.20:8000`, EXIT.USAGE);
    if (given === undefined && /^(localhost|127\.|\[::1\])/.test(url.hostname))
      throw new Fault(
        `${server} is this machine as it calls itself, and a toy would call itself by it: say --server http://<this machine's address>:${url.port}`,
        EXIT.USAGE,
      );
  }
  return servers.map((server) => new URL(server).origin);
}
