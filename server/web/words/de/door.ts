/** Was die Tür sagt: Konto anlegen und anmelden. */
import type { door as English } from "../en/door.ts";

export const door: typeof English = {
  welcome: {
    title: "Ein Bär, der spricht, und Eltern, die bestimmen",
    text: "Verbinden Sie den Bären Ihres Kindes, lesen Sie, was gesprochen wurde, legen Sie Schlafenszeit und Grenzen fest, und entscheiden Sie, wer was bekommt. Alles läuft auf Ihrem eigenen Server.",
    signUp: "Konto anlegen",
    signIn: "Anmelden",
    points: [
      { title: "Er hört nur zu, solange die Pfote gedrückt ist", text: "Kein Ton wird je aufbewahrt." },
      {
        title: "Sie können mitlesen",
        text: "Wenn Sie Gespräche aufbewahren lassen: während sie geführt werden, und danach.",
      },
      { title: "Sie entscheiden, wer mitwirkt", text: "Jeder Dienst hat einen eigenen Schalter." },
    ],
  },
  signUp: {
    title: "Konto anlegen",
    lead: "Für Erwachsene. Kinder melden sich nie an.",
    submit: "Konto anlegen",
    have: "Schon ein Konto?",
    signIn: "Anmelden",
    sentTitle: "Sehen Sie in Ihre Post",
    sent: (email) =>
      `Wir haben an ${email} geschrieben. Öffnen Sie den Link in dem Brief und geben Sie Ihr Passwort noch einmal ein.`,
    sentHint:
      "Nichts da? Sehen Sie in den Spam-Ordner, oder versuchen Sie es in ein paar Minuten noch einmal.",
    other: "Andere Adresse verwenden",
  },
  verify: {
    title: "Adresse bestätigen",
    lead: "Geben Sie das Passwort ein, das Sie gewählt haben. Dann ist Ihr Konto offen.",
    submit: "Mein Konto öffnen",
    missing: "Diese Seite öffnet der Link in Ihrer Mail.",
  },
  signIn: {
    title: "Willkommen zurück",
    submit: "Anmelden",
    passkey: "Mit Passkey anmelden",
    or: "oder",
    forgot: "Passwort vergessen?",
    none: "Neu hier?",
    signUp: "Konto anlegen",
    expired: "Ihre Sitzung ist beendet. Melden Sie sich an, und Sie sind wieder da, wo Sie waren.",
    changed: "Ihr neues Passwort gilt. Melden Sie sich damit an.",
    passkeyRefused: "Dieser Passkey hat nicht funktioniert. Nichts wurde geändert.",
  },
  reset: {
    title: "Neues Passwort wählen",
    lead: "Wir senden Ihnen einen Link, mit dem Sie ein neues wählen.",
    submit: "Link senden",
    sentTitle: "Sehen Sie in Ihre Post",
    sent: (email) =>
      `Wenn ${email} hier ein Konto hat, ist ein Brief mit einem Link unterwegs. Er gilt eine Stunde.`,
    finishLead: "Alle Ihre Sitzungen enden, auf jedem Gerät.",
    finish: "Neues Passwort setzen",
    back: "Zurück zur Anmeldung",
  },
  invite: {
    title: "Sie sind eingeladen",
    lead: "Eine Familie möchte, dass Sie mit nach ihrem Bären sehen. Wählen Sie einen Namen und ein Passwort.",
    submit: "Einladung annehmen",
    missing: "Diese Seite öffnet der Link in Ihrer Mail.",
  },
  confirm: {
    title: "Sind Sie es?",
    lead: "Das lässt sich nicht leicht rückgängig machen. Bitte bestätigen Sie mit Ihrem Passwort.",
    submit: "Bestätigen",
    passkey: "Mit Passkey bestätigen",
  },
};
