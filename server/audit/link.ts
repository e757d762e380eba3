/** The linker of a cell: once a second it links what acts have written, and brings the head of the chain to a second place. */
import { sameBytes } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import {
  AUDIT_EXPORT_MS,
  AUDIT_LATE_MS,
  AUDIT_LINK_MS,
  AUDIT_LINK_ROWS,
  MAX_AUDIT_DAYS_AT_ONCE,
} from "../bounds.ts";
import type {
  AuditChain,
  AuditRow,
  ChainDay,
  ChainTail,
  Clock,
  ExportedHead,
  HeadStore,
  Log,
  Meter,
} from "../ports.ts";
import { dayOf, headOf, keyOfDay, nextStep } from "./chain.ts";
import type { ChainKeys } from "./keys.ts";

export interface LinkPorts {
  chain: AuditChain;
  keys: ChainKeys;
  heads: readonly HeadStore[];
  hash: Hash;
  clock: Clock;
  meter: Meter;
  log: Log;
}

export interface Linker {
  /** Links all that waits; false where another cell is at it. Rejects where the record is away. */
  link(): Promise<boolean>;
  /** Exports what is due, or all there is. Never throws. */
  exportHeads(all?: boolean): Promise<void>;
  start(): void;
  /** Links and exports once more. */
  stop(): Promise<void>;
}

export function createLinker(ports: LinkPorts): Linker {
  const { chain, keys, heads, hash, clock, meter, log } = ports;
  let tail: ChainTail | undefined;
  /** the day that was last looked at: a day that is over is sealed though nobody does anything */
  let lookedOn = "";
  let exportedAt = -Infinity;
  let exportedMac: Uint8Array | undefined;
  let toldStillAt = -Infinity;
  let stopped = false;
  let cancel = (): void => {};
  let working = Promise.resolve();

  async function link(): Promise<boolean> {
    if ((await chain.waiting(1)) === 0 && lookedOn === dayOf(clock.now())) return true;
    for (;;) {
      const now = clock.now();
      const done = await chain.extend(AUDIT_LINK_ROWS, now, (there, rows) => {
        if (isBehind(there)) tellCut(tail!);
        tellLate(rows, now);
        return nextStep({ hash, keys }, there, rows, now);
      });
      if (!done) return tellStill(now);
      lookedOn = dayOf(now);
      ({ tail } = done.step);
      for (const { action } of done.rows) meter.count("audit_events_total", { action });
      if (done.rows.length < AUDIT_LINK_ROWS) return true;
    }
  }

  /** Other cells may have gone on from where we were; nobody goes back. */
  const isBehind = (there: ChainTail | undefined): boolean =>
    tail !== undefined &&
    (!there || there.day.day < tail.day.day || (there.day.day === tail.day.day && there.place < tail.place));

  function tellCut({ day: { day }, place }: ChainTail): void {
    meter.count("audit_faults_total", { fault: "cut" });
    log.error({ day, place }, "the end of the audit chain is gone: run bear audit-verify");
  }

  /** Before they are linked: until now whoever has the database could write them anew. */
  function tellLate(rows: readonly AuditRow[], now: number): void {
    const late = rows.filter(({ at }) => at < now - AUDIT_LATE_MS);
    if (late.length === 0) return;
    meter.count("audit_faults_total", { fault: "late" });
    log.warn(
      { rows: late.length, first: late[0]!.id, last: late.at(-1)!.id },
      "rows of the audit trail waited for over a minute for their link: nothing proves what they were until now",
    );
  }

  /** False: another has the lock. Whether it gets on is told by what waits. */
  async function tellStill(now: number): Promise<false> {
    if (now - toldStillAt < AUDIT_LATE_MS || (await chain.waiting(1, now - AUDIT_LATE_MS)) === 0)
      return false;
    toldStillAt = now;
    meter.count("audit_faults_total", { fault: "late" });
    log.warn({}, "the audit chain stands still: rows wait for over a minute, and somebody has its lock");
    return false;
  }

  async function put(head: ExportedHead): Promise<boolean> {
    const told = await Promise.allSettled(heads.map((store) => store.put(head)));
    told.forEach((one, i) => {
      if (one.status === "fulfilled") return;
      meter.count("audit_faults_total", { fault: "export" });
      log.warn(
        { error: one.reason as unknown, to: heads[i]!.name },
        "the head of the audit chain was not exported",
      );
    });
    return told.every(({ status }) => status === "fulfilled");
  }

  const sealedHead = (day: ChainDay): ExportedHead =>
    headOf(hash, keyOfDay(keys, day), { day, place: day.sealed!.places, mac: day.sealed!.head });

  async function exportHeads(all = false): Promise<void> {
    const now = clock.now();
    if (!all && now - exportedAt < AUDIT_EXPORT_MS) return;
    exportedAt = now;
    try {
      for (const day of await chain.unexported(MAX_AUDIT_DAYS_AT_ONCE))
        if (await put(sealedHead(day))) await chain.exported(day.day, now);
      if (!tail) return;
      // another cell may have gone on and exported that: in its place ours would be an older one
      const there = await chain.tail();
      if (isBehind(there)) return tellCut(tail);
      const { day, mac } = there!;
      if (day.sealed || (exportedMac && sameBytes(exportedMac, mac))) return;
      if (await put(headOf(hash, keyOfDay(keys, day), there!))) exportedMac = mac;
    } catch (error) {
      log.warn({ error }, "the audit chain's heads were not exported");
    }
  }

  async function work(all = false): Promise<void> {
    await link().catch((error: unknown) => {
      meter.count("audit_faults_total", { fault: "link" });
      log.warn({ error }, "the audit trail was not linked yet");
    });
    await exportHeads(all);
  }

  function again(): void {
    working = work().then(() => {
      if (!stopped) cancel = clock.after(AUDIT_LINK_MS, again);
    });
  }

  return {
    link,
    exportHeads,
    start: again,
    async stop() {
      stopped = true;
      cancel();
      await working;
      await work(true);
    },
  };
}
