/** Constants, and tables of them, written where they are read; and what a shipped toy would say to nobody, dropped. */
import ts from "typescript";
import { apply, each, readProgram } from "./program.ts";
import type { Edit } from "./program.ts";

/** characters of a text that is copied to each of its readers; a longer one stays where it is, once */
const LONGEST_COPIED = 20;

/** A number, a short text, or a name of the machine's own, as a pin: what may stand wherever it is read. */
function isPlain(node: ts.Expression): boolean {
  if (ts.isNumericLiteral(node) || ts.isStringLiteral(node)) return true;
  if (ts.isIdentifier(node)) return /^[A-Z]\d+$/.test(node.text);
  if (ts.isPrefixUnaryExpression(node)) return ts.isNumericLiteral(node.operand);
  return ts.isBinaryExpression(node) && isPlain(node.left) && isPlain(node.right);
}

function isList(node: ts.Expression): boolean {
  return ts.isArrayLiteralExpression(node) && node.elements.every(isPlain);
}

/** Of a function at the top. */
function isFunctionName(node: ts.Expression): boolean {
  if (!ts.isIdentifier(node)) return false;
  const isIt = (one: ts.Statement): boolean => ts.isFunctionDeclaration(one) && one.name?.text === node.text;
  return node.getSourceFile().statements.some(isIt);
}

function isAssigned(use: ts.Identifier): boolean {
  const { parent } = use;
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return (
      parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken
    );
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === use &&
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  );
}

/** What is read of a declared value: under "" itself, or under each key of a table; undefined: not constant. */
function valuesOf(initializer: ts.Expression, reads: ts.Identifier[]): Map<string, string> | undefined {
  if (reads.some(isAssigned)) return undefined;
  if (isPlain(initializer)) {
    const text = initializer.getText();
    const copies = ts.isStringLiteral(initializer) && text.length > LONGEST_COPIED && reads.length > 1;
    return copies ? undefined : new Map([["", text]]);
  }
  if (ts.isArrayLiteralExpression(initializer) && initializer.elements.every(isPlain)) {
    const looked = ({ parent }: ts.Identifier): boolean =>
      ts.isPropertyAccessExpression(parent) && parent.name.text === "indexOf";
    return reads.length <= 2 && reads.every(looked) ? new Map([["", initializer.getText()]]) : undefined;
  }
  if (!ts.isObjectLiteralExpression(initializer) || initializer.properties.length === 0) return undefined;
  const values = new Map<string, string>();
  for (const property of initializer.properties) {
    const value = ts.isShorthandPropertyAssignment(property)
      ? property.name
      : ts.isPropertyAssignment(property) && property.initializer;
    if (!value || !property.name || !ts.isIdentifier(property.name)) return undefined;
    if (!isPlain(value) && !isList(value) && !isFunctionName(value)) return undefined;
    values.set(property.name.text, value.getText());
  }
  const byName = ({ parent }: ts.Identifier): boolean =>
    ts.isPropertyAccessExpression(parent) && values.has(parent.name.text);
  return reads.every(byName) ? values : undefined;
}

/** `UP.AUDIO` becomes 2: neither the table nor its keys cost the toy a variable. */
function inlineOnce(code: string): string {
  const { source, usesOf, reaches } = readProgram(code);
  const edits: Edit[] = [];
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const [declaration, ...more] = statement.declarationList.declarations;
    const { name, initializer } = declaration!;
    if (more.length > 0 || !initializer) continue;
    const reads = usesOf(name);
    const values = valuesOf(initializer, reads);
    if (!values) continue;
    edits.push({ from: statement.getStart(), to: statement.end, text: "" });
    for (const read of reads) {
      const { parent } = read;
      const isKey = !values.has("");
      const key = isKey ? (parent as ts.PropertyAccessExpression).name.text : "";
      const short = ts.isShorthandPropertyAssignment(parent) ? `${read.text}: ` : "";
      const to = isKey ? parent.end : read.end;
      const value = values.get(key)!;
      if (/^[a-z_$][\w$]*$/i.test(value) && !/^[A-Z]\d+$/.test(value) && !reaches(value, read))
        throw new Error(`${value} means something else in ${parent.getText()}`);
      edits.push({
        from: read.getStart(),
        to,
        text: /^[\w$]+$/.test(value) ? short + value : `${short}(${value})`,
      });
    }
  }
  return apply(code, edits);
}

/** `undefined`, which a minifier writes as `void 0`, as a variable that was never given a value: five characters less, two hundred times. */
export function shortenUndefined(code: string): string {
  const edits: Edit[] = [];
  each(readProgram(code).source, (node) => {
    const isName = ts.isIdentifier(node) && node.text === "undefined";
    const isVoid = ts.isVoidExpression(node) && ts.isNumericLiteral(node.expression);
    if (isName || isVoid) edits.push({ from: node.getStart(), to: node.end, text: "U" });
  });
  return apply(code, edits);
}

/** Twice: some constants are made of others. */
export function inlineConstants(code: string): string {
  return inlineOnce(inlineOnce(code));
}

/** A call of `log` has no effect but to be read, nor has the message of an error. */
export function dropLogs(code: string): string {
  const edits: Edit[] = [];
  each(readProgram(code).source, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === "Error")
      for (const message of node.arguments ?? [])
        edits.push({ from: message.pos, to: message.end, text: "" });
    if (ts.isPropertyAssignment(node) && node.name.getText() === "log")
      edits.push({ from: node.pos, to: node.end, text: "" });
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (node.expression.name.text !== "log") return;
    const text = ts.isExpressionStatement(node.parent) ? "" : "void 0";
    edits.push({ from: node.getStart(), to: node.end, text });
  });
  return apply(code, edits);
}
