/** How long the trail is kept: days whose time is over go whole, by way of an archive that has its own end, and their sealed heads stay, so that what is left still stands on them. MISSION B28, SAFETY S4 */
import type { Hash } from "@bearlink/sdk/protocol";
import { AUDIT_ARCHIVE_ROWS, AUDIT_DROP_ROWS, RETENTION_SWEEP_MS } from "../bounds.ts";
import type {
  AuditArchive,
  AuditChain,
  AuditEntry,
  ChainDay,
  Clock,
  LinkedRow,
  Log,
  Meter,
} from "../ports.ts";
import { dayOf, dropProof, keyOfDay } from "./chain.ts";
import { checkDay } from "./check.ts";
import type { Fault } from "./check.ts";
import type { ChainKeys } from "./keys.ts";
import { checkLinks, livePages } from "./links.ts";

export interface KeepPorts {
  chain: Pick<AuditChain, "days" | "links" | "archive" | "drop" | "unarchive">;
  /** a day goes into each of them */
  archives: readonly AuditArchive[];
  keys: ChainKeys;
  hash: Hash;
  clock: Clock;
  meter: Meter;
  log: Log;
}

export interface WatchPorts extends Pick<KeepPorts, "archives" | "clock" | "meter" | "log"> {
  chain: Pick<AuditChain, "days">;
}

export interface KeepTimes {
  /** in the database */
  days: number;
  /** and then in the archive; 0: there is none */
  archiveDays: number;
}

/** A job that comes again and again. */
export function auditRetentionJob(
  ports: KeepPorts,
  times: KeepTimes,
): { run(about: string, signal: AbortSignal): Promise<void>; next(now: number): number } {
  return {
    run: (_about, signal) => keepTrail(ports, times, signal),
    next: (now) => now + RETENTION_SWEEP_MS,
  };
}

const DAY_MS = 86_400_000;

/** The first days that stay: in the database, and in the archive. */
function firstDays({ days, archiveDays }: KeepTimes, now: number): { stays: string; archived: string } {
  return { stays: dayOf(now - days * DAY_MS), archived: dayOf(now - (days + archiveDays) * DAY_MS) };
}

/** Each day that goes, and each whose archive goes, is itself in the trail. What is not sealed, or does not stand as it was sealed, stays, and keeps no other. */
export async function keepTrail(ports: KeepPorts, times: KeepTimes, signal: AbortSignal): Promise<void> {
  const first = firstDays(times, ports.clock.now());
  const all = await ports.chain.days();
  for (const [at, day] of all.entries()) {
    // the last one may be open still
    if (day.day >= first.stays || (!day.sealed && at === all.length - 1)) break;
    const fault = await findFault(ports, day, all[at - 1], signal);
    if (signal.aborted) return;
    if (fault) {
      await tellStays(ports, day, fault);
      continue;
    }
    // a day whose time in the archive is over as well is not put there any more
    const goesBy = !day.dropped && day.day >= first.archived;
    const archived = goesBy ? await archiveDay(ports, day, signal) : day.archived;
    if (goesBy && archived === undefined) break;
    await dropDay(ports, { ...day, archived }, signal);
  }
  await emptyArchives(ports, first.archived, signal);
}

/** What was edited since is left to who looks into it: the seal alone would let go what tells of it. */
async function findFault(
  ports: KeepPorts,
  day: ChainDay,
  before: ChainDay | undefined,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const key = ports.keys.find(day.keyId);
  if (!key) return "key";
  if (!day.sealed || !checkDay(ports.hash, key, day, before)) return "day";
  async function* pages(): AsyncGenerator<LinkedRow[]> {
    for await (const page of livePages(ports, day)) {
      yield page;
      if (signal.aborted) return;
    }
  }
  let found: Fault | undefined;
  await checkLinks(ports, key, day, new Set(), (fault) => (found ??= fault), pages());
  return found;
}

async function tellStays(
  { chain, meter, log }: KeepPorts,
  { day, dropped }: ChainDay,
  fault: Fault,
): Promise<void> {
  // another cell's job may have let it go while we looked
  const now = (await chain.days()).find((one) => one.day === day);
  if (now?.dropped && !dropped) return;
  meter.count("audit_faults_total", { fault });
  log.error(
    { day, fault },
    "a day of the audit trail does not stand as it was sealed: it stays; run bear audit-verify",
  );
}

