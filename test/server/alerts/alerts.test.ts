/** Alerts: kept once, shown at once, mailed by their gravity and the hour; care, and what no family may see. SAFETY "Conversation" */
import { beforeEach, describe, expect, test } from "vitest";
import { systemChance } from "../../../server/adapters/chance.ts";
import { createCare } from "../../../server/alerts/care.ts";
import { createAlertMail } from "../../../server/alerts/mail.ts";
import { createAlerts } from "../../../server/alerts/raise.ts";
import { finishCase, readCases } from "../../../server/alerts/read.ts";
import { createSurely } from "../../../server/alerts/surely.ts";
import { ALERT_AGAIN_MS, ALERT_LOOK_MS, ALERT_TRIES } from "../../../server/bounds.ts";
import type {
  Alert,
  AlertKind,
  AuditEntry,
  FamilyMessage,
  Letter,
  NewAlert,
  SafetyCase,
  TurnRef,
  TurnVerdict,
} from "../../../server/ports.ts";
import { createVault } from "../../../server/vault/seal.ts";
import { fakeClock } from "../../support/clock.ts";
import { countingMeter, silentLog } from "../../support/voice.ts";
import { toyStatus } from "../live/support.ts";

const OPERATOR = { actor: "key:0011aabb", address: "::1" };

const HOUR = 3_600_000;

function alertHouse() {
  const clock = fakeClock();
  const kept = new Map<string, Alert & { mailAt: number | undefined }>();
  const shown: FamilyMessage[] = [];
  const letters: Letter[] = [];
  const cases: SafetyCase[] = [];
  const entries: AuditEntry[] = [];
  const state = { away: 0, quietUntil: 0, operator: 0 };
  const vault = createVault({ masterKey: new Uint8Array(32).fill(3), chance: systemChance });
  const base = { clock, chance: systemChance, vault, meter: countingMeter(), log: silentLog };
  const surely = createSurely(base);
  const book = {
    async add(alert: NewAlert & Pick<Alert, "id" | "severity" | "at">, mailAt: number | undefined) {
      if (state.away > 0) {
        state.away--;
        throw new Error("away");
      }
      if (kept.has(alert.dedupeKey)) return undefined;
      const one = { ...alert, details: alert.details ?? {}, place: kept.size + 1, read: false, mailAt };
      kept.set(alert.dedupeKey, one);
      return one;
    },
    async takeDue(now: number) {
      const due = [...kept.values()].filter(({ mailAt }) => mailAt !== undefined && mailAt <= now);
      return due.map(({ id, kind }) => ({
        ...{ id, kind },
        reader: { email: "ada@example.org", language: "en" as const },
      }));
    },
    async mailed(ids: readonly string[]) {
      for (const one of kept.values()) if (ids.includes(one.id)) one.mailAt = undefined;
    },
  };
  const safetyQueue = {
    async add(item: Omit<SafetyCase, "doneAt">) {
      if (cases.some(({ id }) => id === item.id)) return false;
      cases.push({ ...item, doneAt: undefined });
      return true;
    },
    list: async () => cases,
    async done(id: string, entry: AuditEntry) {
      const there = cases.some((one) => one.id === id);
      if (there) entries.push(entry);
      return there;
    },
  };
  const mail = createAlertMail({
    ...{ book, clock, log: silentLog, publicUrl: () => "https://bears.example.org" },
    mail: { send: (letter) => void letters.push(letter) },
  });
  const alerts = createAlerts({
    ...base,
    ...{ book, surely, mailNow: mail.now },
    feed: { tell: (_accountId, message) => void shown.push(message) },
    quietUntil: async () => state.quietUntil,
  });
  const care = createCare({
    ...base,
    ...{ alerts, safetyQueue, surely },
    statuses: {
      family: async () => ({ status: toyStatus(), keepsTranscripts: true }),
    },
    tellOperator: () => void state.operator++,
  });
  const audit = { append: async (entry: AuditEntry) => void entries.push(entry) };
  return {
    clock,
    kept,
    shown,
    letters,
    cases,
    entries,
    state,
    mail,
    alerts,
    care,
    reading: { safetyQueue, vault, audit, clock },
  };
}

let home: ReturnType<typeof alertHouse>;
beforeEach(() => {
  home = alertHouse();
});
const raise = (kind: AlertKind, dedupeKey = "key") =>
  home.alerts.raise({ accountId: "ada", kind, dedupeKey });

