/** A day past its time is archived whole before its rows go, the archive ends too, and what it has is held to the chain. MISSION B28, SAFETY S4 */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import { archivedSection } from "../../../server/audit/archived.ts";
import { auditRetentionJob, keepTrail, watchArchives } from "../../../server/audit/keep.ts";
import { createLinker } from "../../../server/audit/link.ts";
import { verifyChain } from "../../../server/audit/verify.ts";
import { AUDIT_ARCHIVE_ROWS, AUDIT_DROP_ROWS, AUDIT_VERIFY_LINKS } from "../../../server/bounds.ts";
import type { AuditRow } from "../../../server/ports.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { CHAIN_KEYS, memoryArchive, memoryChain, memoryHeads } from "../../support/audit.ts";
import { fakeClock } from "../../support/clock.ts";
import { silentLog } from "../../support/voice.ts";

const DAY_MS = 86_400_000;
const NOON = Date.parse("2026-11-28T12:00:00Z");
const FIRST = "2026-11-28";
const YEARS = { days: 365, archiveDays: 365 };
const OFF = { days: 365, archiveDays: 0 };

function house() {
  const clock = fakeClock(NOON);
  const chain = memoryChain();
  const second = memoryHeads();
  const [one, other] = [memoryArchive("folder"), memoryArchive("bucket")];
  const metrics = openMetrics();
  const warned: object[] = [];
  const errors: object[] = [];
  const log = {
    ...silentLog,
    warn: (fields: object) => void warned.push(fields),
    error: (fields: object) => void errors.push(fields),
  };
  const ports = {
    ...{ chain, clock, keys: CHAIN_KEYS, heads: [second], archives: [one, other], hash: systemHash },
    ...{ meter: metrics.meter, log },
  };
  const linker = createLinker(ports);
  const home = {
    ...{ clock, chain, second, one, other, metrics, warned, errors, ports, linker },
    act: (change: Partial<AuditRow> = {}) =>
      chain.append({
        ...{ at: clock.now(), action: "signed_in", outcome: "success", actor: "account-1" },
        ...{ resource: "session-1", address: "203.0.113.7", device: 'Fire\n"fox" ü', reason: "password" },
        ...(change as object),
      }),
    verify: (scope = {}) => verifyChain(ports, scope),
    keep: (times = YEARS, signal = new AbortController().signal) => keepTrail(ports, times, signal),
    /** Links what waits, to the end of the day. */
    async settle(): Promise<void> {
      await linker.link();
      await linker.exportHeads(true);
    },
    linksOf: (day: string) => chain.tables.links.filter((link) => link.day === day).length,
    dayOf: (day: string) => chain.tables.days.find((one) => one.day === day)!,
    acts: (action: string) =>
      chain.tables.rows.filter((row) => row.action === action).map(({ resource }) => resource),
  };
  return home;
}
type Home = ReturnType<typeof house>;

/** A day of so many acts, and a year and a day after it. */
async function yearAfter(acts = 3): Promise<Home> {
  const home = house();
  for (let i = 0; i < acts; i++) await home.act({ actor: `account-${i}` });
  await home.settle();
  await home.clock.advance(366 * DAY_MS);
  await home.settle();
  return home;
}

let home: Home;
beforeEach(async () => {
  home = await yearAfter();
});

