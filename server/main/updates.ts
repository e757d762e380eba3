/** Updates of a cell: who may publish, where toys download, and the notice that goes to every cell. */
import { join } from "node:path";
import { fromHex, toHex, updateMessage } from "@bearlink/sdk/protocol";
import type { SignedUpdate } from "@bearlink/sdk/protocol";
import { publicHalf, signaturesOf, signWith } from "../adapters/ed25519.ts";
import { readKeyFile } from "../adapters/key-file.ts";
import { systemChance } from "../adapters/chance.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { StartError } from "../errors.ts";
import type { Bus, Chance, Clock, Log, Meter, Toys } from "../ports.ts";
import type { Bundle, Updates } from "../ports/updates.ts";
import type { Hash } from "@bearlink/sdk/protocol";
import { downloadPath, manifestOf } from "../routes/update.ts";
import type { UpdateRoutePorts } from "../routes/update.ts";
import type { FirmwareManifest } from "../routes/toys.ts";
import { createOffers } from "../update/offer.ts";
import type { OfferPorts, Offers } from "../update/offer.ts";
import { FIRST_BOARD } from "../update/version.ts";

const SEED_BYTES = 32;
/** channel of the bus */
const UPDATES_CHANGED = "updates-changed";

type KeyConfig = Pick<Config, "DATA_DIR" | "NODE_ENV" | "UPDATE_PUBLIC_KEY">;

/** In development the first start makes a publisher's key, which `bear publish` signs with; elsewhere a seed never lies on a server. */
function developmentSeed({ DATA_DIR }: Pick<Config, "DATA_DIR">, chance: Chance): Uint8Array {
  const path = join(DATA_DIR, "update-key");
  const seed = fromHex(
    readKeyFile(path, () => toHex(chance.bytes(SEED_BYTES))),
    SEED_BYTES,
  );
  if (!seed) throw new StartError("KEY_FILE", `${path} does not hold 64 characters of hex; restore it`);
  return seed;
}

/** Whose signature a bundle must bear; undefined where nobody may publish. */
function publisherOf(config: KeyConfig, chance: Chance): Uint8Array | undefined {
  if (config.UPDATE_PUBLIC_KEY) return fromHex(config.UPDATE_PUBLIC_KEY, SEED_BYTES);
  return isProduction(config) ? undefined : publicHalf(developmentSeed(config, chance));
}

/** What `bear publish` signs: with the publisher's seed, or in development with the cell's own. */
export function signUpdate(config: KeyConfig, update: SignedUpdate, seedHex: string | undefined): string {
  const seed = seedHex === undefined ? developmentSeed(config, systemChance) : fromHex(seedHex, SEED_BYTES);
  if (!seed) throw new StartError("KEY_FILE", "the publisher's key is not 64 characters of lower-case hex");
  return toHex(signWith(seed, updateMessage(update)));
}

export interface UpdatePorts extends Pick<OfferPorts, "command" | "online"> {
  updates: Updates;
  toys: Toys;
  bus: Bus;
  clock: Clock;
  chance: Chance;
  hash: Hash;
  meter: Pick<Meter, "count">;
  log: Log;
}

export interface CellUpdates {
  offers: Offers;
  routes: UpdateRoutePorts;
  manifest(): Promise<FirmwareManifest | undefined>;
  /** Called once the port is known: without PUBLIC_URL toys download there. */
  listensAt(url: string): void;
  /** Listens to the other cells' notices; the answer ends it. */
  start(): Promise<() => Promise<void>>;
}

export function openUpdates(config: Config, ports: UpdatePorts): CellUpdates {
  let base = config.PUBLIC_URL ?? "";
  const urlOf = (bundle: Bundle): string => base + downloadPath(bundle);
  const offers = createOffers({ ...ports, urlOf });
  const routes: UpdateRoutePorts = {
    ...ports,
    offers,
    urlOf,
    boards: [FIRST_BOARD],
    signatures: signaturesOf(publisherOf(config, ports.chance)),
    tellCells: () => ports.bus.publish(UPDATES_CHANGED, ""),
  };
  return {
    offers,
    routes,
    manifest: () => manifestOf(routes),
    listensAt(url) {
      base = config.PUBLIC_URL ?? url;
    },
    start: () => ports.bus.subscribe(UPDATES_CHANGED, () => void offers.changed()),
  };
}
