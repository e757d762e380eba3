/** Whether the trail stands as it was written: every link is made again, every day held to the one before it, and all to the heads in the second place. */
import { toHex } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import {
  AUDIT_LATE_MS,
  AUDIT_LOOK_BACK_MS,
  AUDIT_LOOK_FAR_MS,
  MAX_AUDIT_FINDINGS,
  MAX_WAITING_TOLD,
} from "../bounds.ts";
import type {
  AuditArchive,
  AuditChain,
  ChainDay,
  Clock,
  ExportedHead,
  HeadStore,
  LinkedRow,
} from "../ports.ts";
import { dayAfter, dayOf } from "./chain.ts";
import { checkDay, checkHead, isOurs } from "./check.ts";
import type { Fault } from "./check.ts";
import type { ChainKey, ChainKeys } from "./keys.ts";
import { checkLinks, livePages } from "./links.ts";
import type { Find, Macs, Where } from "./links.ts";

export interface VerifyPorts {
  chain: Pick<AuditChain, "days" | "links" | "strays" | "waiting">;
  keys: ChainKeys;
  heads: readonly Pick<HeadStore, "name" | "read">[];
  archives: readonly Pick<AuditArchive, "name" | "read">[];
  hash: Hash;
  clock: Clock;
}

export interface Finding extends Where {
  fault: Fault;
}

export interface Verified {
  /** no finding, and every second place was asked */
  holds: boolean;
  days: number;
  /** links that were made again */
  links: number;
  /** and those of archives, each archive's own */
  archived: number;
  /** heads from the second place that the chain was held to */
  heads: number;
  /** rows that no cell has linked yet, as far as they were counted: nothing can be said of them */
  waiting: number;
  /** the first MAX_AUDIT_FINDINGS */
  findings: Finding[];
  /** second places that did not answer: what they would have told is not known */
  away: string[];
}

/** What is looked at. */
export interface Scope {
  /** days, both included: 2026-11-28 */
  from?: string | undefined;
  to?: string | undefined;
  /** also what archives have of them */
  archive?: boolean | undefined;
}

/** Rejects where the record is away. */
export async function verifyChain(
  ports: VerifyPorts,
  { from, to, archive = false }: Scope = {},
): Promise<Verified> {
  const { chain, keys, hash, clock } = ports;
  const findings: Finding[] = [];
  const find: Find = (fault, where = {}) => {
    if (findings.length < MAX_AUDIT_FINDINGS) findings.push({ fault, ...where });
  };
  // before the days: what is exported meanwhile is on the chain by then
  const { heads, away } = await readHeads(ports, { from, to });
  const silent = new Set(away);
  const all = await chain.days();
  const [first, last] = [from ?? "", to ?? "9"];
  const asked = all.filter(({ day }) => day >= first && day <= last);
  let [links, archived] = [0, 0];

  for (const day of asked) {
    const at = all.indexOf(day);
    const key = keys.find(day.keyId);
    if (!key) {
      find("key", { day: day.day });
      continue;
    }
    // only the last one may be open
    const fits = checkDay(hash, key, day, all[at - 1]) && (day.sealed !== undefined || at === all.length - 1);
    if (!fits) find("day", { day: day.day });
    const exported = heads.filter((head) => head.day === day.day);
    const wanted = new Set(exported.map(({ places }) => places));
    const live = await checkLinks(ports, key, day, wanted, find, livePages(ports, day));
    const macs = withEnd(live, day);
    links += macs.count;
    for (const head of exported) {
      const fault = checkHead(hash, key, day, head, macs);
      if (fault) find(fault, { day: day.day, place: head.places });
    }
    // of a day that we did not let go as it says there is no telling into how many parts it went
    if (!archive || !day.dropped || !fits || day.archived === undefined) continue;
    const copies = await readCopies(ports, key, day, wanted, silent);
    if (copies.length === 0 && silent.size === 0) find("missing", { day: day.day });
    for (const { macs, findings, name } of copies) {
      archived += macs.count;
      for (const { fault, ...where } of findings) find(fault, { ...where, archive: name });
      for (const { places, head } of exported)
        if ((macs.at.get(places) ?? head) !== head)
          find("head", { day: day.day, place: places, archive: name });
    }
  }
  const known = new Set(asked.map(({ day }) => day));
  for (const head of heads.filter(({ day }) => !known.has(day))) {
    const key = keys.find(head.key_id);
    find(key && isOurs(hash, key, head) ? "cut" : "forged", { day: head.day, place: head.places });
  }
  // of rows without a link there is no telling in which days they would lie
  for (const id of await chain.strays(MAX_AUDIT_FINDINGS)) find("added", { id });
  const waiting = await chain.waiting(MAX_WAITING_TOLD);
  if ((await chain.waiting(1, clock.now() - AUDIT_LATE_MS)) > 0) find("late");
  const holds = findings.length === 0 && silent.size === 0;
  return {
    ...{ holds, days: asked.length, links, archived, heads: heads.length },
    ...{ waiting, findings, away: [...silent] },
  };
}

