/** Espruino's console: questions find their answers among whatever else is said, and silence has an end. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openConsole } from "../../../tools/flash/console.ts";
import type { Console } from "../../../tools/flash/console.ts";
import { fakeBoard, lineTo } from "./fake-board.ts";
import type { FakeBoard } from "./fake-board.ts";

const patience = { answerMs: 20_000, startMs: 30_000, knockMs: 100 };
const impatience = { answerMs: 400, startMs: 800, knockMs: 100 };

describe("a console", () => {
  let board: FakeBoard;
  let line: ReturnType<typeof lineTo>;
  let toy: Console;
  beforeEach(async () => {
    board = fakeBoard();
    line = lineTo(board);
    toy = await openConsole(line, patience);
  });
  afterEach(() => line.close());

  test("answers with what an expression is worth", async () => {
    expect(await toy.evaluate("[1, 'two', null, {three: 3}]")).toEqual([1, "two", null, { three: 3 }]);
    expect(await toy.evaluate("'\\xe9\\n'")).toBe("é\n");
    await toy.run("kept = 7");
    expect(await toy.evaluate("kept")).toBe(7);
  });

  test("asks without an echo: what is sent, a secret among it, does not come back", async () => {
    let heard = "";
    line.listen((bytes) => void (heard += Buffer.from(bytes).toString("latin1")));
    await toy.run("secret='c0ffee'");
    expect(heard).not.toContain("c0ffee");
  });

  test("finds its answers in the toy's own chatter", async () => {
    board.chatter = "state idle ~1= ~.2=5 ~!\r\n=7";
    expect(await toy.evaluate("6 * 7")).toBe(42);
  });

  test("says what the toy says where a statement throws there", async () => {
    await expect(toy.run("nothing.there()")).rejects.toThrow(/the toy said: ReferenceError/);
    expect(await toy.evaluate("1")).toBe(1);
  });

  test("gives up on a board that falls silent, with what to do", async () => {
    board.on = false;
    await expect(toy.evaluate("1", impatience.answerMs)).rejects.toThrow(/no answer: is it on, at this port/);
  });

  test("ends at once where the port is gone", async () => {
    const asked = toy.evaluate("1");
    await line.close();
    await expect(asked).rejects.toThrow("closed");
    await expect(toy.evaluate("1")).rejects.toThrow("closed");
  });
});

test("a board that has just been started is waited for", async () => {
  const board = fakeBoard();
  board.on = false;
  setTimeout(() => (board.on = true), 350);
  expect(await (await openConsole(lineTo(board), patience)).evaluate("2")).toBe(2);
});

test("a board in the middle of a line is got out of it", async () => {
  const board = fakeBoard();
  const line = lineTo(board);
  await line.write(Buffer.from("function half("));
  expect(await (await openConsole(line, patience)).evaluate("3")).toBe(3);
});

test("where nobody answers, that is a sentence", async () => {
  const board = fakeBoard();
  board.on = false;
  await expect(openConsole(lineTo(board), impatience)).rejects.toThrow(/no answer/);
});
