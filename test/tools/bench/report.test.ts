import { describe, expect, it } from "vitest";
import type { BrokerResult } from "../../../tools/bench/broker.ts";
import type { FirmwareResult } from "../../../tools/bench/firmware/run.ts";
import type { HttpResult } from "../../../tools/bench/http.ts";
import type { IdleResult } from "../../../tools/bench/idle.ts";
import type { LimitsResult } from "../../../tools/bench/limits.ts";
import { linesOf, missedOf, table } from "../../../tools/bench/report.ts";
import { addedTimes, framesLost } from "../../../tools/bench/turns.ts";
import type { TurnResult } from "../../../tools/bench/turns.ts";

const trip = { count: 1, p50: 1, p95: 2, p99: 3, max: 4 };
const turns: TurnResult = {
  name: "ffmpeg",
  toys: 10,
  sound: "ffmpeg",
  delays: { transcribe: 300, firstToken: 350, token: 15, speech: 200 },
  added_ms: { count: 60, p50: 15, p95: 25, p99: 30, max: 31 },
  arriving_ms: { count: 10, p50: 20, p95: 90, p99: 90, max: 90 },
  target_ms: 25,
  first_turn_ms: 50,
  failed: 0,
  frames_lost: 0,
  underruns: 0,
  cpu_percent_a_toy: 1,
  ffmpeg_percent_a_toy: 0.5,
  rss_mb: 400,
};
const broker: BrokerResult = {
  toys: 200,
  frames_a_second: 2_500,
  raw_us: 20,
  broker_us: 50,
  protection_us: 15,
  ratio: 2.5,
  target_ratio: 2.5,
  frames_lost: 0,
  round_trip_ms: { raw: trip, broker: trip, protected: trip },
};
const idle: IdleResult = {
  toys: 1_000,
  held_kb_a_toy: 20,
  rss_kb_a_toy: 20,
  target_kb: 20,
  rss_mb: 300,
  cpu_percent: 1,
};

const http: HttpResult = {
  ...{ database: "PGlite", bytes: 400, bare: 10_000, read: 1_000, share: 0.1, target_share: 0.1 },
  ...{ bare_us: 30, read_us: 300, read_p97_5_ms: 30, failed: 0 },
};

const limits: LimitsResult = {
  decisions: [
    {
      store: "this process",
      per_second: 5_000,
      p50: 0.1,
      p95: 1,
      target_p95: 1,
      most: 15_000,
      target_most: 15_000,
      refused: 0,
    },
  ],
  ...{ sealing_p95: 0.1, target_sealing: 0.1 },
  ...{ claim_ms: 8, audit_ms: 0.8, audit_share: 0.1, target_audit_share: 0.1 },
};

const cost = { least: 300, middle: 310.4, us: 200 };
const firmware: FirmwareResult = {
  interpreter: "espruino",
  parts: [
    { what: "seal", twin: cost, espruino: cost, target_loops: 300 },
    { what: "claim", twin: cost, espruino: { ...cost, least: 9e9 }, target_loops: null },
  ],
};

describe("what a bench says was missed", () => {
  it("is nothing where each target was just met", () => {
    expect(missedOf({ turns: [turns], broker, idle, http: [http], limits, firmware })).toEqual([]);
  });

  it.each<[string, Partial<TurnResult>]>([
    ["p95", { added_ms: { ...turns.added_ms, p95: 25.1 } }],
    ["p95", { added_ms: { ...turns.added_ms, p95: NaN } }],
    ["first turn", { first_turn_ms: 50.1 }],
    ["without a reply", { failed: 1 }],
    ["frames lost", { frames_lost: 1 }],
    ["underruns", { underruns: 1 }],
  ])("names a turn's %s", (word, change) => {
    const missed = missedOf({ turns: [{ ...turns, ...change }] });
    expect(missed).toHaveLength(1);
    expect(missed[0]).toContain(word);
  });

  it("leaves a scenario without a target alone", () => {
    expect(
      missedOf({ turns: [{ ...turns, target_ms: undefined, first_turn_ms: 900, underruns: 3 }] }),
    ).toEqual([]);
  });

  it("names a parent's read that is too slow beside bare Fastify, or was refused", () => {
    const missed = missedOf({
      http: [http, { ...http, database: "Postgres", share: 0.29, target_share: 0.3, failed: 2 }],
    });
    expect(missed).toEqual([
      "a parent's read on Postgres, to bare Fastify: 0.29, under 0.3",
      "a parent's read on Postgres, refused or lost: 2 answers, over 0 answers",
    ]);
  });

  it("names what the guard takes too long for", () => {
    const slow = { ...limits.decisions[0]!, p95: 1.01, most: 14_999, refused: 1 };
    expect(
      missedOf({ limits: { ...limits, decisions: [slow], sealing_p95: 0.11, audit_share: 0.11 } }),
    ).toEqual([
      "a decision of five layers in this process, p95: 1.01 ms, over 1 ms",
      "a decision of five layers in this process: 14999 a second, under 15000",
      "a decision of five layers in this process, refused: 1 decisions, over 0 decisions",
      "sealing and opening 1 KB, p95: 0.11 ms, over 0.1 ms",
      "an audit entry, to a claim: 0.11 of its time, over 0.1 of its time",
    ]);
  });

  it("names the broker's cost and an idle toy's memory", () => {
    expect(missedOf({ broker: { ...broker, ratio: 2.51 } })).toEqual([
      "broker to raw TCP: 2.51 times, over 2.5 times",
    ]);
    expect(missedOf({ idle: { ...idle, held_kb_a_toy: 21, rss_kb_a_toy: 22 } })).toHaveLength(2);
  });
});

