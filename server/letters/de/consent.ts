/** Die beiden E-Mails der Einwilligung per E-Mail. */
import type { consent as English } from "../en/consent.ts";

export const consent: typeof English = {
  code: (code) => ({
    subject: "Bearlink: Ihre Einwilligung für den sprechenden Bären",
    text: `Jemand, der in Ihrem Konto angemeldet ist, möchte, dass der Bär einem Kind zuhören darf.

Wenn Sie das waren und den Hinweis in der App gelesen haben, geben Sie dort diesen Code ein: ${code}

Er gilt einen Tag. Wenn Sie das nicht waren, geben Sie ihn nirgends ein und ändern Sie Ihr Passwort.
`,
  }),

  granted: () => ({
    subject: "Bearlink: Sie haben eingewilligt, dass der Bär einem Kind zuhört",
    text: `Hiermit bestätigen wir: Die Einwilligung, die Sie in der App gelesen haben, wurde aus Ihrem Konto erteilt.

Sie können sie in der App jederzeit zurücknehmen, für jeden Empfänger einzeln. Der Bär hört dann binnen Sekunden auf zuzuhören.

Wenn Sie das nicht waren, nehmen Sie sie jetzt zurück und ändern Sie Ihr Passwort.
`,
  }),
};
