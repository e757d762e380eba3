/** What a toy is given when it is flashed: its programs and clips into Storage; who it is, where its server is, and its Wi-Fi into pages of their own. MISSION C62 */
import { createHash } from "node:crypto";
import { isPairingCode } from "@bearlink/sdk/protocol";
import { nodeHash } from "@bearlink/sdk/node";
import { encodeWifi, SETUP_RECORD, setupKey } from "@bearlink/sdk/provisioning";
import type { Wifi } from "@bearlink/sdk/provisioning";
import { SECRET_RECORD } from "@bearlink/sdk/toy";
import { LOADER_FILE, SETUP_FILE, TOY_RECORD, WIFI_RECORD } from "../../firmware/record.ts";
import { EXIT, Fault } from "../fault.ts";
import { placesOf } from "../firmware/places.ts";
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

const text = (name: string, content: string): StoredFile => ({ name, bytes: Buffer.from(content, "latin1") });

/** A toy's strings are of bytes: each character of UTF-8's is one of its own. */
const asBytes = (said: string): string => Buffer.from(said).toString("latin1");

function json(name: string, value: object): StoredFile {
  const escape = (char: string): string => `\\u00${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text(name, JSON.stringify(value).replace(/[^\x20-\x7e]/g, escape));
}

function wifiRecord(wifi: Wifi): StoredFile {
  if (!encodeWifi(wifi))
    throw new Fault("a Wi-Fi has a name of 1-32 bytes, and no password or one of 8-63", EXIT.USAGE);
  return json(WIFI_RECORD, { ssid: asBytes(wifi.ssid), password: asBytes(wifi.password) });
}

/** Of Storage, in the order in which they are written: the places first, for there the toy looks for them; the loader last, so that a toy cut short does not start half made. */
export function filesOf({ firmware }: Pick<Order, "firmware">): StoredFile[] {
  return [
    ...placesOf(firmware.bundle),
    text(SETUP_FILE, firmware.setup),
    ...clipFiles(),
    text(LOADER_FILE, firmware.loader),
  ];
}

/** What makes this toy another than the next one. */
export function recordsOf({ toy, servers, wifi }: Omit<Order, "firmware" | "images">): StoredFile[] {
  const { device_id: id, device_secret, pairing_code } = toy;
  return [
    json(TOY_RECORD, { id, servers }),
    ...(wifi ? [wifiRecord(wifi)] : []),
    ...(isPairingCode(pairing_code)
      ? [{ name: SETUP_RECORD, bytes: setupKey(nodeHash, id, pairing_code) }]
      : []),
    { name: SECRET_RECORD, bytes: Buffer.from(device_secret, "hex") },
  ];
}

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What would be done, without a secret: neither as it is nor as a digest that a guess could be held against. */
export function manifestOf(order: Order): object {
  const { toy, servers, wifi, firmware, images } = order;
  const hidden = [SECRET_RECORD, SETUP_RECORD, WIFI_RECORD];
  const told = ({ name, bytes }: StoredFile, isSecret: boolean): object => ({
    name,
    size: bytes.length,
    ...(isSecret ? {} : { sha256: digestOf(bytes) }),
  });
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
    files: filesOf(order).map((file) => told(file, false)),
    records: recordsOf(order).map((record) => told(record, hidden.includes(record.name))),
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
