/**
 * Shelves functions: on Espruino each costs five variables or more for as long as it exists. A shelved one exists only
 * while it runs: its text stays in flash, behind the program, and `$(n)` reads it from there.
 */
import ts from "typescript";
import { PROGRAM_FILE, PROGRAM_MARK, PROGRAM_START } from "../../firmware/record.ts";
import { apply, readProgram } from "./program.ts";
import type { Edit } from "./program.ts";

/** digits of base 36 that say where a shelved function begins */
const DIGITS = 3;
/** the comment that hides the table of these, and its first digit */
const OPEN = PROGRAM_MARK;

/** `BOOK` is the program's own text in flash; a piece of it is read without being copied. */
const READER = `var U,BOOK=require("Storage").read("${PROGRAM_FILE}"+PROGRAM,${PROGRAM_START});function PAGE(n){return parseInt(BOOK.substr(${OPEN.length}+n*${DIGITS},${DIGITS}),36)}function $(n){return eval(BOOK.substring(PAGE(n),PAGE(n+1)))}`;

/** Statements that run the program in flash: all before the shelf, whose first place its table tells. */
export const RUN = (() => {
  const read = (at: string, length: string): string =>
    `require("Storage").read("${PROGRAM_FILE}"+PROGRAM,${at},${length})`;
  const shelf = `parseInt(${read(String(PROGRAM_START + OPEN.length), String(DIGITS))},36)`;
  return `eval(${read(String(PROGRAM_START), `${shelf}-${OPEN.length}`)})`;
})();

/** Marks what is to be shelved, so that one run of the minifier names things alike in all of it. */
export function mark(code: string, hot: ReadonlySet<string>): string {
  const { source, usesOf } = readProgram(code);
  const edits: Edit[] = [];
  let count = 0;
  for (const node of source.statements) {
    if (!ts.isFunctionDeclaration(node) || !node.name || hot.has(node.name.text)) continue;
    const uses = usesOf(node.name);
    if (uses.some(isKept)) continue;
    for (const use of uses) {
      const short = ts.isShorthandPropertyAssignment(use.parent) ? `${use.text}: ` : "";
      edits.push({ from: use.getStart(), to: use.end, text: `${short}$(${count})` });
    }
    // as an arrow: shorter, and none of ours asks for `this`
    edits.push({ from: node.getStart(), to: node.name.end, text: `SHELVED(${count}, ` });
    edits.push({ from: node.body!.getStart(), to: node.body!.getStart(), text: "=>" });
    edits.push({ from: node.end, to: node.end, text: ");" });
    count++;
  }
  return apply(code, edits);
}

/** Whether a function is handed on while the program loads: it exists from then on, and costs less unshelved. */
function isKept(use: ts.Identifier): boolean {
  const called = ts.isCallExpression(use.parent) && use.parent.expression === use;
  return !called && ts.findAncestor(use, ts.isFunctionLike) === undefined;
}

/** Takes the marked functions out of a minified program, and puts their texts behind it. */
export function shelve(code: string): string {
  const { source } = readProgram(code);
  const edits: Edit[] = [];
  const texts: string[] = [];
  const take = (node: ts.Expression): boolean => {
    if (!ts.isCallExpression(node) || node.expression.getText() !== "SHELVED") return false;
    texts[Number(node.arguments[0]!.getText())] = `(${node.arguments[1]!.getText()})`;
    return true;
  };
  for (const statement of source.statements) {
    if (!ts.isExpressionStatement(statement)) continue;
    const parts = partsOf(statement.expression);
    const left = parts.filter((part) => !take(part));
    if (left.length === parts.length) continue;
    const text = left.map((part) => part.getText()).join(",");
    edits.push({ from: statement.getStart(), to: statement.end, text: text && `${text};` });
  }
  const program = READER + apply(code, edits);
  const close = "*/";
  let at = OPEN.length + (texts.length + 1) * DIGITS + close.length + program.length + OPEN.length;
  const places = [...texts, ""].map((text) => {
    const place = at;
    at += text.length;
    return place.toString(36).padStart(DIGITS, "0");
  });
  if (at > 36 ** DIGITS || texts.some((text) => text.includes(close)))
    throw new Error("does not fit its shelf");
  return OPEN + places.join("") + close + program + OPEN + texts.join("") + close;
}

/** A minifier joins statements with commas. */
function partsOf(node: ts.Expression): ts.Expression[] {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken
    ? [...partsOf(node.left), ...partsOf(node.right)]
    : [node];
}
