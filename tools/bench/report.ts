/** What a bench found, as a table and as what was reached. */
import type { BrokerResult } from "./broker.ts";
import type { FirmwareResult } from "./firmware/run.ts";
import type { HttpResult } from "./http.ts";
import { rounded } from "./numbers.ts";
import type { LimitsResult } from "./limits.ts";
import type { IdleResult } from "./idle.ts";
import type { TurnResult } from "./turns.ts";

export interface BenchReport {
  machine: { cpu: string; cores: number; node: string; load_before: number; load_after: number };
  turns?: TurnResult[];
  broker?: BrokerResult;
  idle?: IdleResult;
  /** on each database that was at hand */
  http?: HttpResult[];
  limits?: LimitsResult;
  firmware?: FirmwareResult;
  /** what was to be reached and was not; empty where all was */
  missed: string[];
}

/** ms a first turn may take more than a later one */
export const FIRST_TURN_MS = 50;

export type Measured = Pick<BenchReport, "turns" | "broker" | "idle" | "http" | "limits" | "firmware">;

/** Every target that was missed, in words. */
export function missedOf({ turns = [], broker, idle, http = [], limits, firmware }: Measured): string[] {
  const missed: string[] = [];
  const most = (what: string, value: number, target: number | undefined, unit: string): void => {
    if (target !== undefined && !(value <= target))
      missed.push(`${what}: ${value} ${unit}, over ${target} ${unit}`);
  };
  for (const { name, toys, added_ms, target_ms, first_turn_ms, failed, frames_lost, underruns } of turns) {
    const what = `${toys} toys, ${name}`;
    most(`${what}, p95 added`, added_ms.p95, target_ms, "ms");
    // a scenario without a target is only shown
    if (target_ms === undefined) continue;
    most(`${what}, first turn`, first_turn_ms, FIRST_TURN_MS, "ms");
    most(`${what}, turns without a reply`, failed, 0, "turns");
    most(`${what}, frames lost`, frames_lost, 0, "frames");
    most(`${what}, underruns`, underruns, 0, "underruns");
  }
  if (broker) {
    most("broker to raw TCP", broker.ratio, broker.target_ratio, "times");
    most("broker, frames lost", broker.frames_lost, 0, "frames");
  }
  for (const { database, share, target_share, failed } of http) {
    if (!(share >= target_share))
      missed.push(`a parent's read on ${database}, to bare Fastify: ${share}, under ${target_share}`);
    most(`a parent's read on ${database}, refused or lost`, failed, 0, "answers");
  }
  if (idle) {
    most("an idle toy, held", idle.held_kb_a_toy, idle.target_kb, "KB");
    most("an idle toy, resident", idle.rss_kb_a_toy, idle.target_kb, "KB");
  }
  for (const { store, p95, target_p95, most: at_most, target_most, refused } of limits?.decisions ?? []) {
    const what = `a decision of five layers in ${store}`;
    most(`${what}, p95`, p95, target_p95, "ms");
    if (!(at_most >= target_most)) missed.push(`${what}: ${at_most} a second, under ${target_most}`);
    most(`${what}, refused`, refused, 0, "decisions");
  }
  if (limits) {
    most("sealing and opening 1 KB, p95", limits.sealing_p95, limits.target_sealing, "ms");
    most("an audit entry, to a claim", limits.audit_share, limits.target_audit_share, "of its time");
  }
  for (const { what, espruino, target_loops } of firmware?.parts ?? [])
    if (espruino) most(`on Espruino, ${what}`, espruino.least, target_loops ?? undefined, "loops");
  return missed;
}

/** The report as lines of Markdown. */
export function linesOf(report: BenchReport): string[] {
  const { cpu, cores, node, load_before, load_after } = report.machine;
  return [
    `${cpu}, ${cores} cores, Node ${node}; load ${load_before} before, ${load_after} after.`,
    "",
    ...(report.turns ? [...turnTable(report.turns), ""] : []),
    ...(report.broker ? [...brokerTable(report.broker), ""] : []),
    ...(report.idle ? [...idleTable(report.idle), ""] : []),
    ...(report.http ? [...httpTable(report.http), ""] : []),
    ...(report.limits ? [...limitsTables(report.limits), ""] : []),
    ...(report.firmware ? [...firmwareTable(report.firmware), ""] : []),
    ...(report.missed.length === 0
      ? ["Everything that was to be reached was."]
      : ["Not reached:", ...report.missed.map((what) => `- ${what}`)]),
  ];
}

