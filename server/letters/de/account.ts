/** Die E-Mails rund um die Anmeldung. */
import { RESET_LINK_MS, VERIFY_LINK_MS } from "../../bounds.ts";
import type { account as English } from "../en/account.ts";
import { span } from "../words.ts";

const time = (ms: number): string =>
  span(ms, { minutes: ["Minute", "Minuten"], hours: ["Stunde", "Stunden"] });

export const account: typeof English = {
  verify: (link) => ({
    subject: "Bearlink: Bitte bestätigen Sie Ihre Adresse",
    text: `Jemand, hoffentlich Sie, möchte mit dieser Adresse ein Konto bei Bearlink anlegen.

Öffnen Sie zum Bestätigen diesen Link und geben Sie das Passwort ein, das Sie gewählt haben:

${link}

Der Link gilt ${time(VERIFY_LINK_MS)}. Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne das Passwort wird kein Konto eröffnet.
`,
  }),

  alreadyThere: (link) => ({
    subject: "Bearlink: Sie haben schon ein Konto",
    text: `Jemand, vielleicht Sie, wollte mit dieser Adresse ein Konto bei Bearlink anlegen. Es gibt schon eines: Ihres.

Hier können Sie sich anmelden oder ein neues Passwort wählen:

${link}

Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Es hat sich nichts geändert, und niemand hat erfahren, dass Sie ein Konto haben.
`,
  }),

  reset: (link) => ({
    subject: "Bearlink: Wählen Sie ein neues Passwort",
    text: `Mit diesem Link wählen Sie ein neues Passwort für Ihr Konto bei Bearlink:

${link}

Er gilt ${time(RESET_LINK_MS)} lang und nur einmal. Danach sind Sie überall abgemeldet. Wenn Sie das nicht waren, brauchen Sie nichts zu tun.
`,
  }),

  passwordChanged: (link) => ({
    subject: "Bearlink: Ihr Passwort wurde geändert",
    text: `Das Passwort Ihres Kontos bei Bearlink wurde geändert. Alle früheren Sitzungen sind beendet.

Wenn Sie das nicht waren, wählen Sie sofort ein neues:

${link}
`,
  }),

  passkeyAdded: (link) => ({
    subject: "Bearlink: Ein Passkey wurde hinzugefügt",
    text: `Zu Ihrem Konto bei Bearlink wurde ein Passkey hinzugefügt. Wer ihn hat, kann sich damit anmelden.

Wenn Sie das nicht waren, entfernen Sie ihn sofort, ändern Sie Ihr Passwort und melden Sie sich überall ab:

${link}
`,
  }),

  tokenReused: (link) => ({
    subject: "Bearlink: Eine Sitzung wurde beendet",
    text: `Eine Ihrer Sitzungen bei Bearlink wurde von zwei Orten zugleich benutzt, so wie es bei einer gestohlenen wäre. Deshalb wurde sie beendet.

Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und melden Sie sich überall ab:

${link}
`,
  }),

  supportVisit: (link, by, reason, visitMs) => ({
    subject: "Bearlink: Der Support sieht sich Ihr Konto an",
    text: `${by} vom Support Ihres Bearlink-Servers darf ${time(visitMs)} lang die Einstellungen Ihrer Familie lesen.
Der angegebene Grund: ${reason}

Sie sehen den Besuch unter Ihren Sitzungen und können ihn dort beenden:

${link}
`,
  }),

  closed: () => ({
    subject: "Bearlink: Ihr Konto wurde gelöscht",
    text: `Ihr Konto bei Bearlink ist geschlossen: Niemand kann sich mehr anmelden, und Ihre Bären hören niemanden mehr.
Alles, was darin war, wird jetzt gelöscht.
`,
  }),
};
