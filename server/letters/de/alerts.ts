/** Die E-Mails zu Meldungen. Sie nennen kein Kind und kein Wort. */
import type { alerts as English } from "../en/alerts.ts";

export const alerts: typeof English = {
  more: "Mehr dazu in der App:",
  kinds: {
    battery_low: {
      subject: "Ein Akku ist fast leer",
      text: "Der Akku eines Ihrer Bären ist fast leer. Bitte laden Sie ihn auf.",
    },
    toy_quarantined: {
      subject: "Ein Bär wurde zur Sicherheit gesperrt",
      text: "Zwei Geräte haben sich als derselbe Ihrer Bären ausgegeben. Deshalb wurde er gesperrt: Er hört nicht zu und spricht nicht. Wenn Sie selbst nichts verändert haben, hat ihn vielleicht jemand kopiert. In der App können Sie ihn wieder freigeben. Ein kopierter Bär sollte aber neu eingerichtet werden.",
    },
    toy_reset: {
      subject: "Ein Bär wurde zurückgesetzt",
      text: "Jemand hat die Pfote eines Ihrer Bären zehn Sekunden lang gedrückt. Er hat dadurch sein WLAN vergessen. Er gehört weiterhin Ihnen.",
    },
    safety_care: {
      subject: "Bitte sprechen Sie mit Ihrem Kind",
      text: "Ihr Kind hat dem Bären etwas erzählt, das Sie wissen sollten. Der Bär hat freundlich geantwortet und Ihrem Kind geraten, zu einem Erwachsenen zu gehen. Der Bär ist kein Notdienst. Wenn Ihr Kind jetzt in Gefahr ist, wählen Sie den Notruf.",
    },
    provider_failing: {
      subject: "Ein Dienst antwortet nicht",
      text: "Ein Dienst, den Ihr Bär braucht, antwortet nicht. Bis er es wieder tut, erzählt der Bär eigene Geschichten.",
    },
    credential_expiring: {
      subject: "Ein Schlüssel läuft bald ab",
      text: "Ein Schlüssel zu einem Dienst, den Sie Ihrem Bären gegeben haben, läuft in den nächsten sieben Tagen ab. Danach macht der Bär ohne diesen Dienst weiter. In der App können Sie ihm einen neuen geben.",
    },
    budget_exhausted: {
      subject: "Für diesen Monat ist alles aufgebraucht",
      text: "Ihre Familie hat aufgebraucht, was Sie Ihrem Bären für diesen Monat erlaubt haben. Bis zum nächsten Monat erzählt der Bär eigene Geschichten. In der App können Sie die Grenze ändern.",
    },
    suspicious_activity: {
      subject: "Etwas ist auffällig",
      text: "Jemand hat zu oft versucht, sich in Ihrem Konto anzumelden oder einen Ihrer Bären zu benutzen, oder hat das von mehreren Orten zugleich getan. Wenn Sie das nicht waren, ändern Sie Ihr Passwort, melden Sie sich überall ab und sehen Sie nach Ihren Bären.",
    },
    new_sign_in: {
      subject: "Eine neue Anmeldung",
      text: "Jemand hat sich in Ihrem Konto mit einem Browser oder Gerät angemeldet, das hier neu ist. Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und melden Sie sich überall ab.",
    },
  },
};