describe("a day past its time", () => {
  test("goes into every archive, then out of the database, and the trail still holds: its anchor, and what was archived", async () => {
    expect(home.linksOf(FIRST)).toBe(3);
    await home.keep();
    await home.settle();
    expect(home.linksOf(FIRST)).toBe(0);
    expect(home.acts("signed_in")).toEqual([]);
    expect(home.acts("audit_day_dropped")).toEqual([FIRST]);
    for (const { parts } of [home.one, home.other])
      expect([...parts].map(([name, text]) => [name, text.split("\n").length])).toEqual([[`${FIRST}/1`, 4]]);
    expect(await home.verify()).toMatchObject({ holds: true, days: 2, links: 1, archived: 0 });
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, links: 1, archived: 6 });
    expect(await home.metrics.text()).not.toContain("audit_faults_total{");
  });

  test("is out of the archive too when that time is over, and that is in the trail once", async () => {
    await home.keep();
    await home.settle();
    await home.clock.advance(364 * DAY_MS);
    await home.keep();
    expect(home.one.parts.size).toBe(1);
    await home.clock.advance(DAY_MS);
    await home.keep();
    await home.settle();
    expect(home.acts("audit_archive_dropped")).toEqual([FIRST]);
    expect([home.one.parts.size, home.other.parts.size]).toEqual([0, 0]);
    expect(home.dayOf(FIRST)).toMatchObject({ archived: undefined, dropped: expect.any(Uint8Array) });
    expect(await home.verify()).toMatchObject({ holds: true });
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 0 });
    const unarchive = vi.spyOn(home.chain, "unarchive");
    await home.keep();
    expect([home.acts("audit_archive_dropped"), unarchive.mock.calls]).toEqual([[FIRST], []]);
  });

  test("stays where an archive is away, which is told, and goes with the next time", async () => {
    home.other.away = true;
    const drop = vi.spyOn(home.chain, "drop");
    await home.keep();
    expect([home.linksOf(FIRST), home.dayOf(FIRST).dropped]).toEqual([3, undefined]);
    expect(drop).not.toHaveBeenCalled();
    expect(home.warned).toMatchObject([{ day: FIRST, to: "bucket" }]);
    expect(await home.metrics.text()).toContain('audit_faults_total{fault="archive"} 1');
    expect(await home.verify({ archive: true })).toMatchObject({ findings: [], links: 3, archived: 0 });
    home.other.away = false;
    await home.keep();
    await home.settle();
    expect(home.linksOf(FIRST)).toBe(0);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 6 });
  });

  test("is archived anew, and the same, where a cell ended between the archive and the drop", async () => {
    const broken = { ...home.chain, drop: () => Promise.reject(new Error("killed")) };
    const never = new AbortController().signal;
    await expect(keepTrail({ ...home.ports, chain: broken }, YEARS, never)).rejects.toThrow("killed");
    const before = home.one.parts.get(`${FIRST}/1`)!;
    home.one.parts.set(`${FIRST}/1`, before.slice(0, 10));
    expect([home.linksOf(FIRST), before.length > 10]).toEqual([3, true]);
    await home.keep();
    await home.settle();
    expect(home.one.parts.get(`${FIRST}/1`)).toBe(before);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 6 });
  });

  test("leaves no part behind where the archive was turned off before its rows went", async () => {
    home.other.away = true;
    await home.keep();
    home.other.away = false;
    expect(home.one.parts.size).toBe(1);
    await home.keep(OFF);
    await home.settle();
    expect([home.one.parts.size, home.linksOf(FIRST)]).toEqual([0, 0]);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 0 });
  });

  test("goes as it is where there is no archive; and what there was goes where there is none any more", async () => {
    await home.keep();
    await home.settle();
    expect(home.one.parts.size).toBe(1);
    await home.clock.advance(DAY_MS);
    await home.keep(OFF);
    await home.settle();
    expect([home.one.parts.size, home.other.parts.size]).toEqual([0, 0]);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true });

    home = await yearAfter();
    await home.keep(OFF);
    await home.settle();
    expect([home.one.parts.size, home.linksOf(FIRST), home.dayOf(FIRST).archived]).toEqual([0, 0, undefined]);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true });
  });

  test("stays in the archive while the job is stopped", async () => {
    await home.keep();
    await home.settle();
    await home.clock.advance(366 * DAY_MS);
    await home.keep(YEARS, AbortSignal.abort());
    expect([home.one.parts.size, home.dayOf(FIRST).archived]).toEqual([1, 1]);
  });

  test("stays in the archive too where it stays in the database, no longer as it was sealed", async () => {
    home.other.away = true;
    await home.keep();
    home.other.away = false;
    await home.clock.advance(366 * DAY_MS);
    const day = home.dayOf(FIRST);
    day.opening = day.opening.map((byte) => byte ^ 1);
    await home.keep();
    expect([home.one.parts.size, home.linksOf(FIRST), day.archived]).toEqual([1, 3, 1]);
  });

  test("stays, and is told of, where it is no longer as it was sealed; others go", async () => {
    home = house();
    for (let day = 0; day < 4; day++) {
      await home.act();
      await home.settle();
      await home.clock.advance(DAY_MS);
    }
    await home.clock.advance(366 * DAY_MS);
    await home.settle();
    // more than anybody could put anywhere; the day after it follows on a seal that is another now
    home.dayOf(FIRST).sealed = { ...home.dayOf(FIRST).sealed!, places: 1e15 };
    const second = home.dayOf("2026-11-29");
    second.opening = second.opening.map((byte) => byte ^ 1);
    await home.keep();
    const left = home.chain.tables.days.filter(({ dropped, sealed }) => sealed && !dropped);
    expect(left.map(({ day }) => day)).toEqual([FIRST, "2026-11-29"]);
    expect([home.linksOf(FIRST), home.linksOf("2026-11-30")]).toEqual([1, 0]);
    expect([...home.one.parts.keys()]).toEqual(["2026-11-30/1", "2026-12-01/1"]);
    expect(home.errors).toEqual([
      { day: FIRST, fault: "day" },
      { day: "2026-11-29", fault: "day" },
    ]);
    expect(await home.metrics.text()).toContain('audit_faults_total{fault="day"} 2');
  });

  test("is not put into an archive where its time is over as well", async () => {
    await home.clock.advance(365 * DAY_MS);
    const put = vi.spyOn(home.one, "put");
    await home.keep();
    expect([put.mock.calls.length, home.linksOf(FIRST)]).toEqual([0, 0]);
  });

  test.each<[string, string, (home: Home) => void]>([
    ["a row of it was edited", "changed", ({ chain }) => void (chain.tables.rows[1]!.reason = "nothing")],
    ["a row of it is gone", "missing", ({ chain }) => void chain.tables.rows.splice(1, 1)],
    ["a link in its midst is gone", "missing", ({ chain }) => void chain.tables.links.splice(1, 1)],
    ["its end is cut off", "cut", ({ chain }) => void chain.tables.links.splice(2, 1)],
    ["its seal was taken off", "day", (home) => void (home.dayOf(FIRST).sealed = undefined)],
    ["no key here began it", "key", (home) => void (home.dayOf(FIRST).keyId = "deadbeef")],
    [
      "it is said to be in more parts than it has rows",
      "day",
      (home) => void (home.dayOf(FIRST).archived = 4),
    ],
  ])(
    "stays, with what is wrong with it, where %s: it is told of, and others go",
    async (_how, fault, deed) => {
      home = house();
      for (let day = 0; day < 3; day++) {
        for (let i = 0; i < 3; i++) await home.act();
        await home.settle();
        await home.clock.advance(DAY_MS);
      }
      await home.clock.advance(366 * DAY_MS);
      await home.settle();
      deed(home);
      const { findings } = await home.verify({ to: FIRST });
      for (const times of [YEARS, OFF]) await home.keep(times);
      await home.settle();
      expect(home.dayOf(FIRST).dropped).toBeUndefined();
      expect([...home.one.parts.keys()].filter((name) => name.startsWith(FIRST))).toEqual([]);
      expect([home.linksOf("2026-11-30"), home.acts("audit_day_dropped").at(-1)]).toEqual([0, "2026-11-30"]);
      expect(home.errors).toContainEqual({ day: FIRST, fault });
      expect(await home.metrics.text()).toMatch(new RegExp(`audit_faults_total\\{fault="${fault}"\\} [1-9]`));
      // and what was found is found still
      expect(findings.length).toBeGreaterThan(0);
      expect((await home.verify({ to: FIRST })).findings).toEqual(findings);
    },
  );

  test("stays where a link of a later page was edited, and is read in parts", async () => {
    home = await yearAfter(AUDIT_VERIFY_LINKS + 1);
    home.chain.tables.rows[AUDIT_VERIFY_LINKS]!.actor = "nobody";
    const links = vi.spyOn(home.chain, "links");
    await home.keep();
    expect([home.linksOf(FIRST), home.one.parts.size]).toEqual([AUDIT_VERIFY_LINKS + 1, 0]);
    expect(home.errors).toMatchObject([{ day: FIRST, fault: "changed" }]);
    expect(Math.max(...links.mock.calls.map(([, , most]) => most))).toBe(AUDIT_VERIFY_LINKS);
  });

  test("is looked at no further once the job is stopped, and nothing is said of it", async () => {
    home = await yearAfter(AUDIT_VERIFY_LINKS + 1);
    const stopping = new AbortController();
    const { links } = home.chain;
    const reading = vi.spyOn(home.chain, "links").mockImplementation(async (...asked) => {
      stopping.abort();
      return links(...asked);
    });
    await home.keep(OFF, stopping.signal);
    expect([reading.mock.calls.length, home.errors, home.dayOf(FIRST).dropped]).toEqual([1, [], undefined]);
  });

  test("that somebody said was let go is not proven so by us, though its time in the archive is over", async () => {
    home.chain.tables.rows.shift();
    home.chain.tables.links.shift();
    const day = home.dayOf(FIRST);
    Object.assign(day, { dropped: new Uint8Array(32), archived: 1 });
    await home.keep(OFF);
    expect(day).toMatchObject({ dropped: new Uint8Array(32), archived: 1 });
    expect(home.acts("audit_archive_dropped")).toEqual([]);
    expect((await home.verify()).findings).toContainEqual({ fault: "day", day: FIRST });
  });

  test("keeps no other from leaving the archive, where no key here began it", async () => {
    home = house();
    for (let day = 0; day < 2; day++) {
      await home.act();
      await home.settle();
      await home.clock.advance(DAY_MS);
    }
    await home.clock.advance(366 * DAY_MS);
    await home.settle();
    await home.keep();
    home.dayOf(FIRST).keyId = "deadbeef";
    await home.clock.advance(366 * DAY_MS);
    await home.keep();
    expect([...home.one.parts.keys()]).toEqual([`${FIRST}/1`]);
    expect(home.acts("audit_archive_dropped")).toEqual(["2026-11-29"]);
    expect(home.errors).toMatchObject([{ day: FIRST, fault: "key" }]);
  });

  test("is asked for again an hour later", () => {
    expect(auditRetentionJob(home.ports, YEARS).next(NOON)).toBe(NOON + 3_600_000);
  });
});

