/** bear doctor: nine of nine on a cell that is well, each check red on one that is not; and a board's figures. MISSION C59 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { measureBoard, tableOf } from "../../../tools/doctor/board.ts";
import { openConsole } from "../../../tools/flash/console.ts";
import { openLine } from "../../../tools/flash/line.ts";
import { startCell } from "../../support/cell.ts";
import type { TestCell } from "../../support/cell.ts";
import { answerOf, bearHere } from "../../support/processes.ts";
import { fakeBoard, lineTo, serveBoard } from "../flash/fake-board.ts";
import { espruino, openPty, socatMissing } from "../flash/terminals.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const ORIGIN = "https://parents.example.org";

describe("a cell", () => {
  let cell: TestCell;
  let proxy: Server;
  /** what the proxy does to an answer on its way */
  let spoil: (path: string, answer: Answer, request: IncomingMessage, body: Buffer) => void;

  interface Answer {
    status: number;
    headers: Record<string, string>;
    body: string;
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const { authorization, origin } = request.headers;
    const answered = await fetch(cell.url + request.url!, {
      method: request.method!,
      headers: {
        ...(body.length > 0 && { "content-type": "application/json" }),
        ...(authorization !== undefined && { authorization }),
        ...(origin !== undefined && { origin }),
      },
      ...(body.length > 0 && { body }),
    });
    const answer: Answer = { status: answered.status, headers: {}, body: await answered.text() };
    const allowed = answered.headers.get("access-control-allow-origin");
    if (allowed !== null) answer.headers["access-control-allow-origin"] = allowed;
    spoil(request.url!, answer, request, body);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  beforeAll(async () => {
    cell = await startCell({ CORS_ORIGINS: JSON.stringify([ORIGIN]) });
    proxy = createServer((request, response) => void pass(request, response));
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    proxy?.close();
    await cell?.stop();
  });

  const examine = (url: string, ...args: string[]) =>
    bearHere(["doctor", "--url", url, "--origin", ORIGIN, ...args], { BEARLINK_KEY: cell.developerKey });

  test("that is well: 9/9, exit 0", async () => {
    const { code, stdout, stderr } = await examine(cell.url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/^✓ /gm)).toHaveLength(9);
    expect(stdout.trimEnd().endsWith("\n9/9")).toBe(true);
  });

  const REFUSED = JSON.stringify({ error: { code: "CLAIM_REFUSED" } });
  const isClaim = (path: string) => path === "/api/v1/pair/claim";
  let claims = 0;
  test.each<[string, typeof spoil]>([
    ["health", (path, answer) => path === "/health" && (answer.body = '{"status":"odd"}')],
    ["provisioning", (path, answer) => path === "/api/v1/toys" && (answer.status = 200)],
    [
      "a good claim",
      (path, answer) => {
        // the next is the other toy's
        if (isClaim(path) && ++claims === 1) answer.body = answer.body.replace(/("proof_hex":")./, "$1x");
      },
    ],
    [
      "a replay",
      (path, answer) => {
        if (!isClaim(path) || ++claims !== 2) return;
        [answer.status, answer.body] = [200, "{}"];
      },
    ],
    [
      "bad requests",
      (path, answer) => {
        if (isClaim(path) && answer.body.includes("INVALID_REQUEST"))
          [answer.status, answer.body] = [401, REFUSED];
      },
    ],
    ["CORS", (_path, answer) => (answer.headers["access-control-allow-origin"] = "*")],
    ["a sound", (path, answer) => path === "/api/v1/dev/pair" && (answer.status = 503)],
    ["an update", (path, answer) => path.startsWith("/api/v1/updates/") && (answer.status = 500)],
  ])("that fails in “%s” alone is told by that name: 8/9, exit 1", async (name, broken) => {
    claims = 0;
    spoil = broken;
    const { port } = proxy.address() as AddressInfo;
    const ended = await examine(`http://127.0.0.1:${port}`, "--json");
    const { passed, checks } = JSON.parse(ended.stdout) as {
      passed: number;
      checks: { name: string; ok: boolean; detail: string }[];
    };
    expect(checks.filter(({ ok }) => !ok).map((check) => check.name)).toContain(name);
    // what builds on a toy that was not provisioned falls with it
    if (name !== "provisioning") expect(passed, JSON.stringify(checks)).toBe(8);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(name)]);
  });

  test("that is away is told, and both a cell and a board are too much", async () => {
    expect((await examine("http://127.0.0.1:9")).code).toBe(1);
    expect((await bearHere(["doctor", "--url", "http://x", "--port", "y"])).code).toBe(2);
  });
});

describe("a board", () => {
  const patience = { answerMs: 3_000, startMs: 6_000, knockMs: 500 };

  test("that hears and seals has its figures taken, and nothing is left running", async () => {
    const board = fakeBoard({ hertz: 8_000 });
    const toy = await openConsole(lineTo(board), patience);
    const measures = await measureBoard(toy, { seconds: 0.6, frames: 5 });
    const figure = (name: string) => measures.find((one) => one.name.startsWith(name))!;
    expect(figure("free variables")).toMatchObject({
      value: 12_000,
      note: expect.stringContaining("16383") as string,
    });
    expect(figure("round trip on").value).toBeGreaterThan(0);
    expect(figure("frames sealed").value).toBeGreaterThan(0);
    expect(figure("ADC rate").value).toBeGreaterThan(4_000);
    expect(figure("ADC rate").value).toBeLessThan(12_000);
    expect(figure("round trip to")).toMatchObject({
      value: null,
      note: expect.stringContaining("no server") as string,
    });
    expect(board.listening).toBe(0);
    expect(tableOf(measures)).toHaveLength(7);
  });

  test("that cannot hear says so, and the other figures are taken all the same", async () => {
    const toy = await openConsole(lineTo(fakeBoard()), patience);
    const measures = await measureBoard(toy, { seconds: 0.1, frames: 5 });
    expect(measures.find(({ name }) => name === "ADC rate reached")).toMatchObject({
      value: null,
      note: expect.stringMatching(/the toy said: ReferenceError/) as string,
    });
    expect(measures.filter(({ value }) => value !== null).length).toBeGreaterThanOrEqual(3);
  });

  test.skipIf(socatMissing)("at a port is measured by bear doctor --port", async () => {
    const board = fakeBoard();
    const served = await serveBoard(board);
    const pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    const answer = answerOf(await bearHere(["doctor", "--port", pty.path, "--json"]));
    expect(answer).toMatchObject({
      port: pty.path,
      measures: [{ name: "free variables", value: 12_000 }, {}, {}, {}, {}],
    });
    pty.close();
    served.close();
  });

  if (espruino)
    test("the real interpreter seals frames when it is asked as a board is", async () => {
      const pty = await openPty(`EXEC:${espruino},pty,rawer`);
      const line = await openLine(pty.path);
      const toy = await openConsole(line, patience);
      const measures = await measureBoard(toy, { boards: /^LINUX/, seconds: 0.1, frames: 50 });
      expect(measures[2]).toMatchObject({ name: "frames sealed a second" });
      expect(measures[2]!.value).toBeGreaterThan(50);
      expect(measures[0]!.value).toBeGreaterThan(1_000);
      await line.close();
      pty.close();
    });
});
