/** What anyone may know before there is an account: what is kept, how long, and who else receives something of it. */
import { expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import { createNotice } from "../../../server/family/consent/notice.ts";
import { openPolicy } from "../../../server/main/retention.ts";
import { privacyRoutes } from "../../../server/routes/privacy.ts";
import { openServer } from "./support.ts";

const policy = openPolicy();

test("it is told to anyone, from the file that the sweeper reads and the services that are configured", async () => {
  const notice = createNotice({ hash: systemHash, policy }, [
    { recipient: "chat", name: "thoughts.example gpt" },
  ]);
  const { app } = openServer({ rooms: [(to) => privacyRoutes(to, { policy, notice })] });
  const answer = await app.inject({ url: "/api/v1/privacy", headers: { host: "localhost" } });
  expect(answer.statusCode).toBe(200);
  const { categories, recipients } = answer.json<{ categories: object[]; recipients: object[] }>();
  expect(categories).toContainEqual(expect.objectContaining({ category: "sound", days: 0, from: "policy" }));
  expect(categories).toContainEqual(
    expect.objectContaining({ category: "conversations", days: 30, from: "child" }),
  );
  const archived = { category: "audit", days: 365, archive_days: 365 };
  expect(categories).toContainEqual(expect.objectContaining(archived));
  const [voice, transcripts, chat] = notice.in("en").parts;
  expect(recipients).toEqual([{ recipient: "chat", name: "thoughts.example gpt", purpose: chat!.purpose }]);
  expect(voice!.purpose).toContain("kept until the answer is over");
  expect(transcripts!.purpose).toContain("for as many days as you choose, 1 to 365");

  const asked = await app.inject({ url: "/api/v1/privacy?language=de", headers: { host: "localhost" } });
  const german = asked.json<{ language: string; categories: object[]; recipients: object[] }>();
  expect(german.language).toBe("de");
  expect(german.categories).toContainEqual(
    expect.objectContaining({
      category: "sound",
      title: "Ton",
      purpose: expect.stringMatching(/^Die Stimme/),
    }),
  );
  expect(german.recipients).toEqual([
    { recipient: "chat", name: "thoughts.example gpt", purpose: notice.in("de").parts[2]!.purpose },
  ]);
  const none = await app.inject({ url: "/api/v1/privacy?language=fr", headers: { host: "localhost" } });
  expect(none.statusCode).toBe(422);
});

test("each time is in the words of each language", () => {
  const of = (days: number | "child") =>
    createNotice(
      {
        hash: systemHash,
        policy: {
          ...policy,
          categories: policy.categories.map((one) => (one.category === "sound" ? { ...one, days } : one)),
        },
      },
      [],
    );
  const told = ([0, 3, "child"] as const).map((days) =>
    (["en", "de"] as const).map((language) => of(days).in(language).parts[0]!.purpose),
  );
  expect(told).toEqual([
    [
      expect.stringContaining("until the answer is over"),
      expect.stringContaining("bis zum Ende der Antwort"),
    ],
    [expect.stringContaining("for 3 days"), expect.stringContaining("3 Tage lang")],
    [expect.stringContaining("1 to 365"), expect.stringContaining("1 bis 365")],
  ]);
});

test("a time that changes is another notice", () => {
  const of = (days: number) =>
    createNotice(
      {
        hash: systemHash,
        policy: {
          ...policy,
          categories: policy.categories.map((one) =>
            one.category === "conversations" ? { ...one, days } : one,
          ),
        },
      },
      [],
    );
  for (const language of ["en", "de"] as const) {
    const [[voice, transcripts], [sameVoice, others]] = [3, 4].map((days) =>
      of(days)
        .in(language)
        .parts.map(({ version }) => version),
    ) as [[string, string], [string, string]];
    expect(others).not.toBe(transcripts);
    expect(sameVoice).toBe(voice);
  }
});

test("how long the audit trail is kept is told, and asks no parent again: no part of the notice is of it", () => {
  const of = (days: number, archiveDays: number) =>
    createNotice({ hash: systemHash, policy: openPolicy({ days, archiveDays }) }, []);
  for (const language of ["en", "de"] as const)
    expect(of(30, 0).in(language)).toEqual(of(365, 365).in(language));
});