describe("a day of several parts", () => {
  const ACTS = AUDIT_ARCHIVE_ROWS + 1;

  test("is all there, and none of it goes where the job is stopped between two of them", async () => {
    home = await yearAfter(ACTS);
    const stopping = new AbortController();
    const { put } = home.one;
    home.one.put = async (...part) => {
      await put(...part);
      stopping.abort();
    };
    await home.keep(YEARS, stopping.signal);
    home.one.put = put;
    expect([...home.one.parts.keys()]).toEqual([`${FIRST}/1`]);
    expect([home.linksOf(FIRST), home.dayOf(FIRST).dropped]).toEqual([ACTS, undefined]);

    await home.keep();
    await home.settle();
    expect([...home.one.parts.keys()]).toEqual([`${FIRST}/1`, `${FIRST}/2`]);
    expect(home.linksOf(FIRST)).toBe(0);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 2 * ACTS });
  });

  test("is given no fewer parts than were noted once, so that none is forgotten", async () => {
    home.dayOf(FIRST).archived = 3;
    await home.keep();
    await home.settle();
    expect([...home.one.parts.keys()]).toEqual([1, 2, 3].map((part) => `${FIRST}/${part}`));
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 6 });
  });

  test.each([
    ["looks at it", 1],
    ["puts it there", 2],
  ])(
    "is not put over what another cell kept and let go while this one %s, nor is that told as a fault",
    async (_when, look) => {
      home = await yearAfter(ACTS);
      let looks = 0;
      const slow = { ...home.chain };
      slow.links = async (...asked) => {
        // the lease of this one's job ran out, and the other did all of it meanwhile
        if (asked[1] === 0 && ++looks === look) await home.keep();
        return home.chain.links(...asked);
      };
      await keepTrail({ ...home.ports, chain: slow }, YEARS, new AbortController().signal);
      await home.settle();
      expect([home.linksOf(FIRST), home.errors]).toEqual([0, []]);
      expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 2 * ACTS });
    },
  );
});