function turnTable(turns: TurnResult[]): string[] {
  return table([
    [
      "A turn: ms the server adds",
      "toys",
      "turns",
      "p50",
      "p95",
      "p99",
      "to reach (p95)",
      "arriving (p95)",
      "first turn",
      "CPU a toy",
      "of it ffmpeg",
      "frames lost",
      "underruns",
      "memory",
    ],
    ...turns.map((turn) => [
      turn.name,
      turn.toys,
      turn.added_ms.count,
      turn.added_ms.p50,
      turn.added_ms.p95,
      turn.added_ms.p99,
      turn.target_ms ?? "–",
      turn.arriving_ms.p95,
      signed(turn.first_turn_ms),
      `${turn.cpu_percent_a_toy} %`,
      `${turn.ffmpeg_percent_a_toy} %`,
      turn.frames_lost,
      turn.underruns,
      `${turn.rss_mb} MB`,
    ]),
  ]);
}

function brokerTable({
  toys,
  frames_a_second,
  raw_us,
  broker_us,
  protection_us,
  ratio,
  target_ratio,
  ...rest
}: BrokerResult): string[] {
  const { raw, broker, protected: guarded } = rest.round_trip_ms;
  const trip = ({ p50, p95 }: { p50: number; p95: number }): string => `${p50} / ${p95}`;
  return table([
    [
      `A frame there and back: ${toys} toys, ${frames_a_second} frames/s`,
      "µs of CPU",
      "to raw",
      "to reach",
      "ms, p50 / p95",
    ],
    ["raw TCP echo", raw_us, 1, "–", trip(raw)],
    ["broker and guard", broker_us, ratio, target_ratio, trip(broker)],
    ["frame protection, beside it", protection_us, "–", "–", trip(guarded)],
  ]);
}

function limitsTables({ decisions, ...rest }: LimitsResult): string[] {
  return [
    ...table([
      [
        "A decision of five layers",
        "a second",
        "p50 ms",
        "p95 ms",
        "to reach",
        "a second, at most",
        "to reach",
      ],
      ...decisions.map(({ store, per_second, p50, p95, target_p95, most, target_most }) => [
        ...[`in ${store}`, per_second, p50, p95, target_p95, most, target_most],
      ]),
    ]),
    "",
    ...table([
      ["The guard", "ms", "to reach"],
      ["sealing and opening 1 KB, p95", rest.sealing_p95, rest.target_sealing],
      ["a claim's request", rest.claim_ms, "–"],
      [
        `an audit entry in it: ${rounded(rest.audit_share * 100, 1)} %`,
        rest.audit_ms,
        `${rest.target_audit_share * 100} %`,
      ],
    ]),
  ];
}

function httpTable(results: HttpResult[]): string[] {
  return table([
    [
      "A parent's read",
      "bytes",
      "bare Fastify, a second",
      "read, a second",
      "share",
      "to reach",
      "µs of CPU: bare",
      "read",
      "ms, p97.5",
      "failed",
    ],
    ...results.map(
      ({ database, bytes, bare, read, share, target_share, bare_us, read_us, read_p97_5_ms, failed }) => [
        `on ${database}`,
        bytes,
        bare,
        read,
        share,
        target_share,
        bare_us,
        read_us,
        read_p97_5_ms,
        failed,
      ],
    ),
  ]);
}

function idleTable({
  toys,
  held_kb_a_toy,
  rss_kb_a_toy,
  target_kb,
  rss_mb,
  cpu_percent,
}: IdleResult): string[] {
  return table([
    ["Idle toys", "KB held, each", "KB resident, each", "to reach", "memory in all", "CPU in all"],
    [`${toys} beside ${toys}`, held_kb_a_toy, rss_kb_a_toy, target_kb, `${rss_mb} MB`, `${cpu_percent} %`],
  ]);
}

function firmwareTable({ interpreter, parts }: FirmwareResult): string[] {
  const loops = ({ least }: { least: number }): number => Math.round(least);
  return [
    ...table([
      ["A frame of 100 ms, on the toy", "empty loops", "to reach", "the middle", "µs here", "twin: µs here"],
      ...parts.map(({ what, twin, espruino, target_loops }) => [
        what,
        espruino ? loops(espruino) : "–",
        target_loops ?? "–",
        espruino ? Math.round(espruino.middle) : "–",
        espruino ? Math.round(espruino.us) : "–",
        Math.round(twin.us),
      ]),
    ]),
    ...(interpreter === null
      ? ["", "Only the twin was measured: ESPRUINO names no interpreter, and the twin's loops are Node's."]
      : []),
  ];
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}

/** Markdown, its columns in line for who reads it in a terminal. */
export function table(rows: (string | number)[][]): string[] {
  const texts = rows.map((row) => row.map(String));
  const widths = texts[0]!.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(" | ")} |`;
  const rule = widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(texts[0]!), line(rule), ...texts.slice(1).map(line)];
}
