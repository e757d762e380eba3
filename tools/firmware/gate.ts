/** The gate before a build: what Espruino cannot parse, lacks, or does otherwise, by file and line, each with its cure. */
import ts from "typescript";
import { cureOf } from "./cures.ts";

/** A source file. */
export interface Room {
  /** from the root of the repository, with `/` */
  path: string;
  text: string;
}

/** One thing a toy cannot take. */
export interface Finding {
  path: string;
  /** from 1 */
  line: number;
  what: string;
  cure: string;
}

const MISSING_GLOBALS = new Set(
  "Map Set WeakMap WeakSet Symbol Proxy Reflect Intl BigInt TextEncoder TextDecoder URL fetch structuredClone queueMicrotask Buffer setImmediate performance".split(
    " ",
  ),
);
const MISSING_MEMBERS = new Set(
  "Array.from Array.of Array.prototype Math.trunc Math.imul Math.random Number.isInteger Number.isSafeInteger Promise.race Promise.any Promise.allSettled Object.fromEntries".split(
    " ",
  ),
);
const MISSING_METHODS = new Set("flat flatMap finally at padStart padEnd matchAll replaceAll".split(" "));

const K = ts.SyntaxKind;
const ASSIGNS_LOGICALLY = new Set([
  K.QuestionQuestionEqualsToken,
  K.BarBarEqualsToken,
  K.AmpersandAmpersandEqualsToken,
]);

type Report = (node: ts.Node, what: string) => void;

const isAssignment = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind >= K.FirstAssignment &&
  node.operatorToken.kind <= K.LastAssignment;

/** Each check sees each node once. */
const checks: ((node: ts.Node, report: Report) => void)[] = [
  function syntax(node, report) {
    if (ts.isRegularExpressionLiteral(node)) report(node, "regular expression");
    if (ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) report(node, "destructuring");
    if (
      isAssignment(node) &&
      (ts.isArrayLiteralExpression(node.left) || ts.isObjectLiteralExpression(node.left))
    )
      report(node, "destructuring");
    if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) report(node, "spread");
    if (ts.isParameter(node) && node.dotDotDotToken) report(node, "rest parameter");
    if (ts.isParameter(node) && node.initializer) report(node, "default parameter");
    if (ts.isQuestionDotToken(node)) report(node, "optional chaining");
    if (ts.isLabeledStatement(node)) report(node, "label");
    if (ts.isComputedPropertyName(node)) report(node, "computed key");
    if (ts.isPrivateIdentifier(node)) report(node, "#private");
    if (ts.isTaggedTemplateExpression(node)) report(node, "tagged template");
    if (node.kind === K.AsyncKeyword || ts.isAwaitExpression(node)) report(node, "async");
    if (
      ts.isYieldExpression(node) ||
      (ts.isFunctionLike(node) && "asteriskToken" in node && node.asteriskToken)
    )
      report(node, "generator");
    if (node.kind === K.AsteriskAsteriskToken || node.kind === K.AsteriskAsteriskEqualsToken)
      report(node, "**");
    if (ASSIGNS_LOGICALLY.has(node.kind)) report(node, "logical assignment");
    if (node.kind === K.BigIntLiteral) report(node, "bigint");
    if (ts.isIdentifier(node) && node.text === "of") report(node, "`of` as a name");
  },

  function classes(node, report) {
    if (ts.isClassExpression(node) && node.name) report(node, "self-naming class");
    if (ts.isHeritageClause(node) && node.token === K.ExtendsKeyword && ts.isClassLike(node.parent)) {
      if (node.types.some((type) => /Error$/.test(type.expression.getText()))) report(node, "extends Error");
    }
    if (ts.isPropertyDeclaration(node) && !node.initializer && !isAmbient(node))
      report(node, "field without a value");
  },

  function missing(node, report) {
    if (ts.isIdentifier(node) && MISSING_GLOBALS.has(node.text) && isValue(node)) report(node, node.text);
    if (!ts.isPropertyAccessExpression(node)) return;
    const name = `${node.expression.getText()}.${node.name.text}`;
    if (MISSING_MEMBERS.has(name)) report(node, name);
    else if (
      MISSING_METHODS.has(node.name.text) &&
      ts.isCallExpression(node.parent) &&
      node.parent.expression === node
    )
      report(node, `.${node.name.text}()`);
  },

  function lengthAssigned(node, report) {
    if (isAssignment(node) && ts.isPropertyAccessExpression(node.left) && node.left.name.text === "length")
      report(node, ".length assigned");
  },

  function caseAfterDefault(node, report) {
    if (!ts.isCaseBlock(node)) return;
    const fallback = node.clauses.findIndex(ts.isDefaultClause);
    if (fallback >= 0 && fallback < node.clauses.length - 1) report(node, "case after default");
  },

  function nonAscii(node, report) {
    const isToken = node.getChildCount() === 0;
    if (isToken && /[^\x00-\x7f]/.test(node.getText())) report(node, "non-ASCII");
  },

  // nothing hoists, functions neither
  function usedBeforeDefined(node, report) {
    if (!ts.isSourceFile(node) && !ts.isBlock(node)) return;
    const defined = new Map<string, number>();
    for (const statement of node.statements)
      for (const name of namesOf(statement))
        if (!defined.has(name.text)) defined.set(name.text, name.getStart());
    for (const use of namesRunIn(node)) {
      const at = defined.get(use.text);
      if (at !== undefined && use.getStart() < at && blockOf(use) === node)
        report(use, `${use.text} used before it is defined`);
    }
  },

  // a `let` in a loop is one variable to all its closures
  function loopClosure(node, report) {
    if (!ts.isIterationStatement(node, false)) return;
    const own = new Set<string>();
    const functions: ts.Node[] = [];
    const look = (inner: ts.Node) => {
      if (ts.isFunctionLike(inner)) functions.push(inner);
      else {
        if (ts.isVariableDeclaration(inner) && ts.isIdentifier(inner.name)) own.add(inner.name.text);
        ts.forEachChild(inner, look);
      }
    };
    ts.forEachChild(node, look);
    for (const closure of functions)
      for (const name of valuesIn(closure))
        if (own.has(name.text)) report(name, `closure over ${name.text} of a loop`);
  },
];

