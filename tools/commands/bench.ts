/** `bear bench`: how fast this machine serves toys, beside what a raw socket could do, with models that only stand in. */
import { cpus, loadavg } from "node:os";
import { command } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";
import { rounded } from "../bench/numbers.ts";
import { FULL, QUICK, SECTIONS, toysOf } from "../bench/plan.ts";
import type { Plan, Section } from "../bench/plan.ts";
import { linesOf, missedOf } from "../bench/report.ts";
import type { BenchReport, Measured } from "../bench/report.ts";
import type { Site } from "../bench/site.ts";
import { endWorkers } from "../bench/worker.ts";
import type { Step } from "../terminal.ts";

interface Options {
  only?: Section[];
  firmware?: boolean;
  http?: boolean;
  limits?: boolean;
  postgres?: string;
  redis?: string;
  quick?: boolean;
  strict?: boolean;
}

export const bench = command<Options>({
  name: "bench",
  about: "measure what the server adds to a turn, what a frame costs, and what an idle toy holds",
  options: [
    { flags: "--only <sections>", about: `some of ${SECTIONS.join(",")}`, read: readSections },
    {
      flags: "--firmware",
      about: "the toy's own part alone: on the twin, and where ESPRUINO names one on Espruino",
    },
    { flags: "--http", about: "a signed-in parent's read alone, beside a bare Fastify" },
    { flags: "--limits", about: "the limiter, the vault and the audit trail alone" },
    { flags: "--redis <url>", about: "an empty Redis, for the limiter; it is filled" },
    { flags: "--postgres <url>", about: "an empty database of Postgres, for those reads; it is filled" },
    { flags: "--quick", about: "in small, in a minute: whether all is well, not how fast" },
    { flags: "--strict", about: "fail where something was not reached" },
  ],
  example: "bear bench --only turns,broker",
  async run({ env, terminal, signal }, { only, firmware, http, limits, postgres, redis, quick, strict }) {
    const alone = Object.entries({ firmware, http, limits }).flatMap(([name, is]) =>
      is ? [name as Section] : [],
    );
    if (alone.length + (only ? 1 : 0) > 1)
      throw new Fault("--firmware is --only firmware, --http and --limits likewise: one of them", EXIT.USAGE);
    const sections: Section[] = alone.length > 0 ? alone : (only ?? [...SECTIONS]);
    const plan = quick ? QUICK : FULL;
    const load_before = load();
    const found: Measured = {};
    const made: { site?: Site } = {};
    signal.addEventListener("abort", endWorkers);
    try {
      await terminal.steps(stepsOf(plan, sections, made, found, { espruino: env.ESPRUINO, postgres, redis }));
    } finally {
      signal.removeEventListener("abort", endWorkers);
      made.site?.remove();
    }
    const machine = { cpu: cpus()[0]?.model ?? "", cores: cpus().length, node: process.versions.node };
    const report: BenchReport = {
      machine: { ...machine, load_before, load_after: load() },
      ...found,
      missed: missedOf(found),
    };
    terminal.answer(report, linesOf(report));
    if (strict && report.missed.length > 0) throw new Fault(`not reached: ${report.missed.join("; ")}`);
  },
});

function stepsOf(
  plan: Plan,
  sections: Section[],
  made: { site?: Site },
  found: Measured,
  { espruino, postgres, redis }: Record<"espruino" | "postgres" | "redis", string | undefined>,
): Step[] {
  const steps: Step[] = [];
  const toys = toysOf(plan, sections);
  if (toys > 0)
    steps.push({
      title: `${toys} toys are made`,
      run: async (tell) => void (made.site = await (await import("../bench/site.ts")).openSite(toys, tell)),
    });
  if (sections.includes("turns"))
    for (const scenario of plan.turns)
      steps.push({
        title: `${scenario.toys} toys talk, ${scenario.name}`,
        async run(tell) {
          const result = await (await import("../bench/turns.ts")).runTurns(made.site!, scenario, tell);
          found.turns = [...(found.turns ?? []), result];
          return `p95 ${result.added_ms.p95} ms`;
        },
      });
  if (sections.includes("broker"))
    steps.push({
      title: `${plan.broker.toys} toys send frames to the broker and to raw TCP`,
      async run(tell) {
        found.broker = await (await import("../bench/broker.ts")).runBroker(plan.broker, tell);
        return `${found.broker.ratio} times the CPU`;
      },
    });
  if (sections.includes("idle"))
    steps.push({
      title: `${2 * plan.idle} toys are idle`,
      async run(tell) {
        found.idle = await (await import("../bench/idle.ts")).runIdle(made.site!, plan.idle, tell);
        return `${found.idle.held_kb_a_toy} KB each`;
      },
    });
  if (sections.includes("http"))
    for (const database of postgres === undefined ? [undefined] : [undefined, postgres])
      steps.push({
        title: `A parent reads from ${database === undefined ? "PGlite" : "Postgres"}, beside bare Fastify`,
        async run(tell) {
          made.site ??= await (await import("../bench/site.ts")).openSite(0, tell);
          const result = await (
            await import("../bench/http.ts")
          ).runHttp(made.site, plan.http, database, tell);
          found.http = [...(found.http ?? []), result];
          return `${result.read} of ${result.bare} a second`;
        },
      });
  if (sections.includes("limits"))
    steps.push({
      title: `The limiter decides in this process${redis === undefined ? "" : " and in Redis"}`,
      async run(tell) {
        const { runLimits } = await import("../bench/limits.ts");
        found.limits = await runLimits(made.site!, plan.limits, redis, tell);
        return found.limits.decisions.map(({ p95 }) => `p95 ${p95} ms`).join(", ");
      },
    });
  if (sections.includes("firmware"))
    steps.push({
      title: `A toy's frames are counted on the twin${espruino ? " and on Espruino" : ""}`,
      async run(tell) {
        found.firmware = await (
          await import("../bench/firmware/run.ts")
        ).runFirmware(espruino || undefined, tell);
        return `${found.firmware.parts.length} steps`;
      },
    });
  return steps;
}

function readSections(text: string): Section[] {
  const names = text.split(",");
  if (names.every((name) => (SECTIONS as readonly string[]).includes(name))) return names as Section[];
  throw new Fault(`--only must be some of ${SECTIONS.join(",")}`, EXIT.USAGE);
}

/** Of the last minute: above 0 somebody else works here too, and the numbers are theirs as well. */
function load(): number {
  return rounded(loadavg()[0]!, 1);
}