describe("a day that was let go", () => {
  /** As who has the database and no key can. */
  function forge(place: number, mac: Uint8Array, day = FIRST): void {
    const id = 900_001;
    home.chain.tables.rows.push({ ...home.chain.tables.rows.at(-1)!, id, actor: "forged" });
    home.chain.tables.links.push({ day, place, auditId: id, mac });
  }

  test.each<[string, number, () => Uint8Array, string]>([
    ["at its first place", 1, () => new Uint8Array(32), "changed"],
    ["at its end, with the head that is known there", 3, () => home.dayOf(FIRST).sealed!.head, "missing"],
  ])(
    "has no row but those that were linked in it: one %s is found, and told of, and does not go unseen",
    async (_where, place, mac, fault) => {
      await home.keep();
      await home.settle();
      forge(place, mac());
      for (const scope of [{}, { archive: true }])
        expect((await home.verify(scope)).findings).toContainEqual(
          expect.objectContaining({ fault, day: FIRST }),
        );
      await home.keep();
      expect(home.linksOf(FIRST)).toBe(1);
      expect(home.errors).toEqual([{ day: FIRST, fault }]);
    },
  );

  test("that there is no record of has no row either", async () => {
    forge(1, new Uint8Array(32), "2026-11-27");
    expect((await home.verify()).findings).toEqual([{ fault: "added", id: 900_001 }]);
  });

  test("holds while its rows go, from its end: what is left leads on from its opening, and an edit in it is found", async () => {
    home = await yearAfter(AUDIT_DROP_ROWS + 2);
    const stopping = new AbortController();
    const { drop } = home.chain;
    home.chain.drop = async (...asked) => {
      const gone = await drop(...asked);
      stopping.abort();
      return gone;
    };
    await home.keep(YEARS, stopping.signal);
    home.chain.drop = drop;
    await home.settle();
    expect(home.chain.tables.links.filter(({ day }) => day === FIRST).map(({ place }) => place)).toEqual([
      1, 2,
    ]);
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, links: 3 });
    const row = home.chain.tables.rows.find(({ id }) => id === 2)!;
    const { reason } = row;
    row.reason = "nothing";
    expect((await home.verify()).findings).toEqual([{ fault: "changed", day: FIRST, place: 2, id: 2 }]);
    await home.keep();
    expect(home.linksOf(FIRST)).toBe(2);
    row.reason = reason;
    await home.keep();
    expect([home.linksOf(FIRST), home.errors.length]).toEqual([0, 1]);
  });
});

