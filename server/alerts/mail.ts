/** Alerts that are due are mailed by whichever cell takes them first, and what is old is erased. */
import {
  ALERT_MAIL_LEASE_MS,
  ALERT_SWEEP_MS,
  ALERTS_KEPT_MS,
  MAX_ALERT_MAILS,
  SAFETY_CASES_KEPT_MS,
} from "../bounds.ts";
import type { AlertBook, Clock, Log, Mail, SafetyQueue } from "../ports.ts";
import { alertLetter } from "./letters.ts";

export interface AlertMailPorts {
  book: Pick<AlertBook, "takeDue" | "mailed" | "sweep">;
  safetyQueue: Pick<SafetyQueue, "sweep">;
  mail: Mail;
  clock: Clock;
  log: Log;
  publicUrl(): string;
}

export interface AlertMail {
  /** Not awaited. */
  now(): void;
  start(): void;
  stop(): Promise<void>;
}

export function createAlertMail(ports: AlertMailPorts): AlertMail {
  const { book, clock, log } = ports;
  let cancel = (): void => undefined;
  let working = Promise.resolve();

  async function send(): Promise<void> {
    const due = await book.takeDue(clock.now(), ALERT_MAIL_LEASE_MS, MAX_ALERT_MAILS);
    for (const { kind, email } of due) {
      const letter = alertLetter(kind, email, ports.publicUrl());
      if (letter) ports.mail.send(letter);
    }
    if (due.length > 0) await book.mailed(due.map(({ id }) => id));
  }

  function work(step: () => Promise<unknown>): void {
    working = working.then(step).then(
      () => undefined,
      (error: unknown) => log.warn({ error }, "alerts were not mailed or erased yet"),
    );
  }

  function look(): void {
    work(send);
    work(() => book.sweep(clock.now() - ALERTS_KEPT_MS));
    work(() => ports.safetyQueue.sweep(clock.now() - SAFETY_CASES_KEPT_MS));
    cancel = clock.after(ALERT_SWEEP_MS, look);
  }

  return {
    now: () => work(send),
    start: look,
    async stop() {
      cancel();
      await working;
    },
  };
}
