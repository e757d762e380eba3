/** Where a cell is found: by this machine, and by the commands that work beside it. */
import { join } from "node:path";
import { isWildcard } from "../config.ts";
import type { Config } from "../config.ts";

/** Where this machine reaches what listens on `host`, as a URL writes it. */
export function reachable(host: string): string {
  if (isWildcard(host)) return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** The file with the key that `bear` reads. */
export function developerKeyPath({ DATA_DIR }: Pick<Config, "DATA_DIR">): string {
  return join(DATA_DIR, "developer-key");
}