function isAmbient(node: ts.PropertyDeclaration): boolean {
  return (node.modifiers ?? []).some(({ kind }) => kind === K.DeclareKeyword || kind === K.AbstractKeyword);
}

// the B of `extends B` is a value, though the compiler counts it among types
const isType = (node: ts.Node) => ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node);

/** Whether a name stands for a value here, and is not a type, a member or a key. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  if (isType(parent)) return false;
  if (ts.isQualifiedName(parent)) return false;
  return !("name" in parent && parent.name === node);
}

function namesOf(statement: ts.Statement): ts.Identifier[] {
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
    return [statement.name];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name }) => name).filter(ts.isIdentifier);
}

/** The nearest block around a name that defines it. */
function blockOf(name: ts.Identifier): ts.Node | undefined {
  return ts.findAncestor(
    name,
    (node) =>
      (ts.isSourceFile(node) || ts.isBlock(node)) &&
      node.statements.some((statement) => namesOf(statement).some(({ text }) => text === name.text)),
  );
}

function valuesIn(node: ts.Node, enters: (inner: ts.Node) => boolean = () => true): ts.Identifier[] {
  const names: ts.Identifier[] = [];
  const look = (inner: ts.Node) => {
    if (ts.isIdentifier(inner) && isValue(inner)) names.push(inner);
    if (enters(inner)) ts.forEachChild(inner, look);
  };
  ts.forEachChild(node, look);
  return names;
}

/** Names read while this block itself runs, not later in a function of it. */
const namesRunIn = (block: ts.Node) =>
  valuesIn(block, (inner) => !ts.isFunctionLike(inner) && !isType(inner));

/** Every construct of a room that a toy cannot take. */
export function findingsIn({ path, text }: Room): Finding[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const found = new Map<string, Finding>();
  const report: Report = (node, what) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.set(`${line} ${what}`, { path, line, what, cure: cureOf(what) });
  };
  const visit = (node: ts.Node) => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    for (const check of checks) check(node, report);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found.values()];
}

/** The same, as `path:line what`. */
export function notForToys(room: Room): string[] {
  return findingsIn(room).map(({ path, line, what }) => `${path}:${line} ${what}`);
}

/** As a person reads it: where, what, and what to do about it. */
export function describe({ path, line, what, cure }: Finding): string {
  return `${path}:${line}: ${what}. ${cure}`;
}
