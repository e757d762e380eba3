/** The audit trail of a cell: who links it, where its heads go, how long it is kept, and whether it holds. */
import { join } from "node:path";
import { headFiles } from "../adapters/audit-heads/file.ts";
import { headObjects } from "../adapters/audit-heads/object-store.ts";
import { auditRetentionJob } from "../audit/keep.ts";
import { chainKeys } from "../audit/keys.ts";
import { createLinker } from "../audit/link.ts";
import { lookoutJob } from "../audit/suspicious.ts";
import { verifyChain } from "../audit/verify.ts";
import type { Span, Verified } from "../audit/verify.ts";
import type { Config } from "../config.ts";
import type { Hash } from "@bearlink/sdk/protocol";
import type { JobKind } from "../jobs/runner.ts";
import type { Alerts, AuditChain, AuditReader, AuditTrail, Clock, HeadStore, Log, Meter } from "../ports.ts";
import type { Secrets } from "./secrets.ts";

export interface CellAudit {
  /** `alerts`: there by the time a job is done */
  jobs(alerts: Pick<Alerts, "raise">): Record<string, JobKind>;
  verify(span: Span): Promise<Verified>;
  /** Begins to link; the answer links and exports once more, and stops. */
  start(): () => Promise<void>;
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
    heads: headStores(config, ports),
  };
  const linker = createLinker(parts);
  return {
    jobs: (alerts) => ({
      "audit-retention": auditRetentionJob(parts, config.AUDIT_RETENTION_DAYS),
      "suspicious-activity": lookoutJob({ ...parts, alerts }),
    }),
    verify: (span) => verifyChain(parts, span),
    start() {
      linker.start();
      return linker.stop;
    },
  };
}

/** A folder always, and an object store where the settings name one. */
export function headStores(config: Config, ports: { clock: Clock }): HeadStore[] {
  const stores = [headFiles(config.AUDIT_EXPORT_DIR ?? join(config.DATA_DIR, "audit-heads"))];
  if (config.AUDIT_EXPORT_URL !== undefined)
    stores.push(
      headObjects(
        {
          url: config.AUDIT_EXPORT_URL,
          region: config.AWS_REGION!,
          accessKeyId: config.AWS_ACCESS_KEY_ID!,
          secretAccessKey: config.AWS_SECRET_ACCESS_KEY!,
          sessionToken: config.AWS_SESSION_TOKEN,
        },
        ports,
      ),
    );
  return stores;
}
