/** Whatever is done to a chain behind our back is found. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import { linkMac, nextStep, openingOf } from "../../../server/audit/chain.ts";
import { keepTrail } from "../../../server/audit/keep.ts";
import { chainKeys } from "../../../server/audit/keys.ts";
import { createLinker } from "../../../server/audit/link.ts";
import { verifyChain } from "../../../server/audit/verify.ts";
import type { AuditRow } from "../../../server/ports.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { CHAIN_KEYS, memoryChain, memoryHeads } from "../../support/audit.ts";
import type { ChainTables } from "../../support/audit.ts";
import { fakeClock } from "../../support/clock.ts";
import { silentLog } from "../../support/voice.ts";

const DAY_MS = 86_400_000;
const NOON = Date.parse("2026-11-28T12:00:00Z");

function house() {
  const clock = fakeClock(NOON);
  const chain = memoryChain();
  const second = memoryHeads();
  const metrics = openMetrics();
  const ports = {
    ...{
      chain,
      clock,
      keys: CHAIN_KEYS,
      heads: [second],
      archives: [],
      hash: systemHash,
      meter: metrics.meter,
    },
    log: silentLog,
  };
  const linker = createLinker(ports);
  return {
    ...{ clock, chain, second, ports, linker, metrics },
    act: (change: Partial<AuditRow> = {}) =>
      chain.append({
        ...{ at: clock.now(), action: "signed_in", outcome: "success", actor: "account-1" },
        ...{ resource: "session-1", address: "203.0.113.7", device: "Firefox", reason: "password" },
        ...(change as object),
      }),
    verify: (span = {}) => verifyChain(ports, span),
  };
}

/** Three days of three acts each, the last of them not over; all linked and exported. */
async function threeDays() {
  const home = house();
  for (let day = 0; day < 3; day++) {
    if (day > 0) await home.clock.advance(DAY_MS);
    for (let i = 0; i < 3; i++) await home.act({ actor: `account-${day}-${i}` });
    await home.linker.link();
    await home.linker.exportHeads(true);
  }
  return home;
}
type Home = Awaited<ReturnType<typeof threeDays>>;

describe("a second place", () => {
  test("is asked of no more days than there can be, whatever is asked: each may be a request", async () => {
    const { verify, second } = await threeDays();
    const asked: string[][] = [];
    const { read } = second;
    second.read = async (...span) => {
      asked.push(span);
      return read(...span);
    };
    expect(await verify({ from: "0001-01-01", to: "9999-12-31" })).toMatchObject({ holds: true, heads: 5 });
    expect(asked).toEqual([["2023-12-01", "2026-12-01"]]);
  });

  test("is asked of the day that a clock which ran ahead has begun: it cannot be cut unseen", async () => {
    const { clock, act, linker, chain, verify } = await threeDays();
    const { now } = clock;
    clock.now = () => now() + 400 * DAY_MS;
    for (let i = 0; i < 2; i++) await act();
    await linker.link();
    await linker.exportHeads(true);
    clock.now = now;
    expect(await verify()).toMatchObject({ holds: true, days: 4 });
    // but not where that day is not asked for
    expect(await verify({ to: "2026-11-30" })).toMatchObject({ holds: true, days: 3 });
    expect(await verify({ from: "2028-06-01" })).toMatchObject({ holds: true, days: 0 });
    const cut = chain.tables.links.pop()!;
    chain.tables.rows = chain.tables.rows.filter(({ id }) => id !== cut.auditId);
    expect((await verify()).findings).toEqual([{ fault: "cut", day: cut.day, place: 2 }]);
  });
});

