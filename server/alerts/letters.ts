/** The mails that carry an alert, to a parent; and the one for who runs the server. */
import { letters, letterTo } from "../letters/letters.ts";
import type { Letters } from "../letters/letters.ts";
import type { AlertKind, Letter, Reader } from "../ports.ts";

type Mailed = keyof Letters["alerts"]["kinds"];

const isMailed = (kind: AlertKind): kind is AlertKind & Mailed =>
  Object.hasOwn(letters.en.alerts.kinds, kind);

/** undefined where a kind is not mailed. */
export function alertLetter(kind: AlertKind, to: Reader, link: string): Letter | undefined {
  if (!isMailed(kind)) return undefined;
  return letterTo(to, ({ alerts: { kinds, more } }) => {
    const { subject, text } = kinds[kind];
    return { subject: `Bearlink: ${subject}`, text: `${text}\n\n${more}\n\n${link}\n` };
  });
}

/** For who runs the server: in English, as all that operators read. */
export function caseLetter(to: string): Letter {
  return {
    to,
    subject: "Bearlink: a case waits in the safety queue",
    text: "A child disclosed something that must not be shown to its family's account. Please read the safety queue now: GET /api/v1/safety/queue\n",
  };
}