describe("an alert", () => {
  test("that is grave is on the feed and in the mail at once, whatever the hour", async () => {
    home.state.quietUntil = home.clock.now() + 8 * HOUR;
    await raise("toy_quarantined");
    await home.clock.advance(0);
    expect(home.shown).toMatchObject([{ type: "alert", alert: { severity: "critical" } }]);
    expect(home.letters.map(({ subject }) => subject)).toEqual(["Bearlink: a toy was stopped for safety"]);
    await home.clock.advance(HOUR);
    expect(home.letters).toHaveLength(1);
  });

  test("that is lesser waits in the mail until the family's quiet hours are over, and not on the feed", async () => {
    home.state.quietUntil = home.clock.now() + HOUR;
    home.mail.start();
    await raise("battery_low");
    await home.clock.advance(HOUR - 1);
    expect(home.shown).toHaveLength(1);
    expect(home.letters).toEqual([]);
    await home.clock.advance(ALERT_LOOK_MS + 1);
    expect(home.letters).toHaveLength(1);
    await home.mail.stop();
    expect(home.clock.waiting).toBe(0);
  });

  test("that only informs is not mailed", async () => {
    await raise("toy_paired");
    await home.clock.advance(HOUR);
    expect(home.shown).toHaveLength(1);
    expect(home.letters).toEqual([]);
  });

  test("raised twice is one notice", async () => {
    await raise("toy_quarantined");
    await raise("toy_quarantined");
    await home.clock.advance(0);
    expect(home.shown).toHaveLength(1);
    expect(home.letters).toHaveLength(1);
  });

  test("is raised again while the record is away, and not for ever", async () => {
    home.state.away = 3;
    home.alerts.raiseSoon({ accountId: "ada", kind: "toy_reset", dedupeKey: "again" });
    await home.clock.advance(ALERT_AGAIN_MS * 7);
    expect(home.shown).toHaveLength(1);
    home.state.away = 1_000;
    home.alerts.raiseSoon({ accountId: "ada", kind: "toy_reset", dedupeKey: "never" });
    await home.clock.advance(ALERT_AGAIN_MS * 2 ** ALERT_TRIES);
    expect(home.clock.waiting).toBe(0);
    await expect(raise("toy_reset", "told")).rejects.toThrow("away");
  });
});

const turn = {
  ...{ turnId: "turn-1", deviceId: "bear-1", childId: "child-1", at: 0 },
  recipients: new Set(["voice", "transcripts"]),
} as unknown as TurnRef;
const hear = async (verdict: Partial<TurnVerdict>, words = "the canary words", of = turn) => {
  home.care.heard(of, words, { action: "escalate", reason: "self-harm", withheld: false, ...verdict });
  await home.clock.advance(0);
};

describe("what a child discloses", () => {
  test("is told to its parent at once, gravely, and without the words", async () => {
    await hear({});
    expect(home.shown).toMatchObject([
      {
        alert: {
          kind: "safety_care",
          severity: "critical",
          childId: "child-1",
          details: { reason: "self-harm" },
        },
      },
    ]);
    expect(home.letters).toHaveLength(1);
    expect(JSON.stringify([home.shown, home.letters, [...home.kept]])).not.toContain("canary");
    expect(home.cases).toEqual([]);
  });

  test("and tells again, is one notice for a while", async () => {
    for (let i = 0; i < 5; i++) await hear({});
    expect(home.shown).toHaveLength(1);
    await hear({}, "words", { ...turn, at: HOUR });
    expect(home.shown).toHaveLength(2);
  });

  test("of its household reaches the operator alone, sealed, and never that account", async () => {
    await hear({ withheld: true, reason: "abuse" });
    expect(home.shown).toEqual([]);
    expect(home.letters).toEqual([]);
    expect(home.state.operator).toBe(1);
    expect(Buffer.from(home.cases[0]!.sealed).toString("latin1")).not.toContain("canary");
    expect(await readCases(home.reading, OPERATOR)).toMatchObject([
      { kind: "abuse", account_id: "ada", child_id: "child-1", words: "the canary words" },
    ]);
    expect(home.entries).toMatchObject([{ action: "safety_queue_read", ...OPERATOR }]);
    await finishCase(home.reading, "turn-1", OPERATOR);
    await expect(finishCase(home.reading, "none", OPERATOR)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(home.entries.slice(1)).toMatchObject([
      { action: "safety_case_done", resource: "turn-1", ...OPERATOR },
    ]);
  });

  test("is kept without its words where the family has nothing kept", async () => {
    const unkept = { ...turn, recipients: new Set(["voice"]) } as unknown as TurnRef;
    await hear({ withheld: true, reason: "abuse" }, "the canary words", unkept);
    expect((await readCases(home.reading, OPERATOR))[0]).toMatchObject({ words: null });
  });

  test("is not read where the reading cannot be written down", async () => {
    const audit = { append: () => Promise.reject(new Error("away")) };
    await expect(readCases({ ...home.reading, audit }, OPERATOR)).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
  });

  test("and ordinary talk after it raises nothing more", async () => {
    await hear({ action: "allow", reason: "", withheld: true });
    await hear({ action: "redirect", reason: "violence" });
    expect([home.shown, home.cases]).toEqual([[], []]);
  });
});
