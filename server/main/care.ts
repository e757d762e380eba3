/** What looks after families' data in a cell: the runner of its jobs, exports, deletions, and the week's reports. */
import { emptyOutbox } from "../adapters/mail/outbox.ts";
import { DELETION_JOB } from "../adapters/sql/deletions.ts";
import { EXPORT_JOB } from "../adapters/sql/exports.ts";
import { SECOND_MAIL_MS } from "../bounds.ts";
import type { Config } from "../config.ts";
import { Refusal } from "../errors.ts";
import { closeAccount } from "../family/account/close.ts";
import type { GuardianDesk } from "../family/account/guardian.ts";
import { carryOut } from "../family/care/deletion.ts";
import type { DeletionPorts } from "../family/care/deletion.ts";
import { expireExports, makeExport } from "../family/care/export.ts";
import type { ExportPorts } from "../family/care/export.ts";
import { makeReports, nextReportAt } from "../family/care/report.ts";
import { countTurns } from "../family/care/usage.ts";
import { childrenSection } from "../family/child.ts";
import type { ConsentLetters } from "../family/consent/consent.ts";
import { createRunner } from "../jobs/runner.ts";
import type { JobKind } from "../jobs/runner.ts";
import { unpair } from "../pairing/owner.ts";
import type {
  Clock,
  ExportSection,
  FamilyStore,
  FamilyVault,
  Jobs,
  Meter,
  Reports,
  TurnNews,
} from "../ports.ts";
import type { Families } from "./families.ts";
import { outboxFolder } from "./outbox.ts";
import type { Stores } from "./stores.ts";

export interface CellCare {
  exporting: ExportPorts;
  deleting: DeletionPorts;
  reports: Reports;
  /** counts turns */
  follower: TurnNews;
  /** Begins to do what is due; the answer stops it. */
  start(): Promise<() => Promise<void>>;
}

export interface CareParts extends Pick<
  Stores,
  "children" | "jobs" | "exports" | "deletions" | "usage" | "reports" | "sections"
> {
  desk: GuardianDesk;
  families: Pick<Families, "children" | "owner">;
  letters: ConsentLetters;
  familyVault: FamilyVault;
  meter: Meter;
}

/** What other rooms of this cell keep of families, and want done. */
export interface MoreCare {
  sections?: readonly ExportSection[] | undefined;
  stores?: readonly FamilyStore[] | undefined;
  jobs?: Record<string, JobKind> | undefined;
}

const HOUR_MS = 3_600_000;
const SECOND_MAIL_JOB = "consent-second-mail";

export function openCare(config: Config, parts: CareParts, more: MoreCare = {}): CellCare {
  const { desk, families, letters, usage, reports } = parts;
  const { clock, chance, hash, bus, log, mail, alerts, accounts, publicUrl, audit } = desk;
  const common = { ...parts, clock, chance, hash, bus, log, mail, alerts, accounts, publicUrl, audit };
  const wake = (): void => runner.wake();
  const exporting: ExportPorts = {
    ...common,
    sections: [childrenSection(families.children), ...parts.sections, ...(more.sections ?? [])],
    wake,
  };
  const deleting: DeletionPorts = {
    ...common,
    stores: [...(config.MAIL_URL === undefined ? [outboxStore(config)] : []), ...(more.stores ?? [])],
    async unpair(accountId, deviceId) {
      await unpair(families.owner, { accountId, actor: "deletion" }, deviceId).catch((error: unknown) => {
        // it went by itself meanwhile
        if (!(error instanceof Refusal && error.code === "NOT_FOUND")) throw error;
      });
    },
    closeAccount: (accountId, address) => closeAccount(desk, accountId, address),
    wake,
  };
  const runner = createRunner(common, {
    [EXPORT_JOB]: {
      run: (id, signal) => makeExport(exporting, id, signal),
      gaveUp: (id) => exporting.exports.fail(id),
    },
    [DELETION_JOB]: { run: (id, signal) => carryOut(deleting, id, signal) },
    [SECOND_MAIL_JOB]: { run: (accountId) => letters.granted(accountId) },
    "exports-expire": { next: (now) => now + HOUR_MS, run: () => expireExports(exporting) },
    "weekly-reports": { next: nextReportAt, run: (_about, signal) => makeReports(common, signal) },
    ...more.jobs,
  });
  return {
    exporting,
    deleting,
    reports,
    follower: countTurns({ usage, clock, log }),
    async start() {
      await runner.start();
      return runner.stop;
    },
  };
}

/** The second mail of a consent waits a day, and so through a restart. */
export function secondMailLater(
  letters: ConsentLetters,
  { jobs, clock }: { jobs: Jobs; clock: Clock },
): ConsentLetters {
  return {
    code: letters.code,
    granted: (accountId) =>
      jobs.add({ kind: SECOND_MAIL_JOB, about: accountId, dueAt: clock.now() + SECOND_MAIL_MS }),
  };
}

function outboxStore(config: Config): FamilyStore {
  return {
    name: "outbox",
    erase: async ({ what }, email) =>
      what === "account" && email !== undefined ? emptyOutbox(outboxFolder(config), email) : 0,
  };
}
