/** The week in numbers: a report for each child that talked, made by a job on Monday, and a mail about it for who wants one. MISSION C51 */
import { REPORT_PAGE_CHILDREN, REPORTS_KEPT_MS, USAGE_KEPT_MS } from "../../bounds.ts";
import { letterTo } from "../../letters/letters.ts";
import type { Alerts, Clock, Mail, Reports, Usage, UsageDay, WeekReport } from "../../ports.ts";
import { dayOf } from "./usage.ts";

const DAY_MS = 24 * 3_600_000;
const WEEK_DAYS = 7;
/** ms after midnight on a Monday, UTC: it is Monday everywhere but in the west of America, where it still is Sunday */
const REPORT_HOUR_MS = 4 * 3_600_000;
/** 1970-01-01 was a Thursday */
const MONDAY_OF_1970 = 4 * DAY_MS;

/** 0:00 UTC of the Monday of a moment's week. */
export function mondayOf(ms: number): number {
  const into = (ms - MONDAY_OF_1970) % (WEEK_DAYS * DAY_MS);
  return ms - into;
}

/** When the report of the week that runs now is made. */
export function nextReportAt(now: number): number {
  const at = mondayOf(now) + REPORT_HOUR_MS;
  return at > now ? at : at + WEEK_DAYS * DAY_MS;
}

const minutesOf = (ms: number): number => Math.round(ms / 60_000);

/** Of one child's days, of which some may be missing. */
export function reportOf(childId: string, mondayMs: number, days: readonly UsageDay[]): WeekReport {
  const sum = (count: (day: UsageDay) => number): number => days.reduce((all, day) => all + count(day), 0);
  const week = dayOf(mondayMs);
  return {
    id: `${week}-${childId}`,
    childId,
    week,
    turns: sum(({ turns }) => turns),
    minutes: minutesOf(sum(({ talkedMs }) => talkedMs)),
    conversations: sum(({ conversations }) => conversations),
    redirected: sum(({ redirected }) => redirected),
    escalated: sum(({ escalated }) => escalated),
    byDay: Array.from({ length: WEEK_DAYS }, (_, at) => {
      const day = dayOf(mondayMs + at * DAY_MS);
      const found = days.find((one) => one.day === day);
      return { day, turns: found?.turns ?? 0, minutes: minutesOf(found?.talkedMs ?? 0) };
    }),
  };
}

export interface ReportPorts {
  usage: Usage;
  reports: Reports;
  mail: Mail;
  alerts: Pick<Alerts, "raiseSoon">;
  clock: Clock;
  publicUrl: () => string;
}

/** The job of every Monday: reports of the week before. Done twice it writes nothing twice; the mails may come twice. */
export async function makeReports(ports: ReportPorts, signal: AbortSignal): Promise<void> {
  const { usage, reports, mail, alerts, clock } = ports;
  const now = clock.now();
  const mondayMs = mondayOf(now) - WEEK_DAYS * DAY_MS;
  const [first, last] = [dayOf(mondayMs), dayOf(mondayMs + 6 * DAY_MS)];
  for (let after = ""; ;) {
    signal.throwIfAborted();
    const days = await usage.days(first, last, after, REPORT_PAGE_CHILDREN * WEEK_DAYS);
    // the last child may go on in the next page; of a full page it waits for that
    const children = [...new Set(days.map(({ childId }) => childId))];
    if (days.length === REPORT_PAGE_CHILDREN * WEEK_DAYS && children.length > 1) children.pop();
    for (const childId of children) {
      const own = days.filter((day) => day.childId === childId);
      const report = reportOf(childId, mondayMs, own);
      const accountId = await reports.add(report, now);
      const dedupeKey = `report_ready:${report.id}`;
      if (accountId !== undefined)
        alerts.raiseSoon({ accountId, kind: "report_ready", childId, details: { week: first }, dedupeKey });
    }
    if (children.length === 0 || days.length < REPORT_PAGE_CHILDREN * WEEK_DAYS) break;
    after = children.at(-1)!;
  }
  await usage.forgetBefore(dayOf(now - USAGE_KEPT_MS));
  await reports.forgetBefore(dayOf(now - REPORTS_KEPT_MS));
  for (let after = ""; ;) {
    signal.throwIfAborted();
    const readers = await reports.readers(first, after, REPORT_PAGE_CHILDREN);
    for (const reader of readers)
      mail.send(letterTo(reader, ({ care }) => care.weekly(ports.publicUrl(), first)));
    if (readers.length < REPORT_PAGE_CHILDREN) return;
    after = readers.at(-1)!.accountId;
  }
}
