/** The toy's host is known when it is built: what is asked of it is called by name, and its methods need not exist at rest. */
import ts from "typescript";
import { apply, each, readProgram } from "./program.ts";
import type { Edit } from "./program.ts";

/** The only object of its kind: the name of its literal at the top, and the field of sdk/toy that holds it. */
interface Only {
  name: string;
  field: string;
}

/** main.ts's host is every bear's body; host/link.ts's link is every line's; host/store.ts's store is all that keeps. */
const ONLY: Only[] = [
  { name: "host", field: "body" },
  { name: "link", field: "link" },
  { name: "store", field: "store" },
];

interface Ports {
  literal: ts.ObjectLiteralExpression;
  /** each port with the top-level name that plays it */
  players: Map<string, string>;
}

function playersOf(literal: ts.ObjectLiteralExpression): Map<string, string> {
  const players = new Map<string, string>();
  for (const port of literal.properties) {
    if (ts.isShorthandPropertyAssignment(port)) players.set(port.name.text, port.name.text);
    else if (ts.isPropertyAssignment(port) && ts.isIdentifier(port.initializer))
      players.set(port.name.getText(), port.initializer.text);
    else throw new Error(`${literal.parent.getText()} must name what plays each port`);
  }
  return players;
}

function portsOf(source: ts.SourceFile, only: string): Ports | undefined {
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || name.text !== only || !initializer) continue;
      if (ts.isObjectLiteralExpression(initializer))
        return { literal: initializer, players: playersOf(initializer) };
    }
  }
  return undefined;
}

function isHeldIn(field: string, node: ts.Expression): boolean {
  // a bundler numbers names that are elsewhere too
  if (ts.isIdentifier(node)) return node.text.replace(/\d+$/, "") === field;
  return ts.isPropertyAccessExpression(node) && node.name.text === field;
}

function callOnly(code: string, { name, field }: Only): string {
  const { source, reaches } = readProgram(code);
  const ports = portsOf(source, name);
  if (!ports) return code;
  const edits: Edit[] = [{ from: ports.literal.getStart(), to: ports.literal.end, text: "{}" }];
  each(source, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !isHeldIn(field, node.expression)) return;
    const player = ports.players.get(node.name.text);
    // others have a field of that name, with other members
    if (player === undefined) return;
    if (!reaches(player, node)) throw new Error(`${player} means something else in ${node.parent.getText()}`);
    edits.push({ from: node.getStart(), to: node.end, text: player });
  });
  return apply(code, edits);
}

/** `bear.body.light(...)` becomes `showLight(...)`. */
export function callByName(code: string): string {
  return ONLY.reduce(callOnly, code);
}
