/** The names that a build must not shorten: Espruino's own, JavaScript's, and those that cross the wire or lie in Storage. */
import { readFileSync } from "node:fs";
import ts from "typescript";

const BUILT_IN: object[] = [
  Object.prototype,
  Function.prototype,
  Array.prototype,
  String.prototype,
  Number.prototype,
  Uint8Array.prototype,
  DataView.prototype,
  ArrayBuffer.prototype,
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Promise.prototype,
  Error.prototype,
  Object,
  Array,
  String,
  Number,
  Math,
  JSON,
  Promise,
  globalThis,
];

/** Every name that Espruino's declarations give a value, a field or an option. */
function declaredNames(path: string): string[] {
  const names: string[] = [];
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2023, true);
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** What esbuild's `reserveProps` takes; `outside`: the fields that leave the program. */
export function reservedNames(declarations: string, outside: ReadonlySet<string>): RegExp {
  const names = new Set(outside);
  for (const holder of BUILT_IN) for (const name of Object.getOwnPropertyNames(holder)) names.add(name);
  for (const name of declaredNames(declarations)) names.add(name);
  const plain = [...names].filter((name) => /^\w+$/.test(name));
  return new RegExp(`^(?:.*_.*|${plain.join("|")})$`);
}