describe("the toy's own part", () => {
  const [seal, claim] = firmware.parts;

  it("is missed where Espruino took longer, and never for the twin's loops", () => {
    const slow = { ...seal!, espruino: { ...cost, least: 300.5 } };
    expect(missedOf({ firmware: { ...firmware, parts: [slow, claim!] } })).toEqual([
      "on Espruino, seal: 300.5 loops, over 300 loops",
    ]);
    const twinAlone = { what: "seal", twin: { ...cost, least: 9e9 }, target_loops: 300 };
    expect(missedOf({ firmware: { interpreter: null, parts: [twinAlone] } })).toEqual([]);
  });

  it("says where only the twin was measured", () => {
    const machine = { cpu: "a CPU", cores: 2, node: "20", load_before: 0, load_after: 0 };
    const lines = (it: FirmwareResult): string => linesOf({ machine, firmware: it, missed: [] }).join("\n");
    expect(lines(firmware)).toMatch(/\| seal +\| +300 \| +300 \| +310 \|/);
    expect(lines(firmware)).not.toContain("Only the twin");
    const parts = [{ what: "seal", twin: cost, target_loops: 300 }];
    expect(lines({ interpreter: null, parts })).toContain("Only the twin was measured");
  });
});

describe("a turn's figures", () => {
  it("are what the bear waited, less what the models took, of turns that were answered", () => {
    const met = { endedAt: 0, soundBytes: 0, outcome: "reply" as const, lost: 0, underruns: 0, frames: 9 };
    const turns = [
      { ...met, firstMs: 900 },
      { ...met, firstMs: undefined },
      { ...met, firstMs: 950, outcome: "stopped" as const },
      { ...met, firstMs: 880 },
    ];
    expect(addedTimes(turns, [865, 865, 865, undefined])).toEqual([35]);
  });

  it("count a frame lost that one side sent and the other did not see, or that a side dropped", () => {
    const bear = { sent: { 1: 1, 2: 10, 3: 1 }, received: { 0x81: 1, 0x82: 20, 0x83: 1 }, dropped: {} };
    const cell = { up: { 1: 2, 2: 20, 3: 2 }, down: { 0x81: 2, 0x82: 40, 0x83: 2 }, dropped: 0 };
    expect(framesLost([bear, bear], cell)).toBe(0);
    expect(framesLost([bear, bear], { ...cell, up: { ...cell.up, 2: 19 } })).toBe(1);
    expect(framesLost([bear, bear], { ...cell, down: { ...cell.down, 0x82: 43 } })).toBe(3);
    expect(framesLost([bear, { ...bear, dropped: { tag: 2 } }], { ...cell, dropped: 1 })).toBe(3);
  });
});

describe("the table", () => {
  it("is Markdown whose columns stand in line", () => {
    expect(
      table([
        ["what", "ms"],
        ["a turn", 12.5],
      ]),
    ).toEqual(["| what   |   ms |", "| ------ | ---: |", "| a turn | 12.5 |"]);
  });

  it("has every section that was run, and says what was missed", () => {
    const machine = { cpu: "a CPU", cores: 2, node: "20", load_before: 0.1, load_after: 1.5 };
    const lines = linesOf({
      machine,
      turns: [turns],
      broker,
      idle,
      http: [http],
      limits,
      missed: ["this"],
    }).join("\n");
    for (const part of [
      "load 0.1 before",
      "ffmpeg",
      "raw TCP echo",
      "Idle toys",
      "on PGlite",
      "in this process",
      "Not reached:\n- this",
    ])
      expect(lines).toContain(part);
    expect(linesOf({ machine, missed: [] }).join("\n")).toContain("Everything that was to be reached was");
  });
});