describe("a chain that nobody touched", () => {
  test("holds: each row has one link, days that are over are sealed, and all is held to the second place", async () => {
    const { verify, chain, second } = await threeDays();
    expect(await verify()).toEqual({
      holds: true,
      days: 3,
      links: 9,
      archived: 0,
      heads: 5,
      waiting: 0,
      findings: [],
      away: [],
    });
    expect(chain.tables.days.map(({ day, sealed }) => [day, sealed?.places])).toEqual([
      ["2026-11-28", 3],
      ["2026-11-29", 3],
      ["2026-11-30", undefined],
    ]);
    expect(second.heads.map(({ day, places, sealed }) => [day, places, sealed])).toEqual([
      ["2026-11-28", 3, false],
      ["2026-11-28", 3, true],
      ["2026-11-29", 3, false],
      ["2026-11-29", 3, true],
      ["2026-11-30", 3, false],
    ]);
  });

  test("holds in part: a day is asked for alone", async () => {
    const { verify } = await threeDays();
    expect(await verify({ from: "2026-11-29", to: "2026-11-29" })).toMatchObject({
      holds: true,
      days: 1,
      links: 3,
    });
    expect(await verify({ from: "2027-01-01" })).toMatchObject({ holds: true, days: 0, links: 0, heads: 0 });
  });

  test("is not said to hold while a second place does not answer", async () => {
    const { verify, second } = await threeDays();
    second.away = true;
    expect(await verify()).toMatchObject({ holds: false, findings: [], away: ["memory"] });
  });

  test("goes on under another master key, and its older days hold as long as the former one is there", async () => {
    const home = await threeDays();
    const newer = new Uint8Array(32).fill(6);
    const older = new Uint8Array(32).fill(5);
    const keys = chainKeys(systemHash, [newer, older]);
    const linker = createLinker({ ...home.ports, keys });
    await home.act();
    await linker.link(); // the day that is open stays under its own key
    await home.clock.advance(DAY_MS);
    await home.act();
    await linker.link();
    await linker.exportHeads(true);
    expect(await verifyChain({ ...home.ports, keys })).toMatchObject({ holds: true, days: 4 });
    const without = await verifyChain({ ...home.ports, keys: chainKeys(systemHash, [newer]) });
    expect(without.findings.filter(({ fault }) => fault === "key").map(({ day }) => day)).toEqual([
      "2026-11-28",
      "2026-11-29",
      "2026-11-30",
    ]);
  });

  test("is not made longer without the master key of its day, and that key is named", async () => {
    const home = await threeDays();
    const keys = chainKeys(systemHash, [new Uint8Array(32).fill(6)]);
    await home.act();
    await expect(createLinker({ ...home.ports, keys }).link()).rejects.toThrow(
      `the audit chain needs the master key behind ${CHAIN_KEYS.current.id}`,
    );
  });

  test("is not opened again by a clock that goes back, nor made longer by a day without acts", async () => {
    const home = await threeDays();
    const row = home.chain.tables.rows[0]!;
    const ports = { hash: systemHash, keys: CHAIN_KEYS };
    const tail = nextStep(ports, undefined, [row], NOON).tail!;
    const back = nextStep(ports, tail, [row], NOON - 3 * DAY_MS);
    expect(back).toMatchObject({ links: [{ day: "2026-11-28", place: 2 }] });
    expect(back.open).toBeUndefined();
    const over = nextStep(ports, tail, [], NOON + 5 * DAY_MS);
    expect(over).toMatchObject({ seal: { day: "2026-11-28" }, links: [] });
    // sealed by a clock that was ahead: the next day then, whatever it says
    expect(nextStep(ports, over.tail, [row], NOON)).toMatchObject({ open: { day: "2026-11-29" } });
  });
});

/** Each does one thing to the tables, as somebody with the database and no key can. */
type Table = ChainTables[keyof ChainTables];
const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const other = bytes.slice();
  other[(bit >> 3) % other.length]! ^= 1 << (bit & 7);
  return other;
};
const cut = (list: Table, at: number): void => void list.splice(at % list.length, 1);

const FIELDS = [
  "at",
  "action",
  "outcome",
  "actor",
  "resource",
  "address",
  "device",
  "reason",
  "accountId",
] as const;

