/** Die E-Mails über die Daten einer Familie. Keine nennt ein Kind. */
import type { care as English } from "../en/care.ts";
import { day } from "../words.ts";

export const care: typeof English = {
  exported: (link) => ({
    subject: "Bearlink: Die Daten Ihrer Familie sind bereit",
    text: `Alles, was Bearlink von Ihrer Familie aufbewahrt, wurde zusammengestellt, wie Sie es gewünscht haben. Die Datei liegt eine Woche lang in der App für Sie bereit:

${link}

Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und melden Sie sich überall ab.
`,
  }),

  deletionAsked: (link, what, dueAt) => ({
    subject: {
      account: "Bearlink: Ihr Konto wird gelöscht",
      child: "Bearlink: Die Daten eines Kindes werden gelöscht",
    }[what],
    text: `${what === "account" ? "Ihr Konto mit allem, was darin ist," : "Alles, was von einem Kind Ihrer Familie aufbewahrt wird,"} wird am ${day(dueAt, "de")} gelöscht, wie Sie es gewünscht haben. Der Bär hört dort ab sofort niemanden mehr.

Bis dahin können Sie es in der App zurücknehmen oder sich eine Kopie von allem holen:

${link}

Wenn Sie das nicht waren, nehmen Sie es jetzt zurück, ändern Sie Ihr Passwort und melden Sie sich überall ab.
`,
  }),

  receipt: ({ id, what, done_at, stores, digest }) => ({
    subject: {
      account: "Bearlink: Ihr Konto wurde gelöscht",
      child: "Bearlink: Die Daten eines Kindes wurden gelöscht",
    }[what],
    text: `Es ist erledigt: ${what === "account" ? "Ihr Konto und alles, was darin war, wurde gelöscht. Kopien, die vielleicht noch in Sicherungen liegen, kann niemand mehr lesen." : "Was von dem Kind aufbewahrt wurde, ist gelöscht."}

Quittung ${id}, ${done_at}
So viele Einträge wurden gelöscht, je Tabelle:

${stores.map(({ store, rows }) => `${store}: ${rows}`).join("\n")}

SHA-256 ${digest}
`,
  }),

  weekly: (link, week) => ({
    subject: "Bearlink: Die Woche in Zahlen",
    text: `Wie oft in der Woche vom ${day(week, "de")} mit dem Bären gesprochen wurde, steht in der App, in Zahlen und ohne ein Wort von dem, was gesagt wurde:

${link}

Wenn Sie diese E-Mail nicht mehr bekommen möchten, schalten Sie sie in der App unter „Konto“ aus.
`,
  }),
};
