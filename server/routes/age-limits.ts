/** How much a child may talk, as its parent reads and lowers it. MISSION C42 */
import { z } from "zod";
import { NOTHING_CHOSEN, usualLimits } from "../family/age-limits.ts";
import type { Child } from "../family/child.ts";
import type { AgeLimits, ChosenLimits } from "../ports.ts";

const chosen = z.int().min(0).max(10_000).nullable().default(null);
export const chosenLimits = z.strictObject({
  turns_a_day: chosen,
  minutes_a_session: chosen,
  turns_a_session: chosen,
  model_calls_an_hour: chosen,
});
export const ageLimitsAnswer = z.object({
  turns_a_day: z.int(),
  minutes_a_session: z.int(),
  turns_a_session: z.int(),
  model_calls_an_hour: z.int(),
});

export function chosenOf(fields: z.infer<typeof chosenLimits>): ChosenLimits {
  return {
    turnsADay: fields.turns_a_day,
    minutesASession: fields.minutes_a_session,
    turnsASession: fields.turns_a_session,
    modelCallsAnHour: fields.model_calls_an_hour,
  };
}

export function tellChosen(limits: ChosenLimits = NOTHING_CHOSEN): z.infer<typeof chosenLimits> {
  return told(limits);
}

export function tellAgeLimits({ age }: Pick<Child, "age">): z.infer<typeof ageLimitsAnswer> {
  return told<number>(usualLimits(age));
}

function told<Limit extends number | null>(limits: { readonly [name in keyof AgeLimits]: Limit }) {
  return {
    turns_a_day: limits.turnsADay,
    minutes_a_session: limits.minutesASession,
    turns_a_session: limits.turnsASession,
    model_calls_an_hour: limits.modelCallsAnHour,
  };
}
