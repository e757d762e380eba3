/** A ticket of the live feed: support, who would hear a child as it speaks, is written down before. */
import { expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { systemHash } from "../../../server/adapters/hash.ts";
import { memoryStores } from "../../../server/adapters/memory.ts";
import { issueTicket, takeTicket } from "../../../server/live/ticket.ts";
import type { AuditEntry } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";

const clock = fakeClock(Date.parse("2026-11-28T12:00:00Z"));
const entries: AuditEntry[] = [];
const ports = {
  ...{ ...memoryStores({ clock }), clock, chance: systemChance, hash: systemHash },
  audit: { append: async (entry: AuditEntry) => void entries.push(entry) },
};
const watcher = { accountId: "ada", sessionId: "session-1", role: "parent", address: "192.0.2.1" } as const;

test("a parent's is theirs, once, and nothing is written down", async () => {
  const { ticket } = await issueTicket(ports, watcher);
  expect(await takeTicket(ports, ticket)).toEqual({ accountId: "ada", sessionId: "session-1" });
  expect(await takeTicket(ports, ticket)).toBeUndefined();
  expect(entries).toEqual([]);
});

test("support's stands in the family's trail, and where that is away there is none", async () => {
  const support = { ...watcher, role: "support", sessionId: "visit-1" } as const;
  const { ticket } = await issueTicket(ports, support);
  expect(await takeTicket(ports, ticket)).toEqual({ accountId: "ada", sessionId: "visit-1" });
  expect(entries).toEqual([
    {
      ...{ at: clock.now(), action: "live_watched", outcome: "success", actor: "support:visit-1" },
      ...{ resource: "ada", accountId: "ada", address: "192.0.2.1" },
    },
  ]);
  const audit = { append: () => Promise.reject(new Error("away")) };
  await expect(issueTicket({ ...ports, audit }, support)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});