const deeds: Record<string, (tables: ChainTables, at: number, other: number, text: string) => void> = {
  "a field of a row is edited": ({ rows }, at, other, text) => {
    const row = rows[at % rows.length]!;
    const field = FIELDS[other % FIELDS.length]!;
    const was = row[field];
    const now =
      field === "at" ? Number(was) + 1 : field === "outcome" ? "refused" : text === was ? `${text}!` : text;
    Object.assign(row, { [field]: now });
  },
  "a field of a row is emptied": ({ rows }, at, other) => {
    const field = (["resource", "address", "device", "reason"] as const)[other % 4]!;
    rows[at % rows.length]![field] = other % 2 ? null : "";
  },
  "text moves from one field to the next": ({ rows }, at) => {
    const row = rows[at % rows.length]!;
    Object.assign(row, { actor: row.actor + row.resource!.slice(0, 1), resource: row.resource!.slice(1) });
  },
  "a row is deleted": ({ rows }, at) => cut(rows, at),
  "a link is deleted": ({ links }, at) => cut(links, at),
  "a row is deleted with its link": (tables, at) => {
    const { id } = tables.rows[at % tables.rows.length]!;
    tables.rows = tables.rows.filter((row) => row.id !== id);
    tables.links = tables.links.filter(({ auditId }) => auditId !== id);
  },
  "a row is deleted with its link, and the later places move up": (tables, at) => {
    const { id } = tables.rows[at % tables.rows.length]!;
    const { day, place } = tables.links.find(({ auditId }) => auditId === id)!;
    tables.rows = tables.rows.filter((row) => row.id !== id);
    tables.links = tables.links.filter(({ auditId }) => auditId !== id);
    for (const link of tables.links) if (link.day === day && link.place > place) link.place--;
  },
  "two rows change places": ({ rows }, at, other) => {
    const a = rows[at % rows.length]!;
    const b = rows[(at + 1 + (other % (rows.length - 1))) % rows.length]!;
    const { id, ...rest } = { ...a };
    Object.assign(a, { ...b, id });
    Object.assign(b, rest);
  },
  "two links change rows": ({ links }, at, other) => {
    const a = links[at % links.length]!;
    const b = links[(at + 1 + (other % (links.length - 1))) % links.length]!;
    [a.auditId, b.auditId] = [b.auditId, a.auditId];
  },
  "two links of a day change places": ({ links }, at) => {
    const a = links[at % links.length]!;
    const b = links.find((link) => link.day === a.day && link.place !== a.place)!;
    [a.place, b.place] = [b.place, a.place];
  },
  "the end of the chain is cut off": (tables, at) => {
    const left = at % tables.links.length;
    const gone = tables.links.slice(left).map(({ auditId }) => auditId);
    tables.links = tables.links.slice(0, left);
    tables.rows = tables.rows.filter(({ id }) => !gone.includes(id));
  },
  "the last days are cut off whole": (tables, at) => {
    tables.days = tables.days.slice(0, at % tables.days.length);
    const days = tables.days.map(({ day }) => day);
    const gone = tables.links.filter(({ day }) => !days.includes(day)).map(({ auditId }) => auditId);
    tables.links = tables.links.filter(({ day }) => days.includes(day));
    tables.rows = tables.rows.filter(({ id }) => !gone.includes(id));
  },
  "a day in the midst is cut out": (tables) => {
    const gone = tables.links.filter(({ day }) => day === "2026-11-29").map(({ auditId }) => auditId);
    tables.days = tables.days.filter(({ day }) => day !== "2026-11-29");
    tables.links = tables.links.filter(({ day }) => day !== "2026-11-29");
    tables.rows = tables.rows.filter(({ id }) => !gone.includes(id));
  },
  "a day is said to have been let go": (tables, at) => {
    const sealed = tables.days.filter((day) => day.sealed);
    const day = sealed[at % sealed.length]!;
    day.dropped = new Uint8Array(32).fill(at);
    const gone = tables.links.filter((link) => link.day === day.day).map(({ auditId }) => auditId);
    tables.links = tables.links.filter((link) => link.day !== day.day);
    tables.rows = tables.rows.filter(({ id }) => !gone.includes(id));
  },
  "a bit of a link is turned": ({ links }, at, bit) => {
    const link = links[at % links.length]!;
    link.mac = flip(link.mac, bit);
  },
  "a bit of a day is turned": ({ days }, at, bit) => {
    const day = days[at % days.length]!;
    if (!day.sealed || bit % 3 === 0) day.opening = flip(day.opening, bit);
    else if (bit % 3 === 1) day.sealed = { ...day.sealed, head: flip(day.sealed.head, bit) };
    else day.sealed = { ...day.sealed, seal: flip(day.sealed.seal, bit) };
  },
  "a seal is taken off": ({ days }, at) => {
    const sealed = days.filter((day) => day.sealed);
    sealed[at % sealed.length]!.sealed = undefined;
  },
  "a row is slipped in": (tables, at) => {
    tables.rows.push({ ...tables.rows[at % tables.rows.length]!, id: 1_000 });
  },
  "a row is slipped in with a link": (tables, at) => {
    const last = tables.links.at(-1)!;
    tables.rows.push({ ...tables.rows[at % tables.rows.length]!, id: 1_000 });
    tables.links.push({
      day: last.day,
      place: last.place + 1,
      auditId: 1_000,
      mac: new Uint8Array(32).fill(at),
    });
  },
};

