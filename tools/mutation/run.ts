/** `npm run mutate`: takes each check of the rooms that guard a family away, one at a time, and shows which of them no test misses. */
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checksOf } from "./checks.ts";
import type { Check } from "./checks.ts";

/** Each room, and the tests that are to miss its checks. */
const ROOMS: Record<string, string[]> = {
  "server/limiter": ["test/server/limiter", "test/server/routes/limits.test.ts"],
  "server/vault": [
    "test/server/vault",
    "test/server/adapters/sql/vault-masters.test.ts",
    "test/server/adapters/sql/credentials.test.ts",
    "test/server/adapters/models/keys.test.ts",
  ],
  "server/keys": ["test/server/keys", "test/server/adapters/http/key-lines.test.ts"],
  "server/audit": ["test/server/audit", "test/server/adapters/sql/audit-chain.test.ts"],
  "server/claim": ["test/server/claim", "test/server/routes/claim.test.ts"],
  broker: ["test/broker"],
};
/** of all checks, what tests must miss */
const LEAST = 0.85;
/** ms of one run: whoever waits for ever misses something */
const RUN_MS = 240_000;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Mutant extends Check {
  room: string;
  file: string;
}

const chosen = process.argv.slice(2);
const rooms = Object.keys(ROOMS).filter((room) => chosen.length === 0 || chosen.includes(room));
const folder = mkdtempSync(join(tmpdir(), "bearlink-mutation-"));
let missed = 0;
let ids = 0;
const survivors: Mutant[] = [];
try {
  copyTree();
  const mutants = rooms.flatMap(instrumented);
  console.log(`${mutants.length} checks in ${rooms.join(", ")}`);
  for (const room of rooms) if (!(await passes(room, 0))) throw new Error(`${room}: its tests fail as it is`);
  const waiting = [...mutants];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const survived = await passes(mutant.room, mutant.id);
      if (survived) survivors.push(mutant);
      else missed++;
      const { file, line, text } = mutant;
      console.log(
        `${mutants.length - waiting.length} ${survived ? "SURVIVED" : "missed"} ${file}:${line} ${text}`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  report(mutants);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What git tracks or would, with links to what npm installed; our own packages are the copy's. */
function copyTree(): void {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of listed.split("\n").filter(Boolean)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  for (const place of [".", "server", "tools", "sdk", "broker", "firmware"]) {
    const from = join(ROOT, place, "node_modules");
    const to = join(folder, place, "node_modules");
    for (const name of entriesOf(from)) {
      mkdirSync(to, { recursive: true });
      // links that are relative, to packages of this repository
      if (name === "@bearlink")
        cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
      else symlinkSync(join(from, name), join(to, name));
    }
  }
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}

function instrumented(room: string): Mutant[] {
  return entriesOf(join(folder, room))
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const file = join(room, name);
      const { text, checks } = checksOf(file, readFileSync(join(folder, file), "utf8"), ids + 1);
      ids += checks.length;
      writeFileSync(join(folder, file), text);
      return checks.map((check) => ({ ...check, room, file }));
    });
}

/** Whether the room's tests pass without this check; 0 is none. */
function passes(room: string, mutant: number): Promise<boolean> {
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(
    process.execPath,
    [vitest, "run", "--bail", "1", "--silent", "--reporter", "dot", ...ROOMS[room]!],
    // a group of its own: a test that never ends is in a process of its own, which outlives vitest
    {
      cwd: folder,
      stdio: "ignore",
      detached: true,
      env: { ...process.env, MUTANT: String(mutant), VITEST_MAX_WORKERS: "1" },
    },
  );
  const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), RUN_MS);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

function report(mutants: Mutant[]): void {
  const score = missed / mutants.length;
  for (const room of rooms) {
    const all = mutants.filter((mutant) => mutant.room === room).length;
    const left = survivors.filter((mutant) => mutant.room === room).length;
    console.log(`${room}: ${all - left} of ${all}`);
  }
  console.log(`${missed} of ${mutants.length} checks are missed by a test: ${(score * 100).toFixed(1)} %`);
  if (score < LEAST) process.exitCode = 1;
}
