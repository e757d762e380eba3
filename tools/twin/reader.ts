/** Reads a program as Espruino would: refuses what it cannot parse, and rewrites what it runs otherwise, so that V8 runs it so. */
import ts from "typescript";

const K = ts.SyntaxKind;
/** What the rewritten program calls; the realm defines them. */
export const HOOKS = { caught: "$caught", alive: "$alive", constant: "$constant" };

const LOGICAL = [
  K.QuestionQuestionEqualsToken,
  K.BarBarEqualsToken,
  K.AmpersandAmpersandEqualsToken,
  K.AsteriskAsteriskToken,
  K.AsteriskAsteriskEqualsToken,
];
const BEYOND_REGEXP = /\{\d|\\b|\(\?|[*+?]\?/;

const isAssignment = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind >= K.FirstAssignment &&
  node.operatorToken.kind <= K.LastAssignment;

const isGenerator = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) && "asteriskToken" in node && node.asteriskToken !== undefined;

const declaresWithLet = (node: ts.Node | undefined): node is ts.VariableDeclarationList =>
  node !== undefined && ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) !== 0;

/** Why Espruino would not take this node. TOY.md, “Language” */
function refusal(node: ts.Node): string | undefined {
  if (ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node)) return "destructuring";
  if (
    isAssignment(node) &&
    (ts.isArrayLiteralExpression(node.left) || ts.isObjectLiteralExpression(node.left))
  )
    return "destructuring";
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return "spread";
  if (ts.isParameter(node) && node.dotDotDotToken) return "rest parameter";
  if (ts.isParameter(node) && node.initializer) return "default parameter";
  if (ts.isQuestionDotToken(node)) return "optional chaining";
  if (LOGICAL.includes(node.kind as (typeof LOGICAL)[number])) return "operator";
  if (ts.isLabeledStatement(node)) return "label";
  if (ts.isComputedPropertyName(node)) return "computed key";
  if (ts.isPrivateIdentifier(node)) return "#private";
  if (ts.isTaggedTemplateExpression(node)) return "tagged template";
  if (node.kind === K.AsyncKeyword || ts.isAwaitExpression(node)) return "async";
  if (ts.isYieldExpression(node) || isGenerator(node)) return "generator";
  if (node.kind === K.BigIntLiteral) return "bigint";
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return "module";
  if (ts.isRegularExpressionLiteral(node) && BEYOND_REGEXP.test(node.text)) return "regular expression";
  if (ts.isPropertyDeclaration(node) && !node.initializer) return "field without a value";
  if (!ts.isCaseBlock(node)) return undefined;
  const fallback = node.clauses.findIndex(ts.isDefaultClause);
  return fallback >= 0 && fallback < node.clauses.length - 1 ? "case after default" : undefined;
}

export class UnreadableProgram extends Error {}

function rewriter(text: string): (node: ts.Node) => string {
  const lead = (node: ts.Node): string => text.slice(node.pos, node.getStart());
  const write = (node: ts.Node): string => {
    const why = refusal(node);
    if (why !== undefined)
      throw new UnreadableProgram(`${why} at ${node.getStart()}: ${node.getText().slice(0, 60)}`);
    if (ts.isFunctionDeclaration(node) && node.name && node.body) return hoistless(node);
    if (ts.isForStatement(node) && declaresWithLet(node.initializer)) return loop(node, node.initializer);
    if ((ts.isForOfStatement(node) || ts.isForInStatement(node)) && declaresWithLet(node.initializer))
      return loopOver(node, node.initializer);
    if (ts.isCatchClause(node)) return caught(node);
    if (ts.isTryStatement(node) && node.finallyBlock) return tried(node, node.finallyBlock);
    if (isAssignment(node) && ts.isPropertyAccessExpression(node.left) && node.left.name.text === "length")
      return `${lead(node)}${HOOKS.constant}()`;
    if (ts.isStringLiteral(node) && /[^\x00-\xff]/.test(node.text)) return lead(node) + eightBit(node.text);
    return plain(node);
  };
  const plain = (node: ts.Node): string => {
    let out = "";
    let at = node.pos;
    ts.forEachChild(node, (child) => {
      out += text.slice(at, child.pos) + write(child);
      at = child.end;
    });
    return out + text.slice(at, node.end);
  };
  // nothing hoists, functions neither
  const hoistless = (node: ts.FunctionDeclaration): string =>
    `${lead(node)}var ${node.name!.text}=${plain(node).slice(node.getStart() - node.pos)};`;
  // a `let` in a loop is one variable to its closures
  const loop = (node: ts.ForStatement, declared: ts.VariableDeclarationList): string => {
    const part = (inner: ts.Node | undefined): string => (inner ? write(inner) : "");
    const head = `${part(node.condition)};${part(node.incrementor)}`;
    return `${lead(node)}{${plain(declared)};for(;${head})${write(node.statement)}}`;
  };
  const loopOver = (
    node: ts.ForOfStatement | ts.ForInStatement,
    declared: ts.VariableDeclarationList,
  ): string => {
    const name = declared.declarations[0]!.name;
    if (!ts.isIdentifier(name)) throw new UnreadableProgram(`destructuring at ${name.getStart()}`);
    const word = ts.isForOfStatement(node) ? "of" : "in";
    const head = `${name.text} ${word} ${write(node.expression)}`;
    return `${lead(node)}{let ${name.text};for(${head})${write(node.statement)}}`;
  };
  // what cannot be caught: neither catch nor finally runs
  const caught = (node: ts.CatchClause): string => {
    const name = node.variableDeclaration?.name.getText() ?? "$error";
    const body = plain(node.block).trimStart().slice(1);
    return `${lead(node)}catch(${name}){${HOOKS.caught}(${name});${body}`;
  };
  const tried = (node: ts.TryStatement, last: ts.Block): string => {
    const handler = node.catchClause ? write(node.catchClause) : "";
    return `${lead(node)}try${write(node.tryBlock)}${handler}finally{if(${HOOKS.alive}())${plain(last)}}`;
  };
  return write;
}

function eightBit(value: string): string {
  return JSON.stringify(
    value.replace(/[^\x00-\xff]/g, (char) => String.fromCharCode(char.charCodeAt(0) & 255)),
  );
}

/** The program for V8; throws an `UnreadableProgram` that says what Espruino would trip over. */
export function readProgram(source: string): string {
  const file = ts.createSourceFile("program.js", source, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  const [fault] = (file as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics;
  if (fault) {
    const why = ts.flattenDiagnosticMessageText(fault.messageText, " ");
    throw new UnreadableProgram(`${why} at ${fault.start ?? 0}`);
  }
  return rewriter(source)(file);
}
