/** Where a program of this machine is: the executables of a name on the search path, in its order. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * All of them: the first may be there and not work.
 *
 *     const [espeak] = programsNamed("espeak-ng");
 */
export function programsNamed(name: string, searchPath = process.env.PATH ?? ""): string[] {
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
