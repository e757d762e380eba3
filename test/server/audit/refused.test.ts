/** What of refusals comes into the trail: enough to see them, and never enough to fill it. */
import { expect, test } from "vitest";
import { createRefusals } from "../../../server/audit/refused.ts";
import {
  MAX_REFUSALS_COUNTED,
  MAX_REFUSALS_OF_ACTOR,
  MAX_REFUSALS_OF_ADDRESS,
  REFUSALS_MS,
} from "../../../server/bounds.ts";
import { addressKey } from "../../../server/limiter/address.ts";
import type { AuditEntry } from "../../../server/ports.ts";
import { fakeClock } from "../../support/clock.ts";
import { silent } from "../claim/support.ts";

function trail() {
  const clock = fakeClock();
  const entries: AuditEntry[] = [];
  const audit = { append: async (entry: AuditEntry) => void entries.push(entry) };
  const tell = createRefusals({ audit, clock, log: silent, networkOf: addressKey });
  return { clock, entries, tell };
}
const MANY = 1_000;
const action = "mqtt_refused";

test("one address fills nothing, whoever it says it is, nor does a network of IPv6", () => {
  const { entries, tell } = trail();
  for (let i = 0; i < MANY; i++) tell({ action, actor: `bear-${i}`, address: "192.0.2.1" });
  expect(entries).toHaveLength(MAX_REFUSALS_OF_ADDRESS);
  for (let i = 0; i < MANY; i++) tell({ action, actor: `bear-${i}`, address: `2001:db8::${i.toString(16)}` });
  expect(entries).toHaveLength(2 * MAX_REFUSALS_OF_ADDRESS);
});

test("one who asks fills nothing, wherever from; those who are unknown are not one", () => {
  const { entries, tell } = trail();
  const addresses = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
  for (const address of addresses) tell({ action, actor: "bear-1", address });
  expect(entries).toHaveLength(MAX_REFUSALS_OF_ACTOR);
  for (const address of addresses) tell({ action, actor: "unknown", address });
  expect(entries).toHaveLength(MAX_REFUSALS_OF_ACTOR + addresses.length);
});

test("however many addresses there are, a minute holds so many and remembers no more; the next one begins anew", async () => {
  const { clock, entries, tell } = trail();
  const knock = () => {
    for (let i = 0; i < MAX_REFUSALS_COUNTED / 2; i++)
      tell({ action, actor: `bear-${i}`, address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` });
  };
  knock();
  const most = entries.length;
  expect(most).toBe(MAX_REFUSALS_COUNTED / 3);
  await clock.advance(REFUSALS_MS - 1);
  knock();
  expect(entries).toHaveLength(most);
  await clock.advance(1);
  knock();
  expect(entries).toHaveLength(2 * most);
});
