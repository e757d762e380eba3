/** Moderation over an OpenAI-compatible API: the categories that a text falls under. Whatever is not a plain answer throws. */
import { z } from "zod";
import { MAX_MODEL_JSON_BYTES } from "../../bounds.ts";
import { ModelError } from "../../errors.ts";
import type { Moderation } from "../../ports.ts";
import { faultTold } from "./faults.ts";
import { json } from "./http.ts";
import type { ModelService } from "./http.ts";

const Result = z.object({
  flagged: z.boolean(),
  categories: z.record(z.string(), z.boolean().nullable()).optional(),
});
const Verdict = z.object({ results: z.array(Result).min(1) });

/** Categories go into the log, so one that is not a plain name is not repeated. */
const NAME = /^[a-z][a-z0-9 _/-]{0,63}$/i;

/** The moderation of `service`; model "" leaves the choice to it. */
export function openModeration(service: ModelService, model: string): Moderation {
  return {
    warm: () => service.warm(),
    async check(text, signal) {
      const body = json({ input: text, ...(model && { model }) });
      return service.post("/moderations", body, MAX_MODEL_JSON_BYTES, signal, async (answer) => {
        const told = await answer.json();
        const fault = faultTold(told, "away");
        if (fault) throw fault;
        const verdict = Verdict.safeParse(told);
        if (!verdict.success) throw new ModelError("garbage");
        return [...new Set(verdict.data.results.flatMap(objections))];
      });
    },
  };
}

function objections({ flagged, categories = {} }: z.infer<typeof Result>): string[] {
  const names = Object.keys(categories)
    .filter((name) => categories[name])
    .map((name) => (NAME.test(name) ? name : "flagged"));
  return flagged && names.length === 0 ? ["flagged"] : names;
}
