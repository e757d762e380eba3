import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { openLog } from "../../../server/watch/log.ts";
import type { LogLevel } from "../../../server/watch/log.ts";
import { fakeClock } from "../../support/clock.ts";

function written(level: LogLevel = "info") {
  const lines: string[] = [];
  const log = openLog(fakeClock(Date.UTC(2026, 10, 21)), level, {
    write: (line: string) => void lines.push(line),
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

test("a line is JSON with time, level, msg and what was given", () => {
  const { log, lines, last } = written();
  log.info({ requestId: "r", toy: "bear-1", session: "s", stage: "listen" }, "claim accepted");
  expect(last()).toEqual({
    level: "info",
    time: "2026-11-21T00:00:00.000Z",
    requestId: "r",
    toy: "bear-1",
    session: "s",
    stage: "listen",
    msg: "claim accepted",
  });
  expect(lines[0]!.endsWith("\n")).toBe(true);
  log.info({ note: "two\nlines" }, "one\nline");
  expect(lines.at(-1)!.trimEnd()).not.toContain("\n");
});

test("levels below the chosen one are not written; a child keeps its fields", () => {
  const { log, lines, last } = written("warn");
  log.debug({}, "no");
  log.info({}, "no");
  expect(lines).toHaveLength(0);
  log.child({ toy: "bear-1" }).child({ turn: 3 }).error({ stage: "speak" }, "yes");
  expect(last()).toMatchObject({ toy: "bear-1", turn: 3, stage: "speak", level: "error" });
});

test("secrets and a child's words are struck out, at the top and below it", () => {
  const { log, lines } = written();
  const canary = "purple-elephant";
  for (const field of [
    "device_secret",
    "password",
    "authorization",
    "key",
    "token",
    "sk",
    "prk",
    "hmac_hex",
    "transcript",
    "text",
    "reply",
    "nickname",
  ]) {
    log.info({ [field]: canary, inside: { [field]: canary, list: [{ [field]: canary }] } }, "line");
    expect(lines.at(-1)).not.toContain(canary);
    expect(lines.at(-1)).toContain("[struck out]");
  }
});

test("an error tells its name, message, code, stack and cause, and none of its other fields", () => {
  const { log, last } = written();
  const cause = Object.assign(new Error("no route"), { code: "ECONNREFUSED", address: "10.0.0.1" });
  log.error({ error: new Error("store is away", { cause }) }, "failed");
  expect(last()).toMatchObject({
    error: { name: "Error", message: "store is away", cause: { message: "no route", code: "ECONNREFUSED" } },
  });
  expect(JSON.stringify(last())).not.toContain("10.0.0.1");
  log.error({ error: "text that was thrown" }, "failed");
  expect(last()).toMatchObject({ error: { name: "string" } });
});

test("a warning and an error let go of what was gathered, other lines do not", () => {
  const flushed: number[] = [];
  const lines: string[] = [];
  const log = openLog(fakeClock(0), "debug", {
    write: (line: string) => void lines.push(line),
    flush: () => void flushed.push(lines.length),
  });
  log.debug({}, "one");
  log.info({}, "two");
  expect(flushed).toEqual([]);
  log.child({ toy: "bear-1" }).warn({}, "three");
  log.error({}, "four");
  expect(flushed).toEqual([3, 4]);
});

/** What a process writes that opens the log on its stdout, does `then`, and reaches `end`. */
async function writtenBy(then: string): Promise<{ stdout: string; signal: string | null }> {
  const source = `
    import { openLog, standardOutput } from "./server/watch/log.ts";
    const log = openLog({ now: () => 0 }, "info", standardOutput());
    ${then}`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], {
    cwd: new URL("../../..", import.meta.url).pathname,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  return { stdout, signal };
}

describe("stdout", () => {
  const messages = (stdout: string) =>
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { msg: string }).msg);

  test.each([
    ["returns", ""],
    ["exits", "process.exit(1);"],
    ["throws", "throw new Error('a bug');"],
  ])("a process that %s has written every line", async (_, then) => {
    const { stdout } = await writtenBy(`for (let i = 0; i < 100; i++) log.info({}, "line " + i); ${then}`);
    // those that were under way may come after those that left at the very end
    expect(new Set(messages(stdout))).toEqual(new Set(Array.from({ length: 100 }, (_, i) => `line ${i}`)));
  });

  test("a line leaves by itself, and a warning before a process is killed at once", async () => {
    const kill = 'process.kill(process.pid, "SIGKILL")';
    const later = await writtenBy(`log.info({}, "waits"); setTimeout(() => ${kill}, 2_000);`);
    expect({ ...later, stdout: messages(later.stdout) }).toEqual({ stdout: ["waits"], signal: "SIGKILL" });
    const soon = await writtenBy(`log.warn({}, "does not wait"); setTimeout(() => ${kill}, 50);`);
    expect({ ...soon, stdout: messages(soon.stdout) }).toEqual({
      stdout: ["does not wait"],
      signal: "SIGKILL",
    });
  });
});
