/** Does each COMMAND once, by its rising id, and answers it every time. PROTOCOL.md §5 */
import { decodeCommand, UP } from "@bearlink/sdk/protocol";
import type { Ack, Command, Hash } from "@bearlink/sdk/protocol";
import { tell } from "./bear.ts";
import type { Bear } from "./bear.ts";
import type { ToyStore } from "./host.ts";
import { rekeyedBy, stepKeys } from "./keys.ts";
import { takeOffer } from "./pairing.ts";
import { keepSettings } from "./settings.ts";
import { readSlots, writeSlot } from "./slots.ts";

const NAME = "done";

/** The last command of former starts: a rekey keeps its own id with the key. */
export function lastDone(store: ToyStore, hash: Hash): Ack {
  const stored = readSlots(store, hash, NAME).latest;
  const id = stored === undefined ? 0 : stored.generation;
  return { id: Math.max(id, rekeyedBy(store, hash)), ok: true };
}

/** Before a command that ends this program: it must not be done again by the next. */
function keepId(store: ToyStore, hash: Hash, id: number): void {
  writeSlot(store, hash, readSlots(store, hash, NAME).free, { generation: id, body: new Uint8Array(0) });
}

/** For those that end the line or this program: once the toy is idle; the last one asked stands. */
function later(bear: Bear, command: Command): void {
  bear.pending = command;
  bear.pendingEvent = command.kind as "sleep" | "reconnect" | "reboot" | "update";
}

function setVolume(bear: Bear, level: unknown): string | undefined {
  if (typeof level !== "number" || !(level >= 0 && level <= 100)) return "INVALID";
  bear.settings.volume = Math.round(level);
  keepSettings(bear.body.store, bear.body.hash, bear.settings);
  bear.body.speaker.volume(bear.settings.volume);
  return undefined;
}

function setPolicy(bear: Bear, micOff: unknown): string | undefined {
  if (typeof micOff !== "boolean") return "INVALID";
  bear.settings.micOff = micOff;
  bear.on(micOff ? "mic_off" : "mic_on"); // before it is kept: the microphone closes whatever the store says
  keepSettings(bear.body.store, bear.body.hash, bear.settings);
  return undefined;
}

/** Does it, or answers the code of its ACK. Throws where the store refused. */
function act(bear: Bear, command: Command): string | undefined {
  const body = bear.body;
  const kind = command.kind;
  if (kind === "volume") return setVolume(bear, command.level);
  if (kind === "policy") return setPolicy(bear, command.mic_off);
  if (kind === "pair_offer") return takeOffer(bear, command);
  if (kind === "rekey") stepKeys(body.store, body.hash, bear.identity.deviceId, command.id);
  else if (kind === "pair_done") bear.on("paired");
  else if (kind === "unpaired") bear.on("unpaired");
  else if (kind === "sleep" || kind === "reconnect") later(bear, command);
  else if (kind === "reboot" || (kind === "update" && body.power.update !== undefined)) {
    keepId(body.store, body.hash, command.id);
    later(bear, command);
  } else return "UNKNOWN";
  return undefined;
}

/** The ACK of this command, done if its id is a new one; a former id is acknowledged and not done. */
function obey(bear: Bear, command: Command): Ack {
  if (command.id < bear.done.id) return { id: command.id, ok: true };
  if (command.id > bear.done.id) {
    const code = act(bear, command);
    bear.done = code === undefined ? { id: command.id, ok: true } : { id: command.id, ok: false, code };
  }
  return bear.done;
}

/** A command that waited for the toy to be idle. */
export function doPending(bear: Bear): void {
  const event = bear.pendingEvent;
  if (bear.state.name !== "ready" || event === undefined) return;
  bear.pendingEvent = undefined;
  bear.on(event);
}

/** One whose record the store refused is not acknowledged: it comes again. */
export function takeCommand(bear: Bear, payload: Uint8Array): void {
  const asked = decodeCommand(payload);
  if (asked === undefined) return;
  try {
    tell(bear, UP.ACK, obey(bear, asked));
  } catch {
    bear.body.log("error", "store");
  }
  doPending(bear);
}
