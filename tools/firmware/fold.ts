/**
 * Makes a bundle light in variables: on Espruino every function at the top costs five or more for as long as the toy runs.
 * Constant tables are read at build time, and a function that only one other calls moves into it: it exists while that one runs.
 */
import ts from "typescript";

export interface FoldOptions {
  /** functions that a frame of sound passes through: they stay at the top, ready */
  hot: ReadonlySet<string>;
  /** drop calls of `log`: what a shipped toy would say to nobody */
  silent: boolean;
}

interface Edit {
  from: number;
  to: number;
  text: string;
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile("bundle.js", code, ts.ScriptTarget.ES2020, true, ts.ScriptKind.JS);
}

function apply(code: string, edits: Edit[]): string {
  let out = code;
  for (const { from, to, text } of edits.sort((a, b) => b.from - a.from))
    out = out.slice(0, from) + text + out.slice(to);
  return out;
}

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

/** Whether an identifier is read as a value here, and is no key, member or declaration. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !("name" in parent && parent.name === node);
}

function usesOf(source: ts.SourceFile): Map<string, ts.Identifier[]> {
  const uses = new Map<string, ts.Identifier[]>();
  each(source, (node) => {
    if (!ts.isIdentifier(node) || !isUse(node)) return;
    const known = uses.get(node.text);
    if (known) known.push(node);
    else uses.set(node.text, [node]);
  });
  return uses;
}

/** A number, a text, or a name of the machine's own, as a pin: what may stand wherever it is read. */
function isPlain(node: ts.Expression): boolean {
  return (
    ts.isNumericLiteral(node) ||
    ts.isStringLiteral(node) ||
    (ts.isIdentifier(node) && /^[A-Z]\d+$/.test(node.text)) ||
    (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand))
  );
}

/** `UP.AUDIO` becomes 2, where `UP` is a table of plain values that is only ever read by name. */
function inlineTables(code: string): string {
  const source = parse(code);
  const uses = usesOf(source);
  const edits: Edit[] = [];
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const [declaration] = statement.declarationList.declarations;
    if (!declaration || statement.declarationList.declarations.length > 1) continue;
    const { name, initializer } = declaration;
    if (!ts.isIdentifier(name) || !initializer || !ts.isObjectLiteralExpression(initializer)) continue;
    const values = new Map<string, string>();
    for (const property of initializer.properties) {
      if (
        ts.isPropertyAssignment(property) &&
        ts.isIdentifier(property.name) &&
        isPlain(property.initializer)
      )
        values.set(property.name.text, property.initializer.getText());
    }
    const reads = uses.get(name.text) ?? [];
    const isTable =
      values.size === initializer.properties.length &&
      values.size > 0 &&
      reads.every(({ parent }) => ts.isPropertyAccessExpression(parent) && values.has(parent.name.text));
    if (!isTable) continue;
    edits.push({ from: statement.getStart(), to: statement.end, text: "" });
    for (const { parent } of reads)
      edits.push({
        from: parent.getStart(),
        to: parent.end,
        text: values.get((parent as ts.PropertyAccessExpression).name.text)!,
      });
  }
  return apply(code, edits);
}

/** A call of `log` has no effect but to be read. */
function dropLogs(code: string): string {
  const edits: Edit[] = [];
  each(parse(code), (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (node.expression.name.text !== "log") return;
    const { parent } = node;
    if (ts.isExpressionStatement(parent)) edits.push({ from: parent.getStart(), to: parent.end, text: ";" });
    else edits.push({ from: node.getStart(), to: node.end, text: "void 0" });
  });
  return apply(code, edits);
}

interface Room {
  name: string;
  node: ts.FunctionDeclaration;
  /** makes no function that could outlive a call of it, so others may live inside */
  holds: boolean;
  /** is only ever called, so it may live inside another */
  moves: boolean;
  users: Set<string>;
}

const TOP = "";

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isMethodDeclaration(node);
}

