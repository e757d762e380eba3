import { expect, test } from "vitest";
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
