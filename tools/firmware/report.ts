/** What a build weighs: bytes, the largest modules, and an estimate of the variables it loads as. */
import ts from "typescript";
import { readProgram } from "./program.ts";

/** bytes of text in one of an ESP32's variables */
const TEXT_BYTES = 10;

export interface FirmwareReport {
  board: string;
  profile: string;
  bytes: number;
  loaderBytes: number;
  setupBytes: number;
  /** as loaded, before it has met a host: run from flash, and were its text in RAM. The toy's own records come on top. */
  variables: { flash: number; ram: number };
  /** largest first: path, and bytes before the names were shortened */
  modules: { path: string; bytes: number }[];
}

/** Variables of a value that is written out in a program's top; what a call answers is one. */
function sizeOf(node: ts.Node): number {
  if (ts.isFunctionLike(node)) return 3 + node.parameters.length;
  if (ts.isStringLiteralLike(node)) return Math.max(1, Math.ceil(node.text.length / TEXT_BYTES));
  if (ts.isObjectLiteralExpression(node))
    return node.properties.reduce((sum, field) => {
      const value = ts.isPropertyAssignment(field) ? sizeOf(field.initializer) : 1;
      return sum + 1 + value;
    }, 1);
  if (ts.isArrayLiteralExpression(node))
    return node.elements.reduce((sum, item) => sum + 1 + sizeOf(item), 1);
  return 1;
}

function variablesOf(program: string): number {
  let count = 0;
  for (const statement of readProgram(program).source.statements) {
    if (ts.isFunctionDeclaration(statement)) count += 1 + sizeOf(statement);
    if (!ts.isVariableStatement(statement)) continue;
    for (const { initializer } of statement.declarationList.declarations)
      count += 1 + (initializer ? sizeOf(initializer) : 0);
  }
  return count;
}

export function reportOf(
  { board = "esp32-classic", profile }: { board?: string; profile: string },
  { program, loader, setup }: { program: string; loader: string; setup: string },
  modules: Record<string, number>,
): FirmwareReport {
  const flash = variablesOf(program);
  return {
    board,
    profile,
    bytes: program.length,
    loaderBytes: loader.length,
    setupBytes: setup.length,
    variables: { flash, ram: flash + Math.ceil(program.length / TEXT_BYTES) },
    modules: Object.entries(modules)
      .map(([path, bytes]) => ({ path, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
  };
}
