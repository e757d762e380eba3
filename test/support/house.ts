/** What holds the house together, as functions over text and a graph: who imports whom, circles, first lines, names in a table. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";

export interface Room {
  /** From the root of the repository, with `/`. */
  path: string;
  text: string;
}

/** Each room, and what it imports: the path of another room, or the bare name of a package. */
export type Graph = Map<string, string[]>;

const SKIPPED = new Set(["node_modules", "dist"]);

/** Every `.ts` and `.tsx` of these folders. */
export function readRooms(root: string, folders: string[]): Room[] {
  const rooms: Room[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) walk(path);
      } else if (isRoom(entry.name) && !entry.name.endsWith(".d.ts")) {
        rooms.push({ path, text: readFileSync(join(root, path), "utf8") });
      }
    }
  };
  for (const folder of folders) walk(folder);
  return rooms;
}

/** `publicDoors` gives the room behind a workspace's name: `@bearlink/sdk/toy` → `sdk/toy/index.ts`. */
export function graphOf(rooms: Room[], publicDoors: Record<string, string> = {}): Graph {
  return new Map(
    rooms.map(({ path, text }) => {
      const names = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
      return [
        path,
        names.map((name) => (name.startsWith(".") ? join(dirname(path), name) : (publicDoors[name] ?? name))),
      ];
    }),
  );
}

/** The rooms behind the names that a workspace's package.json exports. */
export function publicDoors(folder: string, packageJson: string): Record<string, string> {
  const { name, exports = {} } = JSON.parse(packageJson) as {
    name: string;
    exports?: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(exports).map(([door, path]) => [join(name, door), join(folder, path)]),
  );
}

const FLOOR = [
  "server/ports.ts",
  "server/ports/",
  "server/errors.ts",
  "server/bounds.ts",
  "server/letters/",
  "server/line-watch.ts",
  "server/quiet-hours.ts",
  "server/window-counts.ts",
];
const FEATURES = [
  "voice",
  "claim",
  "pairing",
  "family",
  "safety",
  "limiter",
  "vault",
  "keys",
  "audit",
  "update",
  "jobs",
  "live",
  "alerts",
].map((name) => `server/${name}/`);
const TOY = ["sdk/protocol/", "sdk/toy/", "sdk/provisioning/"];

const WEB_FLOOR = ["api/", "platform/", "router/", "words/", "services.ts"].map(
  (place) => `server/web/${place}`,
);
const PREACT = ["preact", "preact/hooks"];

/** Built into the interpreter. */
const ESPRUINO_MODULES = ["Flash", "Storage", "TelnetServer", "Wifi", "crypto", "http", "net"];

interface Arrow {
  /** A room, or with a `/` at its end a folder, which may always import itself. */
  from: string;
  to: string[];
  /** Packages and Node's own modules: all, or these. */
  packages: true | string[];
}

