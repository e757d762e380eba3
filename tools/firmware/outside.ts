/** What leaves a toy's program by name is read from its types: fields that a build must keep, and words that it may not shorten. */
import { join } from "node:path";
import ts from "typescript";
import { each } from "./program.ts";

export interface Outside {
  /** names of fields that are read from outside, or handed to it: JSON of the wire and of Storage, options of Espruino's calls */
  fields: Set<string>;
  /** words of the toy's own, each of a closed union in every place it stands: none of them leaves the program */
  ownWords: Set<string>;
}

const OPEN = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive;
const known = new Map<string, Outside>();

/** Of the program that begins with these rooms, paths from the root of the repository. */
export function readOutside(root: string, entries: readonly string[]): Outside {
  const key = entries.join();
  const found = known.get(key) ?? look(programOf(root, entries));
  known.set(key, found);
  return found;
}

function programOf(root: string, entries: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(
    { ...(config as object), include: [], files: entries },
    ts.sys,
    root,
  );
  // of a toy's world: nothing of Node's
  const files = [...entries, "firmware/espruino.d.ts"].map((path) => join(root, path));
  return ts.createProgram(files, { ...options, types: [] });
}

function look(program: ts.Program): Outside {
  const checker = program.getTypeChecker();
  const own = (file: ts.SourceFile): boolean =>
    !file.isDeclarationFile && !/node_modules/.test(file.fileName);
  const fields = new Set<string>();
  const words = new Set<string>();
  const outsideWords = new Set<string>();
  const seen = new Set<ts.Type>();

  /** All that hangs on a value of this type is outside by its name. */
  const leave = (type: ts.Type): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.isStringLiteral()) outsideWords.add(type.value);
    if (type.isUnionOrIntersection()) return type.types.forEach(leave);
    if (type.getCallSignatures().length > 0) return;
    checker.getTypeArguments(type as ts.TypeReference).forEach(leave);
    for (const field of type.getProperties()) {
      const [declared] = field.declarations ?? [];
      if (!declared || !own(declared.getSourceFile())) continue;
      fields.add(field.name);
      leave(checker.getTypeOfSymbolAtLocation(field, declared));
    }
  };
  const isOpen = (type: ts.Type): boolean =>
    (type.flags & OPEN) !== 0 ||
    checker.getIndexInfosOfType(type).some(({ keyType }) => keyType.flags & ts.TypeFlags.String);

  const lookAtField = (node: ts.PropertyAccessExpression): void => {
    const type = checker.getTypeAtLocation(node.expression);
    if (!type.getProperty(node.name.text) && isOpen(type)) fields.add(node.name.text);
  };
  /** One that is made as any object, and so for anyone. */
  const lookAtObject = (node: ts.ObjectLiteralExpression): void => {
    const type = checker.getContextualType(node);
    if (type && isOpen(type)) leave(checker.getTypeAtLocation(node));
  };
  const lookAtCall = (call: ts.CallExpression): void => {
    const signature = checker.getResolvedSignature(call);
    if (!signature || isLog(call)) return;
    call.arguments.forEach((argument, index) => {
      const parameter = signature.parameters[Math.min(index, signature.parameters.length - 1)];
      if (parameter && isOpen(checker.getTypeOfSymbolAtLocation(parameter, call)))
        leave(checker.getTypeAtLocation(argument));
    });
  };
  /** What a literal is where it stands: undefined where nothing says so. */
  const meaning = (node: ts.StringLiteral): ts.Type | undefined => {
    const { parent } = node;
    if (ts.isCaseClause(parent)) return checker.getTypeAtLocation(parent.parent.parent.expression);
    if (!ts.isBinaryExpression(parent) || !isComparison(parent)) return checker.getContextualType(node);
    const other = parent.left === node ? parent.right : parent.left;
    return ts.isTypeOfExpression(other) ? undefined : checker.getTypeAtLocation(other);
  };
  const lookAtWord = (node: ts.StringLiteral): void => {
    const type = meaning(node);
    const parts = type?.isUnion() ? type.types : type ? [type] : [];
    const isOne = parts.some((part) => part.isStringLiteral() && part.value === node.text);
    const closed = isOne && !parts.some(({ flags }) => flags & (OPEN | ts.TypeFlags.String));
    (closed ? words : outsideWords).add(node.text);
  };

  // Espruino's own words: names of events, modes of pins
  for (const file of program.getSourceFiles().filter(({ fileName }) => fileName.endsWith("espruino.d.ts")))
    each(file, (node) => {
      if (ts.isStringLiteral(node)) outsideWords.add(node.text);
    });
  for (const file of program.getSourceFiles().filter(own))
    each(file, (node) => {
      if (ts.isObjectLiteralExpression(node)) lookAtObject(node);
      if (ts.isPropertyAccessExpression(node)) lookAtField(node);
      if (ts.isCallExpression(node)) lookAtCall(node);
      if (ts.isAsExpression(node) && isOpen(checker.getTypeAtLocation(node.expression)))
        leave(checker.getTypeAtLocation(node.type));
      if (ts.isStringLiteral(node) && !isNoValue(node)) lookAtWord(node);
    });
  return {
    fields,
    ownWords: new Set([...words].filter((word) => word.length > 1 && !outsideWords.has(word))),
  };
}

function isComparison({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return (
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
  );
}

/** Said to a console, if to anyone: a shipped toy has none. */
function isLog({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && expression.name.text === "log";
}

/** A module's name, a type, or a word of the log. */
function isNoValue(node: ts.StringLiteral): boolean {
  const { parent } = node;
  if (ts.isLiteralTypeNode(parent) || ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent))
    return true;
  return ts.isCallExpression(parent) && isLog(parent);
}
