/** What a cell must know and never tell: the master key, the developer key and the secret of tokens, given or, in development, made once and kept. */
import { join } from "node:path";
import { toHex } from "@bearlink/sdk/protocol";
import { readKeyFile } from "../adapters/key-file.ts";
import { openKms } from "../adapters/kms/open.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { StartError } from "../errors.ts";
import { isDeveloperKey, makeDeveloperKey } from "../keys/developer-key.ts";
import type { Chance, Kms } from "../ports.ts";
import { localKms, openMasters } from "../vault/masters.ts";
import type { KmsRing, Master, MasterPorts } from "../vault/masters.ts";
import { passphraseKms } from "../vault/passphrase.ts";
import { createVault, parseMasterKey } from "../vault/seal.ts";
import type { SealingVault } from "../vault/seal.ts";
import { developerKeyPath } from "./addresses.ts";

export interface Secrets {
  /** 32 bytes: the newest, as a KMS keeps it */
  masterKey: Uint8Array;
  /** the one before the last change: what it sealed still opens */
  formerMasterKey: Uint8Array | undefined;
  /** all there are, newest first */
  masters: readonly [Uint8Array, ...Uint8Array[]];
  /** undefined in production, unless BEARLINK_KEY gives one */
  developerKey: string | undefined;
  /** from which the keys of access tokens are derived */
  jwtSecret: string;
  vault: SealingVault;
  /** the key service in use, then those before it */
  kmsRing: KmsRing;
  /** `masters`, with their versions */
  masterKeys: readonly [Master, ...Master[]];
  /** keys that wrap, and once sealed themselves */
  handed: readonly Uint8Array[];
}

const SECRET_BYTES = 32;

/** Throws StartError KEY_FILE where a key is there and is none, KMS where what is kept was sealed under another. */
export async function openSecrets(
  config: Config,
  ports: MasterPorts,
  open: typeof openMasters = openMasters,
): Promise<Secrets> {
  const { chance } = ports;
  const handed = handedKeys(config, chance);
  const services = await openKms(config, ports);
  const { BEARLINK_PASSPHRASE: phrase, BEARLINK_PASSPHRASE_PREVIOUS: formerPhrase } = config;
  // the first that is set wraps; each former one only unwraps
  const kmsRing = [
    ...(services.current ? [services.current] : []),
    ...(phrase === undefined ? [] : [await passphraseKms(phrase, chance)]),
    ...handed.map((key) => localKms(key, chance)),
    ...(formerPhrase === undefined ? [] : [await passphraseKms(formerPhrase, chance)]),
    ...services.former,
  ] as [Kms, ...Kms[]];
  const masterKeys = await open(ports, kmsRing);
  const masters = masterKeys.map(({ key }) => key) as [Uint8Array, ...Uint8Array[]];
  const [masterKey, ...formerKeys] = masters;
  return {
    masterKey,
    formerMasterKey: formerKeys[0],
    masters,
    developerKey: openDeveloperKey(config, chance),
    jwtSecret: config.JWT_SECRET ?? readKeyFile(join(config.DATA_DIR, "jwt-secret"), () => newSecret(chance)),
    // what was sealed before masters were wrapped is under a handed key itself
    vault: createVault({ masterKey, formerKeys: [...formerKeys, ...handed], chance }),
    kmsRing,
    masterKeys,
    handed,
  };
}

/** Newest first. A key service and a passphrase need none; one that took over from a key that was handed needs it until the rewrap. */
function handedKeys(config: Config, chance: Chance): Uint8Array[] {
  const { BEARLINK_MASTER_KEY: given, BEARLINK_MASTER_KEY_PREVIOUS: previous } = config;
  const alone = config.KMS_PROVIDER === "local" && config.BEARLINK_PASSPHRASE === undefined;
  const newest = given || alone ? [openMasterKey(config, chance)] : [];
  const former = previous === undefined ? undefined : parseMasterKey(previous);
  return former ? [...newest, former] : newest;
}

const newSecret = (chance: Chance): string => toHex(chance.bytes(SECRET_BYTES));

function openMasterKey(config: Config, chance: Chance): Uint8Array {
  const path = join(config.DATA_DIR, "master-key");
  const text = config.BEARLINK_MASTER_KEY ?? readKeyFile(path, () => newSecret(chance));
  const key = parseMasterKey(text);
  if (!key) throw new StartError("KEY_FILE", `${path} does not hold 64 characters of hex; restore it`);
  return key;
}

function openDeveloperKey(config: Config, chance: Chance): string | undefined {
  if (config.BEARLINK_KEY !== undefined) return checked(config.BEARLINK_KEY, "BEARLINK_KEY");
  if (isProduction(config)) return undefined;
  const path = developerKeyPath(config);
  return checked(
    readKeyFile(path, () => makeDeveloperKey(chance, "dev")),
    path,
  );
}

function checked(key: string, where: string): string {
  if (!isDeveloperKey(key))
    throw new StartError("KEY_FILE", `${where} is not a developer key: brl_<env>_<id>_<secret>_<crc>`);
  return key;
}