async function readHeads(
  { heads, chain, clock }: VerifyPorts,
  { from, to }: Scope,
): Promise<{ heads: ExportedHead[]; away: string[] }> {
  const now = clock.now();
  const days = (await chain.days()).map(({ day }) => day);
  const back = (ms: number): string => [days[0] ?? "9", dayOf(now - ms)].sort()[0]!;
  // days that are no longer there are looked for as well; each may cost a second place a request, so not just any
  const [furthest, tomorrow] = [back(AUDIT_LOOK_FAR_MS), dayAfter(dayOf(now))];
  const first = [from ?? back(AUDIT_LOOK_BACK_MS), furthest].sort()[1]!;
  const last = [to ?? tomorrow, tomorrow].sort()[0]!;
  // a clock that ran ahead has begun days that are not yet
  const ahead = days.filter((day) => day > tomorrow && day >= (from ?? "") && day <= (to ?? "9"));
  const spans = [[first, last] as const, ...ahead.map((day) => [day, day] as const)];
  const told = await Promise.allSettled(
    heads.map(async (store) => (await Promise.all(spans.map((span) => store.read(...span)))).flat()),
  );
  return {
    heads: told.flatMap((one) => (one.status === "fulfilled" ? one.value : [])),
    away: told.flatMap((one, i) => (one.status === "rejected" ? [heads[i]!.name] : [])),
  };
}

/** Of a day that was let go its end is known as well. */
const withEnd = (macs: Macs, { sealed, dropped }: ChainDay): Macs =>
  dropped && sealed
    ? { ...macs, last: sealed.places, at: new Map([...macs.at, [sealed.places, toHex(sealed.head)]]) }
    : macs;

interface Copy {
  name: string;
  macs: Macs;
  findings: Finding[];
}

/**
 * What each archive has of a day, held to it as its rows were. One that has nothing of it tells nothing: it may have been
 * added later. One that does not answer is one of the `silent`, and is not asked again.
 */
async function readCopies(
  ports: VerifyPorts,
  key: ChainKey,
  day: ChainDay,
  wanted: ReadonlySet<number>,
  silent: Set<string>,
): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const archive of ports.archives) {
    const findings: Finding[] = [];
    let there = false;
    async function* pages(): AsyncGenerator<LinkedRow[]> {
      for (let part = 1; part <= day.archived! && !silent.has(archive.name); part++) {
        const links = await archive.read(day.day, part).catch(() => void silent.add(archive.name));
        if (!links) continue;
        there = true;
        yield links;
      }
    }
    const find: Find = (fault, where = {}) => {
      if (findings.length < MAX_AUDIT_FINDINGS) findings.push({ fault, ...where });
    };
    const whole = { ...day, dropped: undefined };
    const macs = await checkLinks(ports, key, whole, wanted, find, pages());
    if (there && !silent.has(archive.name)) copies.push({ name: archive.name, macs, findings });
  }
  return copies;
}