function roomsOf(source: ts.SourceFile, hot: ReadonlySet<string>): Map<string, Room> {
  const rooms = new Map<string, Room>();
  for (const node of source.statements) {
    if (!ts.isFunctionDeclaration(node) || !node.name || !node.body) continue;
    let makesFunctions = false;
    each(node.body, (inner) => (makesFunctions ||= isFunction(inner) || ts.isFunctionDeclaration(inner)));
    const name = node.name.text;
    rooms.set(name, {
      name,
      node,
      holds: !makesFunctions && !hot.has(name),
      moves: !hot.has(name),
      users: new Set(),
    });
  }
  for (const missing of [...hot].filter((name) => !rooms.has(name)))
    throw new Error(`no function ${missing} to keep ready: see tools/firmware/hot.ts`);
  return rooms;
}

/** The top-level function a node stands in, or the top. */
function roomAround(node: ts.Node, rooms: Map<string, Room>): string {
  let at = node;
  while (at.parent && !ts.isSourceFile(at.parent)) at = at.parent;
  return ts.isFunctionDeclaration(at) && at.name && rooms.has(at.name.text) ? at.name.text : TOP;
}

function findUsers(source: ts.SourceFile, rooms: Map<string, Room>): void {
  for (const [name, uses] of usesOf(source)) {
    const room = rooms.get(name);
    if (!room) continue;
    for (const use of uses) {
      const user = roomAround(use, rooms);
      if (user !== name) room.users.add(user);
      const called = ts.isCallExpression(use.parent) && use.parent.expression === use;
      if (!called) room.moves = false; // handed on, it may be called after its home is gone
    }
    // one that makes functions is kept alive by them, and would keep all that lives beside it
    if (!room.holds) room.moves = false;
  }
}

/** Where each room lives: inside the innermost room that all its users live in or are. Moves only outwards, so it ends. */
function homesOf(rooms: Map<string, Room>): Map<string, string> {
  const homes = new Map<string, string | undefined>();
  for (const [name, room] of rooms) homes.set(name, room.moves ? undefined : TOP);
  const chain = (name: string): string[] => {
    const path: string[] = [];
    let at: string | undefined = name;
    while (at !== undefined && at !== TOP && !path.includes(at)) {
      path.unshift(at);
      at = homes.get(at);
    }
    return path;
  };
  const common = (paths: string[][]): string => {
    let home = TOP;
    for (let depth = 0; paths.every((path) => path[depth] !== undefined); depth++) {
      if (paths.some((path) => path[depth] !== paths[0]![depth])) break;
      home = paths[0]![depth]!;
    }
    return home;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, room] of rooms) {
      if (!room.moves) continue;
      const known = [...room.users].filter((user) => user === TOP || homes.get(user) !== undefined);
      if (known.length === 0) continue;
      const paths = known.map((user) =>
        user === TOP ? [] : rooms.get(user)!.holds ? chain(user) : chain(user).slice(0, -1),
      );
      const home = common(paths);
      if (home !== homes.get(name) && home !== name) {
        homes.set(name, home);
        changed = true;
      }
    }
  }
  return new Map([...rooms.keys()].map((name) => [name, homes.get(name) ?? TOP]));
}

/** Moves each function into its home, to the beginning of its body: nothing hoists on Espruino. */
function moveIn(code: string, hot: ReadonlySet<string>): string {
  const source = parse(code);
  const rooms = roomsOf(source, hot);
  findUsers(source, rooms);
  const homes = homesOf(rooms);
  const guests = new Map<string, string[]>();
  for (const [name, home] of homes) guests.set(home, [...(guests.get(home) ?? []), name]);
  const textOf = (name: string): string => {
    const { node } = rooms.get(name)!;
    const inside = (guests.get(name) ?? []).map(textOf).join("\n");
    const body = node.body!.getStart() + 1;
    return code.slice(node.getStart(), body) + inside + code.slice(body, node.end);
  };
  const edits: Edit[] = [];
  for (const [name, { node }] of rooms)
    edits.push({
      from: node.getStart(),
      to: node.end,
      text: homes.get(name) === TOP ? textOf(name) : "",
    });
  return apply(code, edits);
}

/** The same program, lighter. Its input is one file of statements without imports or exports. */
export function fold(code: string, { hot, silent }: FoldOptions): string {
  const quiet = silent ? dropLogs(code) : code;
  return moveIn(inlineTables(quiet), hot);
}
