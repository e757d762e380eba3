/** Does each COMMAND once, by its rising id, and answers it every time. PROTOCOL.md §5 */
import type { Ack, Command, Hash } from "@bearlink/sdk/protocol";
import type { ToyHost, ToyStore } from "./host.ts";
import { rekeyedBy, stepKeys } from "./keys.ts";
import { takeOffer } from "./pairing.ts";
import type { Pairing } from "./pairing.ts";
import { keepSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import type { ToyEvent } from "./states.ts";
import { readSlots, writeSlot } from "./slots.ts";

const NAME = "done";
const NOTHING = new Uint8Array(0);

export interface Commands {
  /** the answer to the last one done */
  last: Ack;
}

/** Ids of former starts: a rekey keeps its own with the key. */
export function openCommands(store: ToyStore, hash: Hash): Commands {
  const stored = readSlots(store, hash, NAME).latest;
  const id = stored === undefined ? 0 : stored.generation;
  return { last: { id: Math.max(id, rekeyedBy(store, hash)), ok: true } };
}

/** Before a command that ends this program: it must not be done again by the next. */
function keepId(store: ToyStore, hash: Hash, id: number): void {
  writeSlot(store, hash, readSlots(store, hash, NAME).free, { generation: id, body: NOTHING });
}

/** Whom the commands reach. */
export interface Orders {
  host: ToyHost;
  deviceId: string;
  settings: Settings;
  pairing: Pairing;
  on(event: ToyEvent): void;
  /** for those that end the line or this program: once the toy is idle */
  later(event: ToyEvent, command: Command): void;
}

function setVolume(orders: Orders, level: unknown): string | undefined {
  if (typeof level !== "number" || !(level >= 0 && level <= 100)) return "INVALID";
  orders.settings.volume = Math.round(level);
  keepSettings(orders.host.store, orders.host.hash, orders.settings);
  orders.host.speaker.volume(orders.settings.volume);
  return undefined;
}

function setPolicy(orders: Orders, micOff: unknown): string | undefined {
  if (typeof micOff !== "boolean") return "INVALID";
  orders.settings.micOff = micOff;
  orders.on(micOff ? "mic_off" : "mic_on"); // before it is kept: the microphone closes whatever the store says
  keepSettings(orders.host.store, orders.host.hash, orders.settings);
  return undefined;
}

/** Does it, or answers the code of its ACK. Throws where the store refused. */
function act(orders: Orders, command: Command): string | undefined {
  const host = orders.host;
  const kind = command.kind;
  if (kind === "volume") return setVolume(orders, command.level);
  if (kind === "policy") return setPolicy(orders, command.mic_off);
  if (kind === "pair_offer") return takeOffer(orders.pairing, command);
  if (kind === "rekey") stepKeys(host.store, host.hash, orders.deviceId, command.id);
  else if (kind === "pair_done") orders.on("paired");
  else if (kind === "unpaired") orders.on("unpaired");
  else if (kind === "sleep" || kind === "reconnect") orders.later(kind, command);
  else if (kind === "reboot" || (kind === "update" && host.power.update !== undefined)) {
    keepId(host.store, host.hash, command.id);
    orders.later(kind, command);
  } else return "UNKNOWN";
  return undefined;
}

/** The ACK of this command, done if its id is a new one; a former id is acknowledged and not done. */
export function obey(orders: Orders, commands: Commands, command: Command): Ack {
  if (command.id < commands.last.id) return { id: command.id, ok: true };
  if (command.id > commands.last.id) {
    const code = act(orders, command);
    commands.last = code === undefined ? { id: command.id, ok: true } : { id: command.id, ok: false, code };
  }
  return commands.last;
}
