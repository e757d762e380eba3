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
  expect(recipients).toEqual([
    { recipient: "chat", name: "thoughts.example gpt", purpose: notice.parts[2]!.purpose },
  ]);
  const [voice, transcripts] = notice.parts;
  expect(voice!.purpose).toContain("kept until the answer is over");
  expect(transcripts!.purpose).toContain("for as many days as you choose, 1 to 365");
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
  expect(of(3).versionOf("transcripts")).not.toBe(of(4).versionOf("transcripts"));
  expect(of(3).versionOf("voice")).toBe(of(4).versionOf("voice"));
});