describe("a chain that was changed is found out:", () => {
  const small = { numRuns: 40 };
  test.each(Object.entries(deeds))("%s", async (_name, deed) => {
    const clean = await threeDays();
    const kept = structuredClone(clean.chain.tables);
    await fc.assert(
      fc.asyncProperty(fc.nat(50), fc.nat(255), fc.string({ maxLength: 8 }), async (at, other, text) => {
        Object.assign(clean.chain.tables, structuredClone(kept));
        deed(clean.chain.tables, at, other, text);
        const { holds, findings } = await clean.verify();
        expect(holds).toBe(false);
        expect(findings.length).toBeGreaterThan(0);
      }),
      small,
    );
  });

  test("each MAC holds all that it stands for: place, day and the one before; a day's opening the seal of the day before", async () => {
    const { chain } = await threeDays();
    const [row] = chain.tables.rows;
    const before = new Uint8Array(32);
    const at = { day: "2026-11-28", place: 2 };
    const key = CHAIN_KEYS.current;
    const link = linkMac(systemHash, key, before, at, row!);
    expect(linkMac(systemHash, key, before, at, { ...row! })).toEqual(link);
    expect(linkMac(systemHash, key, before, { ...at, place: 3 }, row!)).not.toEqual(link);
    expect(linkMac(systemHash, key, before, { ...at, day: "2026-11-29" }, row!)).not.toEqual(link);
    expect(linkMac(systemHash, key, flip(before, 0), at, row!)).not.toEqual(link);
    const [first] = chain.tables.days;
    const opening = openingOf(systemHash, key, "2026-11-29", first);
    const resealed = { ...first!, sealed: { ...first!.sealed!, seal: before } };
    expect(openingOf(systemHash, key, "2026-11-29", resealed)).not.toEqual(opening);
    expect(openingOf(systemHash, key, "2026-11-29", undefined)).not.toEqual(opening);
  });

  test("and that a link in the midst is gone, as such", async () => {
    const { chain, verify } = await threeDays();
    chain.tables.links.splice(1, 1);
    expect((await verify()).findings).toContainEqual({ fault: "missing", day: "2026-11-28", place: 2 });
  });

  test("and which row was edited is said", async () => {
    const { chain, verify } = await threeDays();
    chain.tables.rows[4]!.reason = "nothing happened";
    expect((await verify()).findings).toEqual([{ fault: "changed", day: "2026-11-29", place: 2, id: 5 }]);
  });

  test("and that its end is gone, though what is left holds by itself", async () => {
    const { chain, verify } = await threeDays();
    chain.tables.links.pop();
    chain.tables.rows.pop();
    expect((await verify()).findings).toEqual([{ fault: "cut", day: "2026-11-30", place: 3 }]);
  });

  test("and that its end was written anew, by a linker of ours that went on after the cut", async () => {
    const home: Home = await threeDays();
    home.chain.tables.links.splice(-2);
    home.chain.tables.rows.splice(-2);
    for (let i = 0; i < 3; i++) await home.act({ actor: "thief" });
    const errors: string[] = [];
    const log = { ...silentLog, error: (_fields: object, message: string) => void errors.push(message) };
    // a cell that has just started knows nothing of what was there; one that has run says so at once
    await createLinker({ ...home.ports, log }).link();
    expect(errors).toEqual([]);
    expect((await home.verify()).findings).toEqual([{ fault: "head", day: "2026-11-30", place: 3 }]);
  });

  test("and that its day was begun anew, without those before it: another chain, not a shorter one", async () => {
    const home = await threeDays();
    Object.assign(home.chain.tables, { days: [], links: [], rows: [], waiting: [] });
    await home.act({ actor: "thief" });
    await createLinker(home.ports).link();
    expect((await home.verify()).findings).toContainEqual({ fault: "head", day: "2026-11-30", place: 3 });
  });

  test("and a linker that finds less than it left says so at once", async () => {
    const home = house();
    const errors: string[] = [];
    const log = { ...silentLog, error: (_fields: object, message: string) => void errors.push(message) };
    const linker = createLinker({ ...home.ports, log });
    for (let i = 0; i < 3; i++) await home.act();
    await linker.link();
    home.chain.tables.links.pop();
    home.chain.tables.rows.pop();
    await home.act();
    await linker.link();
    expect(errors).toEqual([expect.stringContaining("bear audit-verify")]);
    expect(await home.metrics.text()).toContain('audit_faults_total{fault="cut"} 1');
  });

  test("and a head that somebody made up in the second place", async () => {
    const { second, verify } = await threeDays();
    second.heads[0] = { ...second.heads[0]!, places: 2 };
    second.heads.push({ ...second.heads[4]!, day: "2026-12-01" });
    expect((await verify()).findings).toEqual([
      { fault: "forged", day: "2026-11-28", place: 2 },
      { fault: "forged", day: "2026-12-01", place: 3 },
    ]);
    second.heads = [{ ...second.heads[1]!, mac: "none" }];
    expect((await verify()).findings).toEqual([{ fault: "forged", day: "2026-11-28", place: 3 }]);
  });

  test("and that the seal of the last day was taken off", async () => {
    const { clock, linker, chain, verify } = await threeDays();
    await clock.advance(DAY_MS);
    await linker.link();
    await linker.exportHeads(true);
    expect(await verify()).toMatchObject({ holds: true });
    chain.tables.days.at(-1)!.sealed = undefined;
    expect((await verify()).findings).toEqual([{ fault: "head", day: "2026-11-30", place: 3 }]);
  });

  describe("where no second place knows of it,", () => {
    let home: Home;
    beforeEach(async () => {
      home = await threeDays();
      home.second.heads = [];
    });

    test("by a day that does not open on the one before it", async () => {
      deeds["a day in the midst is cut out"]!(home.chain.tables, 0, 0, "");
      expect((await home.verify()).findings).toEqual([{ fault: "day", day: "2026-11-30" }]);
    });

    test("by the seal of the last day, on which none opens", async () => {
      await home.clock.advance(DAY_MS);
      await home.linker.link();
      home.second.heads = [];
      const last = home.chain.tables.days.at(-1)!;
      expect(await home.verify()).toMatchObject({ holds: true });
      last.sealed = { ...last.sealed!, seal: flip(last.sealed!.seal, 0) };
      expect((await home.verify()).findings).toEqual([{ fault: "day", day: "2026-11-30" }]);
    });
  });
});

