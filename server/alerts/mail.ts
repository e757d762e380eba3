/** Alerts that are due are mailed by whichever cell takes them first. */
import { ALERT_LOOK_MS, ALERT_MAIL_LEASE_MS, MAX_ALERT_MAILS } from "../bounds.ts";
import type { AlertBook, Clock, Log, Mail } from "../ports.ts";
import { alertLetter } from "./letters.ts";

export interface AlertMailPorts {
  book: Pick<AlertBook, "takeDue" | "mailed">;
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
    for (const { kind, reader } of due) {
      const letter = alertLetter(kind, reader, ports.publicUrl());
      if (letter) ports.mail.send(letter);
    }
    if (due.length > 0) await book.mailed(due.map(({ id }) => id));
  }

  function work(step: () => Promise<unknown>): void {
    working = working.then(step).then(
      () => undefined,
      (error: unknown) => log.warn({ error }, "alerts were not mailed yet"),
    );
  }

  function look(): void {
    work(send);
    cancel = clock.after(ALERT_LOOK_MS, look);
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
