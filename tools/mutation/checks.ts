/** The checks of a file, each made so that it can be taken away: what refuses, leaves early, or is one condition of several. */
import ts from "typescript";

export interface Check {
  id: number;
  /** counted from 1 */
  line: number;
  /** as it stands in the file, in one line */
  text: string;
}

export interface Checked {
  /** the file, in which MUTANT=<id> in the environment takes a check away */
  text: string;
  checks: Check[];
}

/** characters of a check that are shown */
const SHOWN_CHARS = 100;

/**
 * - `if (a || b) return …;` or `throw`: `a` never holds; `b` never holds
 * - `throw …;` anywhere else: it is not thrown
 * - `return a && b;` and `() => a && b`: `a` always holds; `b` always holds
 *
 *     checksOf("file.ts", "if (late) throw new Error();", 1).checks // [{ id: 1, line: 1, text: "late" }]
 */
export function checksOf(name: string, source: string, firstId: number): Checked {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const checks: Check[] = [];
  const pieces: { at: number; text: string; order: number }[] = [];

  /** `before` and `after` are put around what stands there now. */
  function take(node: ts.Node, wrap: (isThere: string) => [before: string, after: string]): void {
    const id = firstId + checks.length;
    const from = node.getStart(file);
    const [before, after] = wrap(`process.env.MUTANT !== "${id}"`);
    // at one place the outer of two begins first and ends last
    pieces.push({ at: from, text: before, order: -id });
    pieces.push({ at: node.getEnd(), text: after, order: id });
    const text = node.getText(file).replace(/\s+/g, " ").slice(0, SHOWN_CHARS);
    checks.push({ id, line: file.getLineAndCharacterOfPosition(from).line + 1, text });
  }
  const never = (node: ts.Node): void => take(node, (isThere) => [`(${isThere} && (`, "))"]);
  const always = (node: ts.Node): void => take(node, (isThere) => [`(${isThere} ? (`, ") : true)"]);

  function visit(node: ts.Node): void {
    if (ts.isIfStatement(node) && leaves(node.thenStatement))
      for (const part of partsOf(node.expression, ts.SyntaxKind.BarBarToken)) never(part);
    else if (ts.isThrowStatement(node) && !isGuarded(node))
      take(node, (isThere) => [`if (${isThere}) { `, " }"]);
    else if (ts.isReturnStatement(node) && node.expression) conditions(node.expression);
    else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) conditions(node.body);
    ts.forEachChild(node, visit);
  }
  function conditions(expression: ts.Expression): void {
    const parts = partsOf(expression, ts.SyntaxKind.AmpersandAmpersandToken);
    if (parts.length > 1) parts.forEach(always);
  }
  visit(file);

  let text = source;
  // from the end, so that what comes before stays where it was; an inner piece lies within an outer one
  for (const piece of pieces.sort((a, b) => b.at - a.at || a.order - b.order))
    text = text.slice(0, piece.at) + piece.text + text.slice(piece.at);
  return { text, checks };
}

/** Whether nothing after it is reached. */
function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  if (last === undefined) return false;
  return (
    ts.isThrowStatement(last) ||
    ts.isReturnStatement(last) ||
    ts.isContinueStatement(last) ||
    ts.isBreakStatement(last)
  );
}

/** Whether an `if` stands before it, which is taken away already. */
function isGuarded(statement: ts.ThrowStatement): boolean {
  const { parent } = statement;
  const around = ts.isBlock(parent) ? parent.parent : parent;
  return (
    ts.isIfStatement(around) && leaves(around.thenStatement) && around.thenStatement.pos <= statement.pos
  );
}

/** The operands of `a || b || c`, or of the other operator; the whole where it is none. */
function partsOf(expression: ts.Expression, operator: ts.SyntaxKind): ts.Expression[] {
  if (ts.isParenthesizedExpression(expression)) return partsOf(expression.expression, operator);
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== operator) return [expression];
  return [...partsOf(expression.left, operator), ...partsOf(expression.right, operator)];
}