describe("a trail past its time", () => {
  let home: Home;
  const never = new AbortController().signal;
  const drop = (days: number) =>
    keepTrail({ ...home.ports, clock: home.clock }, { days, archiveDays: 0 }, never);
  beforeEach(async () => {
    home = await threeDays();
  });

  test("goes day by day, what is left still holds, and that a day went is in it", async () => {
    await home.clock.advance(DAY_MS);
    await home.linker.link();
    await drop(2); // it is 1 December: 28 November is past its time
    await home.linker.link();
    expect(home.chain.tables.rows.map(({ action, resource }) => [action, resource]).at(-1)).toEqual([
      "audit_day_dropped",
      "2026-11-28",
    ]);
    expect(home.chain.tables.rows).toHaveLength(7);
    expect(await home.verify()).toMatchObject({ holds: true, days: 4, links: 7 });
    await drop(2);
    expect(home.chain.tables.rows).toHaveLength(7);
  });

  test("is held to what was exported in the midst of a day that went, which nobody can look at any more", async () => {
    const home = house();
    for (let i = 0; i < 2; i++) {
      await home.act();
      await home.linker.link();
      await home.linker.exportHeads(true);
    }
    await home.clock.advance(DAY_MS);
    await home.linker.link();
    await home.linker.exportHeads(true);
    await keepTrail({ ...home.ports, clock: home.clock }, { days: 0, archiveDays: 0 }, never);
    await home.linker.link();
    expect(home.chain.tables.days[0]!.dropped).toBeDefined();
    expect(home.second.heads.map(({ places, sealed }) => [places, sealed])).toEqual([
      [1, false],
      [2, false],
      [2, true],
    ]);
    expect(await home.verify()).toMatchObject({ holds: true });
  });

  test("leaves an anchor that cannot be taken away or changed", async () => {
    await drop(1);
    await home.linker.link();
    expect(await home.verify()).toMatchObject({ holds: true });
    const [first] = home.chain.tables.days;
    home.chain.tables.days[0] = { ...first!, sealed: { ...first!.sealed!, places: 2 } };
    expect((await home.verify()).holds).toBe(false);
    home.chain.tables.days.shift();
    expect((await home.verify()).holds).toBe(false);
  });

  test("is not let go before it is sealed", async () => {
    await drop(-30);
    expect(home.chain.tables.links.map(({ day }) => day)).toEqual(Array(3).fill("2026-11-30"));
  });
});

