import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Server } from "node:http";
import { cellAt } from "../../tools/cell.ts";
import { openTerminal } from "../../tools/terminal.ts";

const KEY = `brl_dev_00000000_${"5".repeat(64)}_00000000`;
let server: Server;
let keys: (string | undefined)[];
let url: string;

beforeEach(async () => {
  keys = [];
  server = createServer((request, response) => {
    keys.push(request.headers.authorization);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

test("the cell of these settings is asked with its developer key", async () => {
  await cellAt(url, { BEARLINK_URL: url, BEARLINK_KEY: KEY }).get("/");
  expect(keys).toEqual([`Bearer ${KEY}`]);
});

test("a cell that only a toy's file names gets no key", async () => {
  await cellAt(url, { BEARLINK_KEY: KEY, PORT: "1" }).get("/");
  expect(keys).toEqual([undefined]);
});

test("what a server says cannot steer the terminal", () => {
  const stdout = new PassThrough();
  openTerminal({ stdout, stderr: new PassThrough() }, false).answer(
    {},
    "It answered: \u001b]0;gone\u0007\u009b2Jhi",
  );
  expect(String(stdout.read())).toBe("It answered: ]0;gone2Jhi\n");
});