/** DESIGN.md, “The house”: the first arrow whose `from` fits a room is its law. */
export const arrows: Arrow[] = [
  { from: "sdk/protocol/", to: [], packages: [] },
  { from: "sdk/toy/", to: ["sdk/protocol/"], packages: [] },
  { from: "sdk/provisioning/", to: ["sdk/protocol/"], packages: [] },
  { from: "sdk/", to: ["sdk/"], packages: true },
  { from: "firmware/", to: TOY, packages: ESPRUINO_MODULES },
  { from: "broker/", to: ["sdk/protocol/"], packages: true },
  { from: "server/main.ts", to: ["server/", "broker/", "sdk/protocol/"], packages: true },
  { from: "server/main/", to: ["server/", "broker/", "sdk/protocol/"], packages: true }, // main.ts in pieces
  // the parents' app: what decides is plain, the screens see all of it, and nothing of the server's is in it
  { from: "server/web/vite.config.ts", to: [], packages: true },
  { from: "server/web/api/", to: [], packages: [] },
  { from: "server/web/platform/", to: ["server/web/api/"], packages: [] },
  { from: "server/web/router/", to: ["server/web/api/"], packages: [] },
  { from: "server/web/words/", to: ["server/web/api/", "server/web/platform/"], packages: [] },
  { from: "server/web/services.ts", to: ["server/web/api/", "server/web/platform/"], packages: [] },
  { from: "server/web/ui/", to: WEB_FLOOR, packages: PREACT },
  {
    from: "server/web/screens/",
    to: [...WEB_FLOOR, "server/web/ui/", "sdk/protocol/"],
    packages: [...PREACT, "jsqr", "uplot"],
  },
  { from: "server/web/", to: ["server/web/"], packages: PREACT },
  { from: "server/routes/", to: [...FEATURES, "server/watch/", ...FLOOR, "sdk/protocol/"], packages: true },
  { from: "server/vault/", to: [...FLOOR, "sdk/protocol/"], packages: ["node:crypto"] }, // the ciphers it seals with
  { from: "server/limiter/", to: [...FLOOR, "sdk/protocol/"], packages: ["node:net"] }, // `isIP`
  ...FEATURES.map((from) => ({ from, to: [...FLOOR, "sdk/protocol/"], packages: [] })),
  { from: "server/watch/", to: [...FLOOR, "sdk/protocol/"], packages: true },
  { from: "server/adapters/", to: [...FLOOR, "server/config.ts", "sdk/protocol/"], packages: true },
  ...[...FLOOR, "server/config.ts"].map((from) => ({
    from,
    to: [...FLOOR, "sdk/protocol/"],
    packages: true as const,
  })),
  // makes the phrases that the speech adapter ships, with that adapter's own hands
  { from: "tools/phrases.ts", to: ["server/adapters/", "server/safety/lines.ts"], packages: true },
  // measures the broker alone, on the clock and with the hash that a cell gives it; and the firmware, step by step
  {
    from: "tools/bench/",
    to: [
      ...["sdk/", "broker/", "server/main.ts", "server/main/", "server/config.ts", "tools/", "firmware/"],
      ...["server/adapters/clock.ts", "server/adapters/hash.ts"],
    ],
    packages: true,
  },
  {
    from: "tools/",
    to: [
      "sdk/",
      "server/main.ts",
      "server/main/",
      "server/config.ts",
      "server/errors.ts",
      "firmware/record.ts", // the names in a toy's Storage
    ],
    packages: true,
  },
];

const lies = (path: string, place: string) => (place.endsWith("/") ? path.startsWith(place) : path === place);
const isRoom = (name: string) => /\.tsx?$/.test(name);
/** A style lies among the rooms, and imports nothing. */
const isStyle = (name: string) => name.endsWith(".css");

/** Every import that no arrow allows, as `a → b`. A room under no arrow is itself a fault. */
export function wrongImports(graph: Graph): string[] {
  const wrong: string[] = [];
  for (const [path, imports] of graph) {
    const law = arrows.find(({ from }) => lies(path, from));
    if (!law) {
      wrong.push(`${path} stands under no arrow`);
      continue;
    }
    const allowed = law.from.endsWith("/") ? [law.from, ...law.to] : law.to;
    for (const name of new Set(imports)) {
      const right =
        isRoom(name) || (isStyle(name) && name.includes("/"))
          ? allowed.some((place) => lies(name, place))
          : law.packages === true || law.packages.includes(name);
      if (!right) wrong.push(`${path} → ${name}`);
    }
  }
  return wrong;
}

/** Every import of a room that is not there. */
export function missingRooms(graph: Graph): string[] {
  return [...graph].flatMap(([path, imports]) =>
    imports
      .filter((name) => (isRoom(name) || name.startsWith("@bearlink/")) && !graph.has(name))
      .map((name) => `${path} → ${name}`),
  );
}

/** The circles of a graph, each as `a → b → a`; one for each way back that a walk in depth meets. */
export function circles(graph: Graph): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string) => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || finished.has(path)) return;
    trail.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    trail.pop();
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return found;
}

/** Rooms that do not begin by saying what they are; a `#!` may stand before. */
export function roomsWithoutSentence(rooms: Room[]): string[] {
  return rooms.filter(({ text }) => !/^(#!.*\n)?\/\*\*\s+(\* )?[A-Za-z`]/.test(text)).map(({ path }) => path);
}

/** The names in the first column of a Markdown table whose first heading is “Variable”: `` `A` `B` `` and `` `A B` `` are two each. */
export function variablesInTable(markdown: string): string[] {
  const lines = markdown.split("\n");
  const names: string[] = [];
  let inside = false;
  for (const line of lines) {
    if (/^\|\s*variables?\s*\|/i.test(line)) inside = true;
    else if (!line.startsWith("|")) inside = false;
    else if (inside) names.push(...firstCellNames(line));
  }
  return names;
}

function firstCellNames(row: string): string[] {
  const cell = row.split("|")[1] ?? "";
  return [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code?.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []);
}