describe("an archive that is away when a day is to leave it", () => {
  test("is told, keeps it alone, and is emptied with a later time", async () => {
    await home.keep();
    await home.settle();
    await home.clock.advance(365 * DAY_MS);
    home.one.away = true;
    await home.keep({ days: 366, archiveDays: 364 });
    expect([home.one.parts.size, home.other.parts.size]).toEqual([1, 0]);
    expect([home.dayOf(FIRST).archived, home.acts("audit_archive_dropped")]).toEqual([1, []]);
    expect(home.warned).toMatchObject([{ day: FIRST, to: "folder" }]);
    home.one.away = false;
    await home.keep();
    expect([home.one.parts.has(`${FIRST}/1`), home.acts("audit_archive_dropped")]).toEqual([false, [FIRST]]);
  });
});

test("an archive that is away is asked once, however many days are to leave it", async () => {
  home = house();
  for (let day = 0; day < 3; day++) {
    await home.act();
    await home.settle();
    await home.clock.advance(DAY_MS);
  }
  await home.settle();
  await home.clock.advance(365 * DAY_MS);
  await home.keep();
  expect([...home.one.parts.keys()]).toEqual([`${FIRST}/1`, "2026-11-29/1", "2026-11-30/1"]);
  await home.clock.advance(365 * DAY_MS);
  home.one.away = true;
  const remove = vi.spyOn(home.one, "remove");
  await home.keep();
  expect([remove.mock.calls.length, home.other.parts.size]).toEqual([1, 0]);
});

