import { expect, test } from "vitest";
import { openMetrics } from "../../../server/watch/metrics.ts";

test("series that are not declared, and labels that are not, throw", () => {
  const { meter } = openMetrics();
  expect(() => meter.count("claims_total")).toThrow("claims_total is not declared");
  expect(() => meter.observe("http_requests_total", {}, 1)).toThrow("not declared");
  expect(() => meter.gauge("turns_total", 1)).toThrow("not declared");
  expect(() => meter.count("turns_total", { toy: "bear-1" })).toThrow();
});

test("two registries share nothing", async () => {
  const [one, other] = [openMetrics(), openMetrics()];
  one.meter.count("turns_total", { outcome: "answered" });
  expect(await one.text()).toContain('turns_total{outcome="answered"} 1');
  expect(await other.text()).not.toContain("answered");
});

test("the text is Prometheus', with cumulative buckets that end in +Inf", async () => {
  const { meter, text, contentType } = openMetrics();
  for (const seconds of [0.001, 0.3, 5.9, 100])
    meter.observe("turn_stage_seconds", { stage: "listen" }, seconds);
  meter.gauge("toys_connected", 3);
  meter.count("mqtt_frames_total", { direction: "up", type: "AUDIO" }, 12);
  const lines = (await text()).split("\n");
  const form = /^(#\s(HELP|TYPE)\s\w+\s.+|\w+(\{(\w+="[^"]*",?)+\})?\s[0-9.eE+-]+|)$/;
  for (const line of lines) expect(line).toMatch(form);
  const buckets = lines.filter((line) => line.startsWith("turn_stage_seconds_bucket"));
  const counts = buckets.map((line) => Number(line.split(" ").at(-1)));
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(buckets.at(-1)).toContain('le="+Inf"');
  expect(counts.at(-1)).toBe(4);
  expect(lines).toContain("toys_connected 3");
  expect(lines).toContain('mqtt_frames_total{direction="up",type="AUDIO"} 12');
  expect(contentType).toContain("text/plain; version=0.0.4");
});
