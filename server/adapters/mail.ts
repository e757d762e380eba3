/** Mail by SMTP: sent behind the answer, tried again while the server is away, never told in a log. */
import { createTransport } from "nodemailer";
import { MAX_LETTERS, SMTP_MS } from "../bounds.ts";
import type { Clock, Letter, Log, Mail, Meter } from "../ports.ts";

/** ms before each further try */
const RETRIES_MS = [2_000, 15_000, 60_000, 300_000];
const LINKS = 2;
/** ms a stop waits for mail that is being sent */
const CLOSE_MS = 5_000;

export interface SmtpSettings {
  /** smtp://… or smtps://… */
  url: string;
  from: string;
  /** refuses a server that offers no TLS */
  requireTls: boolean;
}

interface MailPorts {
  clock: Clock;
  log: Log;
  meter: Meter;
}

/**
 *     const mail = smtpMail({ clock, log, meter }, { url, from, requireTls: true });
 *     mail.send({ to, subject, text });
 *     await mail.close();
 */
export function smtpMail({ clock, log, meter }: MailPorts, settings: SmtpSettings) {
  const transport = createTransport({
    url: settings.url,
    pool: true,
    maxConnections: LINKS,
    requireTLS: settings.requireTls && !settings.url.startsWith("smtps:"),
    connectionTimeout: SMTP_MS,
    greetingTimeout: SMTP_MS,
    socketTimeout: SMTP_MS,
    // a letter is text of ours: nothing in it is a file or an address to fetch
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const underWay = new Set<Promise<void>>();
  let waiting = 0;
  let closed = false;

  const finish = (result: "sent" | "failed" | "dropped"): void => {
    meter.count("mails_total", { result });
  };

  const attempt = async (letter: Letter, tries: number): Promise<void> => {
    try {
      await transport.sendMail({ from: settings.from, ...letter });
      finish("sent");
    } catch (error) {
      const { code = "unknown", responseCode = 0 } = error as { code?: string; responseCode?: number };
      const retryMs = RETRIES_MS[tries];
      // RFC 5321 §4.2.1: 5xx is for good
      if (closed || retryMs === undefined || responseCode >= 500) {
        log.error({ code, responseCode }, "a mail could not be sent");
        return finish("failed");
      }
      log.warn({ code, responseCode, retry_ms: retryMs }, "a mail waits for its server");
      waiting++;
      clock.after(retryMs, () => {
        waiting--;
        start(letter, tries + 1);
      });
    }
  };

  function start(letter: Letter, tries: number): void {
    const run = attempt(letter, tries).finally(() => underWay.delete(run));
    underWay.add(run);
  }

  return {
    send(letter: Letter): void {
      if (closed || underWay.size + waiting >= MAX_LETTERS) {
        log.error({}, "a mail was dropped: too many wait");
        return finish("dropped");
      }
      start(letter, 0);
    },
    /** Lets what is under way end, for a while; what waits for another try is lost. */
    async close(): Promise<void> {
      closed = true;
      await Promise.race([
        Promise.all(underWay),
        new Promise<void>((resolve) => clock.after(CLOSE_MS, resolve)),
      ]);
      transport.close();
    },
  } satisfies Mail & { close(): Promise<void> };
}
