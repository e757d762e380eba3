/** What a cell must know and never tell: the master key, the developer key and the secret of tokens, given or, in development, made once and kept. */
import { join } from "node:path";
import { toHex } from "@bearlink/sdk/protocol";
import { readKeyFile } from "../adapters/key-file.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { StartError } from "../errors.ts";
import { isDeveloperKey, makeDeveloperKey } from "../keys/developer-key.ts";
import type { Chance, Vault } from "../ports.ts";
import { createVault, parseMasterKey } from "../vault/seal.ts";
import { developerKeyPath } from "./addresses.ts";

export interface Secrets {
  /** 32 bytes */
  masterKey: Uint8Array;
  /** the one before the last change: what it sealed still opens */
  formerMasterKey: Uint8Array | undefined;
  /** undefined in production, unless BEARLINK_KEY gives one */
  developerKey: string | undefined;
  /** from which the keys of access tokens are derived */
  jwtSecret: string;
  vault: Vault;
}

const SECRET_BYTES = 32;

/** Throws StartError KEY_FILE where a key is there and is none. */
export function openSecrets(config: Config, { chance }: { chance: Chance }): Secrets {
  const masterKey = openMasterKey(config, chance);
  const formerMasterKey = config.BEARLINK_MASTER_KEY_PREVIOUS
    ? parseMasterKey(config.BEARLINK_MASTER_KEY_PREVIOUS)
    : undefined;
  const formerKeys = formerMasterKey ? [formerMasterKey] : [];
  return {
    masterKey,
    formerMasterKey,
    developerKey: openDeveloperKey(config, chance),
    jwtSecret: config.JWT_SECRET ?? readKeyFile(join(config.DATA_DIR, "jwt-secret"), () => newSecret(chance)),
    vault: createVault({ masterKey, formerKeys, chance }),
  };
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
