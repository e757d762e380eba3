/** The parents' app of a cell: what was built of it, read once. */
import { fileURLToPath } from "node:url";
import { readWebFiles } from "../adapters/web-files.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import { StartError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { WebFile } from "../ports/web.ts";

const FOLDER = fileURLToPath(new URL("../web/dist", import.meta.url));

/** Without a build there are only routes: enough for tests, and not for parents. */
export function openWeb(config: Config, log: Log, folder = FOLDER): readonly WebFile[] | undefined {
  const files = readWebFiles(folder);
  if (!files && isProduction(config))
    throw new StartError("APP_MISSING", "the parents' app is not built: run `npm run build`");
  if (!files) log.warn({}, "the parents' app is not built: run `npm run build`");
  return files;
}
