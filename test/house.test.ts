/** The house stands as DESIGN.md draws it: arrows, no circles, rooms that say what they are, and a wire that a toy can run. */
import { existsSync, readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { build, type BuildOptions } from "esbuild";
import { describe, expect, test } from "vitest";
import { notForToys } from "./support/espruino.ts";
import {
  circles,
  graphOf,
  missingRooms,
  publicDoors,
  readRooms,
  roomsWithoutSentence,
  variablesInTable,
  wrongImports,
  type Graph,
  type Room,
} from "./support/house.ts";

const root = new URL("..", import.meta.url).pathname;
const read = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const folders = ["sdk", "broker", "server", "tools", "firmware"].filter((folder) =>
  existsSync(`${root}/${folder}`),
);
const rooms = readRooms(root, folders);
const doors = Object.assign(
  {},
  ...["sdk", "broker", "server"].map((name) => publicDoors(name, read(`${name}/package.json`))),
) as Record<string, string>;
const graph = graphOf(rooms, doors);

describe("the house", () => {
  test("has rooms that import only where an arrow of DESIGN.md leads", () =>
    expect(wrongImports(graph)).toEqual([]));
  test("has no door that opens on nothing", () => expect(missingRooms(graph)).toEqual([]));
  test("has no circles", () => expect(circles(graph)).toEqual([]));
  test("has rooms that say first what they are", () => expect(roomsWithoutSentence(rooms)).toEqual([]));
  test("is handed its settings: no room of the server reads the environment", () => {
    // PATH is the machine's, not a setting of ours
    const reads = ({ path, text }: Room) =>
      path.startsWith("server/") && /process\.env(?!\.PATH\b|\["PATH"\])/.test(text);
    expect(rooms.filter(reads).map(({ path }) => path)).toEqual([]);
  });
});

test("README.md's table has every setting the server reads, and no other", async () => {
  // by a name in a variable: the check of types must not wait for the room
  const path = `${root}/server/config.ts`;
  const { configSchema } = (await import(path)) as { configSchema: { shape: Record<string, unknown> } };
  expect(variablesInTable(read("README.md")).sort()).toEqual(Object.keys(configSchema.shape).sort());
});

// DESIGN.md, “Firmware”
const SYNTAX_KEPT =
  "class class-field class-static-field arrow const-and-let template-literal for-of object-extensions object-accessors nullish-coalescing optional-catch-binding";
const recipe: BuildOptions = {
  bundle: true,
  write: false,
  platform: "neutral",
  format: "iife",
  target: "es5",
  charset: "ascii",
  minifyWhitespace: true, // esbuild keeps comments inside expressions, and a § in one is no fault
  logLevel: "silent",
  supported: Object.fromEntries(SYNTAX_KEPT.split(" ").map((name) => [name, true])),
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};

describe.each(["sdk/protocol", "sdk/toy", "sdk/provisioning"])("%s runs on a toy:", (folder) => {
  test("it holds nothing that Espruino cannot take", () => {
    expect(rooms.filter(({ path }) => path.startsWith(`${folder}/`)).flatMap(notForToys)).toEqual([]);
  });

  test("its bundle builds, is ASCII, and loads where Map, Set, Symbol and TextEncoder are missing", async () => {
    const { outputFiles, warnings } = await build({
      ...recipe,
      stdin: {
        contents: `import * as it from "./${folder}/index.ts"; loaded(it);`,
        resolveDir: root,
        loader: "ts",
      },
    });
    expect(warnings).toEqual([]);
    const code = outputFiles?.[0]?.text ?? "";
    expect(code).toMatch(/^[\x00-\x7f]+$/);
    let names: string[] = [];
    const toy = createContext({ loaded: (it: object) => (names = Object.keys(it)) });
    runInContext("for (const name of ['Map', 'Set', 'Symbol', 'TextEncoder']) delete globalThis[name]", toy);
    runInContext(code, toy);
    expect(names.length).toBeGreaterThan(0);
  });
});

describe("the checker", () => {
  const made = (imports: Record<string, string[]>): Graph => new Map(Object.entries(imports));

  test("reads imports, types and re-exports too, and finds the rooms behind a workspace's doors", () => {
    const text =
      'import { a } from "./b.ts"; export * from "../c.ts"; import type { D } from "@bearlink/sdk/toy"; await import("zod");';
    expect(
      graphOf([{ path: "server/voice/a.ts", text }], { "@bearlink/sdk/toy": "sdk/toy/index.ts" }),
    ).toEqual(made({ "server/voice/a.ts": ["server/voice/b.ts", "server/c.ts", "sdk/toy/index.ts", "zod"] }));
    expect(
      publicDoors("sdk", '{"name":"@bearlink/sdk","exports":{"./toy":"./toy/index.ts",".":"./all.ts"}}'),
    ).toEqual({
      "@bearlink/sdk/toy": "sdk/toy/index.ts",
      "@bearlink/sdk": "sdk/all.ts",
    });
  });

  test.each([
    ["sdk/protocol/frame.ts", "sdk/toy/toy.ts"],
    ["sdk/protocol/hash.ts", "node:crypto"],
    ["sdk/toy/toy.ts", "sdk/node/index.ts"],
    ["sdk/toy/toy.ts", "mqtt"],
    ["firmware/main.ts", "sdk/node/index.ts"],
    ["broker/broker.ts", "server/ports.ts"],
    ["broker/broker.ts", "sdk/toy/index.ts"],
    ["server/voice/turn.ts", "server/adapters/clock.ts"],
    ["server/voice/turn.ts", "server/safety/rules.ts"],
    ["server/voice/turn.ts", "server/config.ts"],
    ["server/voice/turn.ts", "broker/broker.ts"],
    ["server/claim/proof.ts", "ioredis"],
    ["server/adapters/redis.ts", "server/claim/replay.ts"],
    ["server/adapters/redis.ts", "broker/broker.ts"],
    ["server/routes/claim.ts", "server/adapters/memory.ts"],
    ["server/routes/claim.ts", "broker/broker.ts"],
    ["server/ports.ts", "server/voice/turn.ts"],
    ["server/voice/turn.ts", "sdk/toy/index.ts"],
    ["server/vault/seal.ts", "node:fs"],
    ["server/watch/log.ts", "server/adapters/clock.ts"],
    ["server/voice/turn.ts", "server/watch/metrics.ts"],
    ["tools/talk.ts", "server/voice/turn.ts"],
    ["server/web/screens/home.tsx", "server/family/child.ts"],
    ["server/web/screens/home.tsx", "server/web/app.tsx"],
    ["server/web/api/session.ts", "server/web/services.ts"],
    ["server/web/api/session.ts", "preact"],
    ["server/web/ui/page.tsx", "server/web/screens/home.tsx"],
    ["server/web/words/words.ts", "server/web/ui/use.ts"],
    ["server/routes/web.ts", "server/web/router/pages.ts"],
  ])("sees the planted %s → %s", (from, to) => {
    expect(wrongImports(made({ [from]: [to] }))).toEqual([`${from} → ${to}`]);
  });

  test.each([
    ["sdk/toy/toy.ts", "sdk/protocol/index.ts"],
    ["sdk/node/hash.ts", "node:crypto"],
    ["server/main.ts", "broker/broker.ts"],
    ["server/main.ts", "server/adapters/memory.ts"],
    ["server/routes/claim.ts", "server/claim/session.ts"],
    ["server/claim/proof.ts", "server/claim/nonce.ts"],
    ["server/claim/proof.ts", "server/ports.ts"],
    ["server/main/http.ts", "server/routes/claim.ts"],
    ["server/vault/seal.ts", "node:crypto"],
    ["server/watch/log.ts", "pino"],
    ["server/adapters/redis.ts", "server/config.ts"],
    ["tools/talk.ts", "sdk/node/index.ts"],
    ["server/web/screens/home.tsx", "server/web/ui/page.tsx"],
    ["server/web/screens/talk.tsx", "server/web/screens/talks.css"],
    ["server/web/app.tsx", "server/web/screens/door/sign-in.tsx"],
  ])("lets %s → %s be", (from, to) => expect(wrongImports(made({ [from]: [to] }))).toEqual([]));

  test("sees a room that belongs nowhere, and a door that opens on nothing", () => {
    expect(wrongImports(made({ "attic/box.ts": [] }))).toEqual(["attic/box.ts stands under no arrow"]);
    expect(missingRooms(made({ "a.ts": ["b.ts", "@bearlink/attic", "zod"], "c.ts": ["a.ts"] }))).toEqual([
      "a.ts → b.ts",
      "a.ts → @bearlink/attic",
    ]);
  });

  test("sees circles of one, two and three rooms, and none in a diamond", () => {
    expect(circles(made({ a: ["a"] }))).toEqual(["a → a"]);
    expect(circles(made({ a: ["b"], b: ["a"] }))).toEqual(["a → b → a"]);
    expect(circles(made({ z: ["a"], a: ["b"], b: ["c"], c: ["a", "d"], d: [] }))).toEqual(["a → b → c → a"]);
    expect(circles(made({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).toEqual([]);
  });

  test("knows a first sentence", () => {
    const texts = [
      "/** What it is. */\n",
      "#!/usr/bin/env node\n/** What it is. */",
      "/**\n * What it is.\n */",
      "\n/** late */",
      "// no\n",
      "/* no */",
      'import "a";',
    ];
    const found = roomsWithoutSentence(texts.map((text, i) => ({ path: `${i}`, text })));
    expect(found).toEqual(["3", "4", "5", "6"]);
  });

  test("reads the names of a table of variables, and of no other table", () => {
    const markdown =
      "| Command | |\n| --- | --- |\n| `NOT_ONE` | |\n\n| Variable | Default |\n| --- | --- |\n| `PORT` | `8000` `NO` |\n| `A_URL` `A_KEY`, `B C2` | x |\n\n| `LATER` |\n";
    expect(variablesInTable(markdown)).toEqual(["PORT", "A_URL", "A_KEY", "C2"]);
  });

  test.each([
    ["const a = /b/;", "regular expression"],
    ["async function a() {}", "async"],
    ["const a = async () => { await b; };", "async"],
    ["function* a() { yield 1; }", "generator"],
    ["const { a } = b;", "destructuring"],
    ["for (const [a, b] of c) d(a, b);", "destructuring"],
    ["let a; let b; [a, b] = c;", "destructuring"],
    ["const a = [...b];", "spread"],
    ["const a = { ...b };", "spread"],
    ["function a(...b) {}", "rest parameter"],
    ["function a(b = 1) {}", "default parameter"],
    ["const a = b?.c;", "optional chaining"],
    ["a: for (;;) break a;", "label"],
    ["const a = { [b]: 1 };", "computed key"],
    ["class A { #b = 1; }", "#private"],
    ["const a = b`c`;", "tagged template"],
    ["const a = b ** 2;", "**"],
    ["let a; a ??= 1;", "logical assignment"],
    ["const a = 1n;", "bigint"],
    ["const of = 1;", "`of` as a name"],
    ["const a = class A {};", "self-naming class"],
    ["class A extends Error {}", "extends Error"],
    ["class A extends RangeError {}", "extends Error"],
    ["class A { b: number; }", "field without a value"],
    ["const a = new Map();", "Map"],
    ["const a = f(TextEncoder);", "TextEncoder"],
    ["const a = Array.from(b);", "Array.from"],
    ["const a = Math.trunc(b);", "Math.trunc"],
    ["const a = Array.prototype.slice.call(b);", "Array.prototype"],
    ["const a = b.flat();", ".flat()"],
    ["a.finally(b);", ".finally()"],
    ["a.length = 0;", ".length assigned"],
    ["switch (a) { default: b(); case 1: c(); }", "case after default"],
    ['const a = "é";', "non-ASCII"],
    ["const é = 1;", "non-ASCII"],
    ["const a = `é${b}`;", "non-ASCII"],
    ["const a = b(); function b() {}", "b used before it is defined"],
    ["const a = b + 1; const b = 2;", "b used before it is defined"],
    ["class A extends B {} class B {}", "B used before it is defined"],
    ["function f() { g(); function g() {} }", "g used before it is defined"],
    ["for (let i = 0; i < 3; i++) a(() => i);", "closure over i of a loop"],
    ["for (const a of b) { const c = a; d(function () { return c; }); }", "closure over c of a loop"],
  ])("refuses a toy %j: %s", (text, what) => {
    expect(notForToys({ path: "a.ts", text })).toContain(`a.ts:1 ${what}`);
  });

  test.each([
    "/** é in a comment */ const a = 1; // é",
    "const a = (): number => b(); function b(): number { return 1; }",
    "const a = { flat: 1, Map: 2 }; f(a.Map, a.flat);",
    "type A = Map<string, Set<number>>; interface B { [key: string]: Symbol }",
    "function f(a?: number) { return a ?? 1; }",
    "for (const a of b) c(a);",
    "class A { b = 1; static c() { return 1; } get d() { return 2; } }",
    "switch (a) { case 1: b(); break; default: c(); }",
    "if (a.length === 0) b();",
    "function f() { if (a) { const b = 1; c(b); } const b = 2; c(b); }",
    'import type { Map } from "./b.ts";',
  ])("lets a toy have %j", (text) => expect(notForToys({ path: "a.ts", text })).toEqual([]));
});
