/** The series of MISSION B23: each is declared here once, and nothing else is counted. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Meter } from "../ports.ts";

const COUNTERS = {
  http_requests_total: ["HTTP answers; route is the template", "method", "route", "status"],
  auth_attempts_total: ["Attempts to be let in", "method", "result"],
  api_key_validations_total: ["Developer keys looked at", "result"],
  credential_operations_total: ["Changes of credentials", "operation", "result"],
  rate_limit_hits_total: ["Refusals of a limit", "layer", "tier"],
  audit_events_total: ["Entries of the audit trail, as they are linked", "action"],
  audit_suspicions_total: ["What looked like an attack at a look", "rule"],
  audit_faults_total: ["What the audit chain could not do, or found wrong", "fault"],
  mails_total: ["Mails, by their end", "result"],
  mqtt_frames_total: ["Frames, by direction and type", "direction", "type"],
  updates_total: ["What became of updates that toys were told of", "result"],
  frames_dropped_total: ["Frames dropped", "reason"],
  claim_attempts_total: ["Claims, by their end", "result"],
  pairings_total: ["Steps of pairing, by their end", "result"],
  turns_total: ["Turns, by their end", "outcome"],
  turns_kept_total: ["Turns, by whether they were written down", "result"],
  jobs_total: ["Jobs, by what became of them", "kind", "result"],
  model_tokens_total: [
    "Tokens of what models heard, were asked, wrote and said, by characters and seconds",
    "provider",
  ],
  live_feeds_total: ["Live feeds of parents, by their end", "end"],
  alerts_total: ["Alerts raised, by kind and severity", "kind", "severity"],
  safety_cases_total: ["Disclosures for the operator alone", "kind"],
  model_requests_total: ["Requests to model services", "kind", "provider", "result"],
} as const;

const HISTOGRAMS = {
  http_request_duration_seconds: ["Time to answer", "method", "route", "status"],
  turn_stage_seconds: ["Time in a stage of a turn", "stage"],
} as const;

const GAUGES = {
  toys_connected: "Toys on the line",
  live_feeds: "Live feeds of parents that are open",
  redis_up: "Whether Redis answers, 0 or 1",
} as const;

/** s: dense where the budgets lie, a CUE at 0.9 s and an answer at 6 s */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.9, 1.5, 2.5, 4, 6, 10, 30];

export interface Metrics {
  meter: Meter;
  /** Prometheus text, format 0.0.4 */
  text(): Promise<string>;
  contentType: string;
}

/** The meter, and what /metrics shows of it. Its `meter` throws at a series or a label that is not declared: a bug. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const gauges = new Map<string, Gauge>();
  for (const [name, [help, ...labelNames]] of Object.entries(COUNTERS))
    counters.set(name, new Counter({ name, help, labelNames, registers: [registry] }));
  for (const [name, [help, ...labelNames]] of Object.entries(HISTOGRAMS))
    histograms.set(name, new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [registry] }));
  for (const [name, help] of Object.entries(GAUGES))
    gauges.set(name, new Gauge({ name, help, registers: [registry] }));

  return {
    meter: {
      count: (series, labels = {}, by = 1) => declared(counters, series).inc(labels, by),
      observe: (series, labels, seconds) => declared(histograms, series).observe(labels, seconds),
      gauge: (series, value) => declared(gauges, series).set(value),
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function declared<T>(kind: Map<string, T>, series: string): T {
  const found = kind.get(series);
  if (!found) throw new Error(`${series} is not declared in watch/metrics.ts`);
  return found;
}