describe("the linker", () => {
  test("links within a second of an act, and exports the head half a minute after the last, at most", async () => {
    const { linker, act, chain, second, clock } = house();
    linker.start();
    await clock.advance(0);
    await act();
    await clock.advance(1_000);
    expect(chain.tables.links).toHaveLength(1);
    expect(second.heads).toHaveLength(0); // it exported at its start, when there was nothing
    await clock.advance(29_000);
    expect(second.heads).toHaveLength(1);
    await act();
    await linker.stop();
    expect(chain.tables.links).toHaveLength(2);
    expect(second.heads.map(({ places }) => places)).toEqual([1, 2]);
    expect(clock.waiting).toBe(0);
  });

  test("seals a day that is over, though nobody does anything, and exports that until it is told that it was taken", async () => {
    const { linker, act, chain, second, clock, verify } = house();
    await act();
    linker.start();
    second.away = true;
    await clock.advance(DAY_MS);
    expect(chain.tables.days[0]!.sealed?.places).toBe(1);
    expect(second.heads).toEqual([]);
    second.away = false;
    await clock.advance(31_000);
    expect(second.heads).toMatchObject([{ day: "2026-11-28", sealed: true, places: 1 }]);
    await linker.stop();
    expect(await verify()).toMatchObject({ holds: true });
  });

  test("complains of nothing where all is well, and brings one head to a second place once", async () => {
    const home = house();
    const said: string[] = [];
    const say = (_fields: object, message: string) => void said.push(message);
    const linker = createLinker({ ...home.ports, log: { ...silentLog, warn: say, error: say } });
    await linker.exportHeads(true); // of a chain that has no link yet
    for (let i = 0; i < 2; i++) {
      await home.act();
      await linker.link();
    }
    await linker.exportHeads(true);
    await linker.exportHeads(true);
    expect(home.second.heads.map(({ places }) => places)).toEqual([2]);
    expect(said).toEqual([]);
    expect(await home.metrics.text()).not.toContain("audit_faults_total{");
  });

  test("counts each entry once, as it is linked", async () => {
    const { linker, act, metrics } = house();
    await act();
    await linker.link();
    await linker.link();
    expect(await metrics.text()).toContain('audit_events_total{action="signed_in"} 1');
  });

  test("goes on after a record that was away", async () => {
    const home = house();
    let away = true;
    const chain = {
      ...home.chain,
      waiting: () => (away ? Promise.reject(new Error("away")) : home.chain.waiting(1)),
    };
    const linker = createLinker({ ...home.ports, chain });
    linker.start();
    await home.act();
    await home.clock.advance(2_000);
    expect(home.chain.tables.links).toEqual([]);
    away = false;
    await home.clock.advance(1_000);
    expect(home.chain.tables.links).toHaveLength(1);
    await linker.stop();
  });
});

