/** The parents' app, built when its sources changed: with Node's own parts alone, until Vite is asked. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "server", "web");
const dist = join(sources, "dist");
const mark = ".sources";

/** Of every file that a build reads, Vite's version among them. */
function digestOfSources() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.startsWith(dist))
    .sort();
  for (const path of files) hash.update(path.slice(root.length)).update("\0").update(readFileSync(path));
  return hash.digest("hex");
}

/** Builds where what is there is not of these sources; true where it did. */
export async function buildWeb({ log = console.error } = {}) {
  const digest = digestOfSources();
  const built = join(dist, mark);
  if (existsSync(built) && readFileSync(built, "utf8") === digest) return false;
  log("Building the parents' app …");
  const { build } = await import("vite");
  // beside it, and then in its place: whoever serves the former files never meets half of the new ones
  const fresh = `${dist}-${process.pid}`;
  try {
    await build({
      configFile: join(sources, "vite.config.ts"),
      logLevel: "error",
      build: { outDir: fresh, emptyOutDir: true },
    });
    writeFileSync(join(fresh, mark), digest);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWeb();