describe("an archive of one cell alone", () => {
  const stops: (() => Promise<void>)[] = [];
  const watch = () => stops.push(watchArchives(home.ports, YEARS));
  afterEach(async () => void (await Promise.all(stops.splice(0).map((stop) => stop()))));

  test("ends too, by its own cell's watch, though another cell's job told the record that it did", async () => {
    await home.keep();
    await home.settle();
    const text = home.one.parts.get(`${FIRST}/1`)!;
    await home.clock.advance(365 * DAY_MS);
    await home.keep();
    home.one.parts.set(`${FIRST}/1`, text);
    home.one.parts.set("2027-11-29/1", "young");
    watch();
    await home.clock.advance(0);
    expect([...home.one.parts.keys()]).toEqual(["2027-11-29/1"]);
    home.one.parts.set(`${FIRST}/1`, text);
    await home.clock.advance(3_600_000);
    expect(home.one.parts.has(`${FIRST}/1`)).toBe(false);
    await stops.pop()!();
    expect(home.clock.waiting).toBe(0);
    // in the midst of a look
    watch();
    await stops.pop()!();
    expect(home.clock.waiting).toBe(0);
  });

  test("keeps what has its time, and what the record still has there: that is the job's", async () => {
    await home.keep();
    home.one.parts.set("2026-11-29/1", "no record of it, and young");
    watch();
    await home.clock.advance(365 * DAY_MS);
    expect([...home.one.parts.keys()]).toEqual([`${FIRST}/1`, "2026-11-29/1"]);
    await home.clock.advance(DAY_MS);
    expect([...home.one.parts.keys()]).toEqual([`${FIRST}/1`]);
  });

  test("is looked at again where it, or the record, was away", async () => {
    home.one.away = true;
    home.one.parts.set("2020-01-01/1", "old");
    watch();
    await home.clock.advance(0);
    expect(home.warned).toMatchObject([{ to: "folder" }]);
    home.one.away = false;
    await home.clock.advance(3_600_000);
    expect(home.one.parts.size).toBe(0);
  });
});