describe("two cells", () => {
  test("bring the newest head to a place that writes over the one before, whichever exports last", async () => {
    const home = house();
    const kept = new Map<string, number>();
    home.second.put = async ({ day, places, sealed }) => void kept.set(`${day} ${sealed}`, places);
    const [one, other] = [createLinker(home.ports), createLinker(home.ports)];
    await home.act();
    await one.link();
    for (let i = 0; i < 5; i++) await home.act();
    await other.link();
    await other.exportHeads(true);
    await one.exportHeads(true);
    expect([...kept]).toEqual([["2026-11-28 false", 6]]);
    // in the same moment the older one may come last all the same: half a minute later it is mended
    kept.set("2026-11-28 false", 1);
    await home.act();
    await other.link();
    await one.exportHeads(true);
    expect([...kept]).toEqual([["2026-11-28 false", 7]]);
  });

  test("do not export the end that a cut left: one that went further says so, though nobody does anything", async () => {
    const home = house();
    const errors: object[] = [];
    const log = { ...silentLog, error: (fields: object) => void errors.push(fields) };
    const linker = createLinker({ ...home.ports, log });
    for (let i = 0; i < 3; i++) await home.act();
    await linker.link();
    await linker.exportHeads(true);
    home.chain.tables.links.pop();
    home.chain.tables.rows.pop();
    await linker.exportHeads(true);
    expect(home.second.heads.map(({ places }) => places)).toEqual([3]);
    Object.assign(home.chain.tables, { days: [], links: [] });
    await linker.exportHeads(true);
    expect(home.second.heads).toHaveLength(1);
    expect(errors).toEqual(Array(2).fill({ day: "2026-11-28", place: 3 }));
  });
});

describe("a chain that stands still", () => {
  let home: ReturnType<typeof house>;
  let warned: [object, string][];
  let linker: ReturnType<typeof createLinker>;
  const faults = async () => /audit_faults_total\{fault="late"\} (\d+)/.exec(await home.metrics.text())?.[1];
  beforeEach(() => {
    home = house();
    warned = [];
    const warn = (fields: object, message: string) => void warned.push([fields, message]);
    linker = createLinker({ ...home.ports, log: { ...silentLog, warn } });
  });

  test("because somebody keeps its lock is told each minute that rows wait, and is not said to hold", async () => {
    const { extend } = home.chain;
    home.chain.extend = async () => undefined;
    linker.start();
    await home.act();
    await home.clock.advance(60_000);
    expect([warned, (await home.verify()).findings]).toEqual([[], []]);
    await home.clock.advance(1_000);
    expect(await home.verify()).toMatchObject({ holds: false, findings: [{ fault: "late" }] });
    expect([warned.length, warned[0]![1], await faults()]).toEqual([
      1,
      expect.stringContaining("the audit chain stands still"),
      "1",
    ]);
    await home.clock.advance(60_000);
    expect([warned.length, await faults()]).toEqual([2, "2"]);

    home.chain.extend = extend;
    await home.clock.advance(1_000);
    expect(warned.slice(2)).toEqual([
      [{ rows: 1, first: 1, last: 1 }, expect.stringContaining("nothing proves what they were")],
    ]);
    expect([await faults(), (await home.verify()).holds]).toEqual(["3", true]);
    await linker.stop();
  });

  test("is told of no more where another cell got on with it", async () => {
    await home.act();
    await home.clock.advance(61_000);
    await createLinker(home.ports).link();
    await home.act();
    home.chain.extend = async () => undefined;
    expect([await linker.link(), warned]).toEqual([false, []]);
  });

  test("is nothing new where a cell starts again within a minute", async () => {
    await home.act();
    await home.clock.advance(60_000);
    await linker.link();
    expect([warned, await faults()]).toEqual([[], undefined]);
  });

  test("and was emptied, with the folder of its heads, is linked anew with a word of those rows that are old", async () => {
    await home.act();
    await home.linker.link();
    await home.clock.advance(DAY_MS);
    await home.act();
    home.chain.tables.rows[0]!.action = "nothing";
    Object.assign(home.chain.tables, { days: [], links: [], waiting: [1, 2] });
    await linker.link();
    expect(warned).toEqual([[{ rows: 1, first: 1, last: 1 }, expect.stringContaining("waited")]]);
    expect(await faults()).toBe("1");
  });
});
