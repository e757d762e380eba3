/** How much a child talks with the bear: counts by day and by week, and not a word. MISSION C51 */

import type { Reader } from "./accounts.ts";

/** What one turn adds to its day. */
export interface TurnCount {
  childId: string;
  /** epoch ms */
  beganAt: number;
  overAt: number;
  redirected: boolean;
  escalated: boolean;
}

/** A week as its report tells it. */
export interface WeekReport {
  id: string;
  childId: string;
  /** its Monday: 2026-11-23 */
  week: string;
  turns: number;
  minutes: number;
  conversations: number;
  redirected: number;
  escalated: number;
  /** seven, Monday first */
  byDay: { day: string; turns: number; minutes: number }[];
}

export interface UsageDay {
  childId: string;
  day: string;
  turns: number;
  talkedMs: number;
  conversations: number;
  redirected: number;
  escalated: number;
}

export interface Usage {
  /** `day` is that of its beginning; a pause of `gapMs` before it begins a conversation. Of a child that is gone nothing is kept. */
  add(turn: TurnCount, day: string, gapMs: number): Promise<void>;
  /** Those from `first` to `last`, by child and day; up to `most`, of children whose id is above `after`. */
  days(first: string, last: string, after: string, most: number): Promise<UsageDay[]>;
  /** Forgets days before this one. */
  forgetBefore(day: string): Promise<void>;
}

export interface Reports {
  /** Whose child it is; undefined, and nothing done, where the child has one of that week, or is gone. */
  add(report: WeekReport, at: number): Promise<string | undefined>;
  /** Of a family's own child, the newest week first; without a child of all of them. */
  list(accountId: string, childId: string | undefined, most: number): Promise<WeekReport[]>;
  /** Accounts that have a report of that week and take mail about it, above `after`. */
  readers(week: string, after: string, most: number): Promise<(Reader & { accountId: string })[]>;
  forgetBefore(week: string): Promise<void>;
}