/** Into how many parts it went; undefined where it did not go whole into every archive. */
async function archiveDay(
  ports: KeepPorts,
  { day, sealed, archived = 0 }: ChainDay,
  signal: AbortSignal,
): Promise<number | undefined> {
  const parts = Math.max(archived, Math.ceil(sealed!.places / AUDIT_ARCHIVE_ROWS));
  for (let part = 1; part <= parts; part++) {
    const after = (part - 1) * AUDIT_ARCHIVE_ROWS;
    const links = await ports.chain.links(day, after, AUDIT_ARCHIVE_ROWS);
    // after the links: what another cell's job has begun to let go is not put over what it kept
    if (signal.aborted || !(await ports.chain.archive(day, parts))) return undefined;
    for (const archive of ports.archives)
      if (!(await did(ports, archive, day, () => archive.put(day, part, links)))) return undefined;
  }
  return parts;
}

async function dropDay(ports: KeepPorts, day: ChainDay, signal: AbortSignal): Promise<void> {
  const { chain, keys, hash, log } = ports;
  const proof = day.dropped ?? dropProof(hash, keyOfDay(keys, day), day, day.sealed!);
  const entry = entryOf(ports, "audit_day_dropped", day);
  let gone = 0;
  for (let batch = AUDIT_DROP_ROWS; batch === AUDIT_DROP_ROWS && !signal.aborted; gone += batch)
    batch = await chain.drop(day.day, { proof, archived: day.archived }, AUDIT_DROP_ROWS, entry);
  const told = { day: day.day, gone, parts: day.archived };
  if (gone > 0) log.info(told, "a day of the audit trail was past its time");
}

/** Of days before `first` nothing stays in any archive. An archive that is away keeps its own until it is back. */
async function emptyArchives(ports: KeepPorts, first: string, signal: AbortSignal): Promise<void> {
  const { chain, keys, hash, archives, log } = ports;
  const away = new Set<AuditArchive>();
  const all = await chain.days();
  for (const [at, day] of all.entries()) {
    if (day.day >= first || signal.aborted) return;
    if (!day.dropped || day.archived === undefined) continue;
    // no proof of ours for a day that we did not let go: it was told of above
    const key = keys.find(day.keyId);
    if (!key || !checkDay(hash, key, day, all[at - 1])) continue;
    for (const archive of archives)
      if (!away.has(archive) && !(await did(ports, archive, day.day, () => removeDay(archive, day))))
        away.add(archive);
    if (away.size > 0) continue;
    const proof = dropProof(hash, key, { day: day.day, archived: undefined }, day.sealed!);
    await chain.unarchive(day.day, proof, entryOf(ports, "audit_archive_dropped", day));
    log.info({ day: day.day }, "a day of the audit trail was past its time in the archive");
  }
}

async function removeDay(archive: AuditArchive, { day, archived = 0 }: ChainDay): Promise<void> {
  for (let part = 1; part <= archived; part++) await archive.remove(day, part);
}

/** False where the archive is away: it is told, and comes again with the job. */
async function did(
  { meter, log }: Pick<KeepPorts, "meter" | "log">,
  { name }: AuditArchive,
  day: string,
  act: () => Promise<void>,
): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    meter.count("audit_faults_total", { fault: "archive" });
    log.warn({ error, day, to: name }, "the archive of the audit trail is away: the day stays where it is");
    return false;
  }
}

function entryOf({ clock }: KeepPorts, action: string, { day }: ChainDay): AuditEntry {
  return { at: clock.now(), action, outcome: "success", actor: "retention", resource: day };
}

/** Each cell looks by itself after an archive that may be its own, which the job of another does not reach. The answer stops it. */
export function watchArchives(ports: WatchPorts, times: KeepTimes): () => Promise<void> {
  const { chain, clock } = ports;
  const archives = ports.archives.filter(({ removeBefore }) => removeBefore);
  let cancel = (): void => {};
  let stopped = false;
  let looking = Promise.resolve();
  async function look(): Promise<void> {
    const first = firstDays(times, clock.now()).archived;
    for (const archive of archives)
      await did(ports, archive, first, async () => {
        // what the record still has there is the job's, and verified until then
        const there = (await chain.days()).filter(({ archived }) => archived !== undefined);
        await archive.removeBefore!(first, new Set(there.map(({ day }) => day)));
      });
    if (!stopped) cancel = clock.after(RETENTION_SWEEP_MS, again);
  }
  function again(): void {
    looking = look();
  }
  again();
  return async () => {
    stopped = true;
    cancel();
    await looking;
  };
}
