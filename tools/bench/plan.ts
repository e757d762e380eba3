/** What a bench measures, and what is to be reached on two cores. MISSION D26 */
import type { BrokerScenario } from "./broker.ts";
import type { HttpScenario } from "./http.ts";
import type { LimitsScenario } from "./limits.ts";
import type { ModelDelays } from "./stand-in-process.ts";
import type { TurnScenario } from "./turns.ts";

export const SECTIONS = ["turns", "broker", "idle", "http", "limits", "firmware"] as const;
export type Section = (typeof SECTIONS)[number];

export interface Plan {
  turns: TurnScenario[];
  broker: BrokerScenario;
  /** toys of the first thousand, and of the second */
  idle: number;
  http: HttpScenario;
  limits: LimitsScenario;
}

const REALISTIC: ModelDelays = { transcribe: 300, firstToken: 350, token: 15, speech: 200 };
const NONE: ModelDelays = { transcribe: 0, firstToken: 0, token: 0, speech: 0 };

const LATER = { laterTurns: 3 };

export const FULL: Plan = {
  turns: [
    { name: "ffmpeg", toys: 10, turns: 5, ...LATER, ffmpegToys: 10, delays: REALISTIC, target: 25 },
    { name: "TypeScript", toys: 50, turns: 2, ...LATER, ffmpegToys: 0, delays: REALISTIC, target: 40 },
    { name: "ffmpeg", toys: 50, turns: 2, laterTurns: 1, ffmpegToys: 50, delays: REALISTIC },
    { name: "no model delay", toys: 10, turns: 5, ...LATER, ffmpegToys: 10, delays: NONE, target: 20 },
  ],
  broker: { toys: 200, roundMs: 3_000, rounds: 3 },
  idle: 1_000,
  http: { connections: 20, roundMs: 2_000, rounds: 7 },
  limits: { perSecond: 5_000, ms: 4_000, toys: 100 },
};

/** The same in small: whether all is well, not how fast it is. */
export const QUICK: Plan = {
  turns: FULL.turns.map((scenario) => ({
    ...scenario,
    ...{ toys: scenario.toys / 5, ffmpegToys: scenario.ffmpegToys / 5, turns: 1, laterTurns: 1 },
  })),
  broker: { toys: 40, roundMs: 800, rounds: 1 },
  idle: 100,
  http: { connections: 10, roundMs: 1_000, rounds: 1 },
  limits: { perSecond: 500, ms: 400, toys: 10 },
};

/** How many toys a run needs. */
export function toysOf(plan: Plan, sections: readonly Section[]): number {
  return Math.max(
    ...(sections.includes("turns") ? plan.turns.map(({ toys }) => toys) : [0]),
    sections.includes("idle") ? 2 * plan.idle : 0,
    sections.includes("limits") ? plan.limits.toys : 0,
  );
}