describe("what an archive has", () => {
  const FIELDS = ["at", "action", "outcome", "actor", "resource", "address", "device", "reason"] as const;
  type Parts = Map<string, string>;
  const one = `${FIRST}/1`;
  const two = `${FIRST}/2`;
  const change = (parts: Parts, name: string, deed: (lines: string[]) => void): void => {
    const lines = parts.get(name)!.trimEnd().split("\n");
    deed(lines);
    parts.set(name, lines.map((line) => `${line}\n`).join(""));
  };
  const edit =
    (deed: (line: { place: number; mac: string; id: number; row: Record<string, unknown> | null }) => void) =>
    (parts: Parts, at: number): void =>
      change(parts, one, (lines) => {
        const line = JSON.parse(lines[at % lines.length]!) as never;
        deed(line);
        lines[at % lines.length] = JSON.stringify(line);
      });
  const deeds: [string, (parts: Parts, at: number) => void][] = [
    ...FIELDS.map((field): [string, (parts: Parts, at: number) => void] => [
      `a line's ${field} is edited`,
      edit(({ row }) => {
        row![field] = field === "at" ? Number(row![field]) + 1 : field === "outcome" ? "refused" : "other";
      }),
    ]),
    ["a line's family is edited", edit(({ row }) => void (row!.account_id = "account-2"))],
    ["a line's field is emptied", edit(({ row }) => void (row!.reason = null))],
    ["a line's row is taken out", edit((line) => void (line.row = null))],
    ["a line's place is another", edit((line) => void (line.place += 1))],
    ["a line's id is another", edit((line) => void (line.id += 1))],
    ["a line's MAC is another", edit((line) => void (line.mac = "0".repeat(64)))],
    ["a line has a field more", edit((line) => void Object.assign(line, { more: 1 }))],
    [
      "a line is no line",
      (parts, at) => change(parts, one, (lines) => void (lines[at % lines.length] = "{")),
    ],
    ["a line is deleted", (parts, at) => change(parts, one, (lines) => lines.splice(at % lines.length, 1))],
    [
      "a line stands twice",
      (parts, at) => change(parts, one, (lines) => lines.push(lines[at % lines.length]!)),
    ],
    [
      "two lines change places",
      (parts, at) =>
        change(parts, one, (lines) => {
          const [a, b] = [at % lines.length, (at + 1) % lines.length];
          [lines[a], lines[b]] = [lines[b]!, lines[a]!];
        }),
    ],
    ["a line's end is cut off", (parts, at) => parts.set(one, parts.get(one)!.slice(0, -2 - (at % 90)))],
    ["its first part is gone", (parts) => parts.delete(one)],
    ["its last part is gone", (parts) => parts.delete(two)],
    ["a part is empty", (parts) => parts.set(two, "")],
    [
      "two parts change places",
      (parts) => {
        const [a, b] = [parts.get(one)!, parts.get(two)!];
        parts.set(one, b).set(two, a);
      },
    ],
  ];

  let whole: Home;
  let kept: Parts;
  beforeAll(async () => {
    whole = await yearAfter(AUDIT_ARCHIVE_ROWS + 2);
    await whole.keep();
    await whole.settle();
    kept = new Map(whole.one.parts);
  });
  const restore = (): void => {
    whole.one.parts.clear();
    for (const [name, text] of kept) whole.one.parts.set(name, text);
  };

  test.each(deeds)(
    "is held to the chain: %s, and it is found, with the archive's name",
    async (_name, deed) => {
      for (const at of [0, 777, AUDIT_ARCHIVE_ROWS - 1]) {
        restore();
        deed(whole.one.parts, at);
        const { holds, findings } = await whole.verify({ archive: true });
        expect(holds).toBe(false);
        expect(new Set(findings.map(({ archive }) => archive))).toEqual(new Set(["folder"]));
        expect(await whole.verify()).toMatchObject({ holds: true });
      }
      restore();
      expect(await whole.verify({ archive: true })).toMatchObject({ holds: true });
    },
  );

  test("says which row was edited, and what is missing", async () => {
    restore();
    edit(({ row }) => void (row!.reason = "nothing happened"))(whole.one.parts, 6);
    whole.one.parts.delete(two);
    const last = AUDIT_ARCHIVE_ROWS;
    expect((await whole.verify({ archive: true })).findings).toEqual([
      { fault: "changed", day: FIRST, place: 7, id: 7, archive: "folder" },
      { fault: "cut", day: FIRST, place: last, archive: "folder" },
    ]);
    restore();
  });

  test("is not read of a day that is not asked for", async () => {
    const read = vi.spyOn(whole.one, "read");
    expect(await whole.verify({ archive: true, from: "2027-01-01" })).toMatchObject({
      holds: true,
      archived: 0,
    });
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  test("is not known where it does not answer, at its first part or a later one, and it is not asked again", async () => {
    const { read: readIt } = whole.one;
    const reading = vi.spyOn(whole.one, "read");
    for (const from of [1, 2]) {
      reading.mockReset().mockImplementation((day, part) => {
        if (part >= from) return Promise.reject(new Error("away"));
        return readIt(day, part);
      });
      expect(await whole.verify({ archive: true })).toMatchObject({
        ...{ holds: false, findings: [], away: ["folder"], archived: AUDIT_ARCHIVE_ROWS + 2 },
      });
      expect(reading).toHaveBeenCalledTimes(from);
    }
    reading.mockRestore();

    await home.keep();
    await home.settle();
    home.one.away = true;
    const read = vi.spyOn(home.one, "read");
    expect(await home.verify({ archive: true })).toMatchObject({
      ...{ holds: false, findings: [], away: ["folder"], archived: 3 },
    });
    expect(read).toHaveBeenCalledTimes(1);
    expect(await home.verify()).toMatchObject({ holds: true, away: [] });
  });

  test("may be in one place alone, which was there before the other; where it is in none, it is missing", async () => {
    await home.keep();
    await home.settle();
    home.other.parts.clear();
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, archived: 3 });
    home.one.parts.clear();
    expect((await home.verify({ archive: true })).findings).toEqual([{ fault: "missing", day: FIRST }]);
    home.one.away = true;
    expect(await home.verify({ archive: true })).toMatchObject({ findings: [], away: ["folder"] });
  });

  test("is known by the chain: another number of parts, or none, is a day that we did not let go like that", async () => {
    await home.keep();
    await home.settle();
    for (const archived of [undefined, 2]) {
      home.dayOf(FIRST).archived = archived;
      expect((await home.verify()).findings).toEqual([{ fault: "day", day: FIRST }]);
      const read = vi.spyOn(home.one, "read");
      expect((await home.verify({ archive: true })).findings).toEqual([{ fault: "day", day: FIRST }]);
      expect(read).not.toHaveBeenCalled();
    }
  });

  test("is held to what was exported in the midst of its day as well", async () => {
    home = house();
    for (let i = 0; i < 2; i++) {
      await home.act();
      await home.settle();
    }
    await home.clock.advance(366 * DAY_MS);
    await home.settle();
    await home.keep();
    await home.settle();
    expect(await home.verify({ archive: true })).toMatchObject({ holds: true, heads: 4 });
    const other = house();
    await other.act({ actor: "other" });
    await other.settle();
    home.second.heads[0] = { ...other.second.heads[0]!, opening: home.second.heads[1]!.opening };
    const { findings } = await home.verify({ archive: true });
    expect(findings).toContainEqual({ fault: "head", day: FIRST, place: 1, archive: "folder" });
  });
});

