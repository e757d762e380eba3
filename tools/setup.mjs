/** Makes an empty clone ready to run: installs what the lock file names, once, with Node's own parts alone; `--app` also builds the parents' app. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LEAST_NODE = [20, 19];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const mark = join(root, "node_modules", ".bearlink-lock");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
  console.error(`Bearlink needs Node ${LEAST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const digest = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
const installed = existsSync(mark) ? readFileSync(mark, "utf8") : "";
if (installed !== digest) {
  console.error("Installing what Bearlink needs (once; about half a minute) …");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status } = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error("npm ci failed; what it printed above says why.");
    process.exit(status ?? 1);
  }
  writeFileSync(mark, digest);
}

if (process.argv.includes("--app")) {
  const { buildWeb } = await import("./web.mjs");
  await buildWeb();
}
