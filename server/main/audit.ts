/** The audit trail of a cell: who links it, where its heads and its archive go, how long it is kept, and whether it holds. */
import { join } from "node:path";
import { archiveFiles } from "../adapters/audit-places/archive-files.ts";
import { archiveObjects } from "../adapters/audit-places/archive-objects.ts";
import { headFiles } from "../adapters/audit-places/head-files.ts";
import { headObjects } from "../adapters/audit-places/head-objects.ts";
import { auditRetentionJob, watchArchives } from "../audit/keep.ts";
import { archivedSection } from "../audit/archived.ts";
import type { KeepTimes } from "../audit/keep.ts";
import { chainKeys } from "../audit/keys.ts";
import { createLinker } from "../audit/link.ts";
import { lookoutJob } from "../audit/suspicious.ts";
import { verifyChain } from "../audit/verify.ts";
import type { Scope, Verified } from "../audit/verify.ts";
import type { Config } from "../config.ts";
import type { Hash } from "@bearlink/sdk/protocol";
import type { JobKind } from "../jobs/runner.ts";
import type {
  Alerts,
  AuditArchive,
  AuditChain,
  AuditReader,
  AuditTrail,
  Clock,
  ExportSection,
  HeadStore,
  Log,
  Meter,
} from "../ports.ts";
import type { Secrets } from "./secrets.ts";

export interface CellAudit {
  /** `alerts`: there by the time a job is done */
  jobs(alerts: Pick<Alerts, "raise">): Record<string, JobKind>;
  verify(scope: Scope): Promise<Verified>;
  /** what its archive has of a family */
  section: ExportSection;
  /** Begins to link; the answer links and exports once more, and stops. */
  start(): () => Promise<void>;
}

/** As the job keeps them, and as people are told. */
export function auditTimes(config: Config): KeepTimes {
  return { days: config.AUDIT_RETENTION_DAYS, archiveDays: config.AUDIT_ARCHIVE_DAYS };
}

export interface AuditParts {
  auditChain: AuditChain;
  auditReader: AuditReader;
  audit: AuditTrail;
  hash: Hash;
  clock: Clock;
  meter: Meter;
  log: Log;
}

export function openAudit(
  config: Config,
  { auditChain: chain, ...ports }: AuditParts,
  { masters }: Pick<Secrets, "masters">,
): CellAudit {
  const parts = {
    ...ports,
    chain,
    keys: chainKeys(ports.hash, masters),
    ...secondPlaces(config, ports),
  };
  const linker = createLinker(parts);
  const times = auditTimes(config);
  return {
    jobs: (alerts) => ({
      "audit-retention": auditRetentionJob(parts, times),
      "suspicious-activity": lookoutJob({ ...parts, alerts }),
    }),
    verify: (scope) => verifyChain(parts, scope),
    section: archivedSection(parts),
    start() {
      linker.start();
      const stopWatch = watchArchives(parts, times);
      return async () => {
        await stopWatch();
        await linker.stop();
      };
    },
  };
}

/** Of the heads and of the archive: a folder always, and an object store where the settings name one. */
export function secondPlaces(
  config: Config,
  ports: { clock: Clock },
): { heads: HeadStore[]; archives: AuditArchive[] } {
  const folder = config.AUDIT_EXPORT_DIR ?? join(config.DATA_DIR, "audit-heads");
  const [heads, archives]: [HeadStore[], AuditArchive[]] = [[headFiles(folder)], [archiveFiles(folder)]];
  if (config.AUDIT_EXPORT_URL !== undefined) {
    const store = {
      url: config.AUDIT_EXPORT_URL,
      region: config.AWS_REGION!,
      accessKeyId: config.AWS_ACCESS_KEY_ID!,
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY!,
      sessionToken: config.AWS_SESSION_TOKEN,
    };
    heads.push(headObjects(store, ports));
    archives.push(archiveObjects(store, ports));
  }
  return { heads, archives };
}
