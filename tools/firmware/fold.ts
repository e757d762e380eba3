/** Moves a function that only one other calls into that one: it exists while that one runs, and else stays in flash. */
import ts from "typescript";
import { apply, each, readProgram } from "./program.ts";
import type { Edit, Program } from "./program.ts";

/** What nobody's function calls, and every function can live in. */
const TOP = "";

interface Room {
  node: ts.FunctionDeclaration;
  /** makes no function that could outlive a call of it, so others may live inside */
  holds: boolean;
  /** is only ever called, so it may live inside another */
  moves: boolean;
  users: Set<string>;
}

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionLike(node);
}

function roomsOf({ source }: Program, alone: ReadonlySet<string>): Map<string, Room> {
  const rooms = new Map<string, Room>();
  for (const node of source.statements) {
    if (!ts.isFunctionDeclaration(node) || !node.name || !node.body) continue;
    let makesFunctions = false;
    each(node.body, (inner) => (makesFunctions ||= isFunction(inner)));
    const isAlone = alone.has(node.name.text);
    // one that makes functions is kept alive by them, and would keep all that lives beside it
    const stays = makesFunctions || isAlone;
    rooms.set(node.name.text, { node, holds: !stays, moves: !stays, users: new Set() });
  }
  for (const missing of [...alone].filter((name) => !rooms.has(name)))
    throw new Error(`no function ${missing} to keep ready: see tools/firmware/hot.ts`);
  return rooms;
}

/** The top-level function a node stands in, or the top. */
function roomAround(node: ts.Node): string {
  let at = node;
  while (!ts.isSourceFile(at.parent)) at = at.parent;
  return ts.isFunctionDeclaration(at) && at.name ? at.name.text : TOP;
}

function findUsers({ usesOf }: Program, rooms: Map<string, Room>): void {
  for (const [name, room] of rooms) {
    for (const use of usesOf(room.node.name!)) {
      const user = roomAround(use);
      if (user !== name) room.users.add(user);
      const called = ts.isCallExpression(use.parent) && use.parent.expression === use;
      if (!called) room.moves = false; // handed on, it may be called after its home is gone
    }
  }
}

/** Where each room lives: in the innermost room that all its users are or live in. Homes only move outwards, so it ends. */
function homesOf(rooms: Map<string, Room>): Map<string, string> {
  const homes = new Map<string, string>();
  for (const [name, room] of rooms) if (!room.moves) homes.set(name, TOP);
  const around = (name: string): string[] => {
    const path: string[] = [];
    for (let at: string | undefined = name; at && !path.includes(at); at = homes.get(at)) path.unshift(at);
    return path;
  };
  /** the rooms a user's helper could live in, outermost first */
  const offers = (user: string): string[] =>
    user === TOP ? [] : rooms.get(user)!.holds ? around(user) : around(user).slice(0, -1);
  const innermost = (paths: string[][]): string => {
    let depth = 0;
    while (paths[0]![depth] !== undefined && paths.every((path) => path[depth] === paths[0]![depth])) depth++;
    return depth === 0 ? TOP : paths[0]![depth - 1]!;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, room] of rooms) {
      const known = [...room.users].filter((user) => user === TOP || homes.has(user));
      if (!room.moves || known.length === 0) continue;
      const home = innermost(known.map(offers));
      if (home === homes.get(name) || home === name) continue;
      homes.set(name, home);
      changed = true;
    }
  }
  return homes;
}

/** The same program, lighter: each guest at the beginning of its home's body, for nothing hoists on Espruino. */
export function fold(code: string, alone: ReadonlySet<string>): string {
  const program = readProgram(code);
  const rooms = roomsOf(program, alone);
  findUsers(program, rooms);
  const homes = homesOf(rooms);
  const textOf = (name: string): string => {
    const { node } = rooms.get(name)!;
    const guests = [...homes].filter(([, home]) => home === name).map(([guest]) => textOf(guest));
    const body = node.body!.getStart();
    const inside = `{${guests.join("\n")}${code.slice(body + 1, node.end)}`;
    if (homes.get(name) === TOP) return code.slice(node.getStart(), body) + inside;
    return `const ${name} = ${code.slice(node.name!.end, body)} => ${inside};`; // shorter than a declaration
  };
  const edits: Edit[] = [];
  for (const [name, { node }] of rooms) {
    const text = homes.get(name) === TOP ? textOf(name) : "";
    edits.push({ from: node.getStart(), to: node.end, text });
  }
  return apply(code, edits);
}
