/** A bundle's text with its names resolved, and edits to it: what every step of the build works on. */
import ts from "typescript";

export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** One file of JavaScript; `usesOf` a top-level name are the places that mean that very name. */
export interface Program {
  code: string;
  source: ts.SourceFile;
  usesOf(name: ts.Node): ts.Identifier[];
  /** Whether a top-level name means itself at a place, and not a local of that name. */
  reaches(name: string, place: ts.Node): boolean;
}

export function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

export function readProgram(code: string): Program {
  const name = "bundle.js";
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.ES2020, true, ts.ScriptKind.JS);
  const host: ts.CompilerHost = {
    getSourceFile: (path) => (path === name ? source : undefined),
    getDefaultLibFileName: () => "",
    writeFile: () => {},
    getCurrentDirectory: () => "",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (path) => path === name,
    readFile: () => undefined,
  };
  const options = { noLib: true, allowJs: true, noResolve: true, types: [], target: ts.ScriptTarget.ES2020 };
  const checker = ts.createProgram([name], options, host).getTypeChecker();
  const uses = new Map<ts.Symbol, ts.Identifier[]>();
  each(source, (node) => {
    if (!ts.isIdentifier(node) || isMember(node)) return;
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    if (!symbol || isDeclared(node)) return;
    const known = uses.get(symbol);
    if (known) known.push(node);
    else uses.set(symbol, [node]);
  });
  return {
    code,
    source,
    reaches: (name, place) => {
      const meant = checker
        .getSymbolsInScope(place, ts.SymbolFlags.Value)
        .find((symbol) => symbol.name === name);
      return meant?.declarations?.every(isAtTop) ?? true; // the machine's own name, where it is nobody's
    },
    usesOf: (declared) => uses.get(checker.getSymbolAtLocation(declared)!) ?? [],
  };
}

function isAtTop(declaration: ts.Declaration): boolean {
  return ts.findAncestor(declaration.parent, ts.isFunctionLike) === undefined;
}

function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return ts.isPropertyAssignment(parent) && parent.name === node;
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  return !ts.isShorthandPropertyAssignment(parent) && "name" in parent && parent.name === node;
}

export function apply(code: string, edits: Edit[]): string {
  let out = code;
  for (const { from, to, text } of edits.sort((a, b) => b.from - a.from))
    out = out.slice(0, from) + text + out.slice(to);
  return out;
}