describe("a family", () => {
  const told = async (accountId: string): Promise<unknown[]> => {
    const records: unknown[] = [];
    for await (const record of archivedSection(home.ports).records(accountId)) records.push(record);
    return records;
  };
  beforeEach(async () => {
    home = house();
    for (const accountId of ["ada", "grace", "ada", null])
      await home.act({ accountId, resource: `session-${accountId}` });
    await home.settle();
    await home.clock.advance(366 * DAY_MS);
    await home.settle();
  });

  test("is handed what the archive has of it, as it is told from the database, and nothing twice", async () => {
    home.other.away = true;
    await home.keep();
    home.other.away = false;
    expect([home.one.parts.size, home.dayOf(FIRST).archived, await told("ada")]).toEqual([1, 1, []]);
    await home.keep();
    const own = {
      ...{ at: "2026-11-28T12:00:00.000Z", action: "signed_in", outcome: "success", actor: "account-1" },
      ...{ resource: "session-ada", address: "203.0.113.7", device: 'Fire\n"fox" ü', reason: "password" },
    };
    expect(await told("ada")).toEqual([own, own]);
    expect(await told("grace")).toEqual([{ ...own, resource: "session-grace" }]);
    expect(await told("nobody")).toEqual([]);
  });

  test("is handed it from whichever archive has it; where one is away that may, there is no telling", async () => {
    await home.keep();
    home.one.away = true;
    expect(await told("ada")).toHaveLength(2);
    home.other.parts.clear();
    await expect(told("ada")).rejects.toThrow("away");
    home.one.away = false;
    home.one.parts.clear();
    expect(await told("ada")).toEqual([]);
  });
});
