/** An alert: kept once, shown on the family's feeds at once, and mailed as soon as its gravity and the hour allow. MISSION C50 */
import { toHex } from "@bearlink/sdk/protocol";
import type {
  AlertBook,
  AlertKind,
  Alerts,
  Chance,
  Clock,
  FamilyFeed,
  Log,
  Meter,
  NewAlert,
  Severity,
} from "../ports.ts";
import type { Surely } from "./surely.ts";

export interface RaisePorts {
  book: Pick<AlertBook, "add">;
  feed: FamilyFeed;
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
  surely: Surely;
  /** Epoch ms until which this family is not disturbed for little; now or before where it may be. */
  quietUntil(accountId: string): Promise<number>;
  /** Something is to be mailed now. */
  mailNow(): void;
}

const SEVERITY: Record<AlertKind, Severity> = {
  battery_low: "warning",
  toy_quarantined: "critical",
  toy_reset: "warning",
  toy_paired: "info",
  safety_care: "critical",
  consent_changed: "info",
  provider_failing: "warning",
  new_sign_in: "warning",
  credential_expiring: "warning",
  budget_exhausted: "warning",
  suspicious_activity: "warning",
  // these have letters of their own
  report_ready: "info",
  export_ready: "info",
  child_deleted: "info",
};
const ID_BYTES = 12;

export function createAlerts(ports: RaisePorts): Alerts {
  const { book, feed, clock, chance, meter } = ports;

  async function mailAt(severity: Severity, accountId: string): Promise<number | undefined> {
    const now = clock.now();
    if (severity === "info") return undefined;
    return severity === "critical" ? now : Math.max(now, await ports.quietUntil(accountId));
  }

  async function raise(alert: NewAlert): Promise<void> {
    const severity = SEVERITY[alert.kind];
    const due = await mailAt(severity, alert.accountId);
    const at = clock.now();
    const kept = await book.add({ ...alert, id: toHex(chance.bytes(ID_BYTES)), severity, at }, due);
    if (!kept) return;
    meter.count("alerts_total", { kind: alert.kind, severity });
    feed.tell(alert.accountId, { type: "alert", alert: kept });
    if (due !== undefined && due <= at) ports.mailNow();
  }

  return {
    raise,
    raiseSoon: (alert) => ports.surely(`an alert of ${alert.kind}`, () => raise(alert)),
  };
}
