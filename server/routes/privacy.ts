/** What is kept, for how long, and who else receives something of it: for anyone to read before there is an account. SAFETY S2, S4 */
import { z } from "zod";
import type { Notice } from "../family/consent/notice.ts";
import { tellPolicy } from "../family/retention/policy.ts";
import type { RetentionPolicy } from "../family/retention/policy.ts";
import { LANGUAGES, RECIPIENTS } from "../ports.ts";
import type { Language } from "../ports.ts";
import { language } from "./app.ts";
import type { App } from "./app.ts";

const privacyAnswer = z.object({
  language: z.enum(LANGUAGES),
  categories: z.array(
    z.object({
      category: z.string(),
      title: z.string(),
      purpose: z.string(),
      /** after which it is gone; where the parent chooses, unless they do */
      days: z.int(),
      /** and then in an archive outside the database, where there is one */
      archive_days: z.int().optional(),
      from: z.enum(["child", "policy"]),
    }),
  ),
  recipients: z.array(z.object({ recipient: z.enum(RECIPIENTS), name: z.string(), purpose: z.string() })),
});

export function privacyRoutes(
  app: App,
  { policy, notice }: { policy: RetentionPolicy; notice: Notice },
): void {
  const tell = (language: Language): z.infer<typeof privacyAnswer> => ({
    language,
    categories: tellPolicy(policy, language),
    recipients: notice
      .in(language)
      .parts.filter(({ recipient }) => recipient !== "voice" && recipient !== "transcripts")
      .map(({ recipient, name, purpose }) => ({ recipient, name, purpose })),
  });
  app.route({
    method: "GET",
    url: "/api/v1/privacy",
    config: { auth: "public", limit: "address" },
    schema: { querystring: z.strictObject({ language }), response: { 200: privacyAnswer } },
    handler: async ({ query }) => tell(query.language),
  });
}
