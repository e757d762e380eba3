/** Was die Tür sagt: Konto anlegen und anmelden. */
import type { door as English } from "../en/door.ts";

export const door: typeof English = {
  welcome: {
    title: "Ein Bär, der spricht, und Eltern, die bestimmen",
    text: "Verbinden Sie den Bären Ihres Kindes, lesen Sie, was gesprochen wurde, legen Sie Schlafenszeit und Grenzen fest und entscheiden Sie, wer was bekommt. Alles läuft auf Ihrem eigenen Server.",
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
    sentTitle: "Sehen Sie in Ihr Postfach",
    sent: (email) =>
      `Wir haben an ${email} geschrieben. Öffnen Sie den Link in dieser E-Mail und geben Sie Ihr Passwort noch einmal ein.`,
    sentHint:
      "Nichts angekommen? Sehen Sie im Spam-Ordner nach oder versuchen Sie es in ein paar Minuten noch einmal.",
    other: "Andere Adresse verwenden",
  },
  verify: {
    title: "Adresse bestätigen",
    lead: "Geben Sie das Passwort ein, das Sie gewählt haben. Dann ist Ihr Konto eröffnet.",
    submit: "Mein Konto eröffnen",
    missing: "Diese Seite öffnen Sie über den Link in Ihrer E-Mail.",
  },
  signIn: {
    title: "Willkommen zurück",
    submit: "Anmelden",
    passkey: "Mit Passkey anmelden",
    or: "oder",
    forgot: "Passwort vergessen?",
    none: "Neu hier?",
    signUp: "Konto anlegen",
    expired: "Ihre Sitzung ist beendet. Melden Sie sich wieder an, dann geht es weiter, wo Sie waren.",
    changed: "Ihr neues Passwort gilt. Melden Sie sich damit an.",
    passkeyRefused: "Dieser Passkey hat nicht funktioniert. Es wurde nichts geändert.",
  },
  reset: {
    title: "Neues Passwort wählen",
    lead: "Wir senden Ihnen einen Link, mit dem Sie ein neues wählen.",
    submit: "Link senden",
    sentTitle: "Sehen Sie in Ihr Postfach",
    sent: (email) =>
      `Wenn es zu ${email} hier ein Konto gibt, ist eine E-Mail mit einem Link unterwegs. Er gilt eine Stunde.`,
    finishLead: "Sie werden auf allen Geräten abgemeldet.",
    finish: "Neues Passwort speichern",
    back: "Zurück zur Anmeldung",
  },
  invite: {
    title: "Sie sind eingeladen",
    lead: "Eine Familie möchte, dass Sie mit auf ihren Bären achten. Wählen Sie einen Namen und ein Passwort.",
    submit: "Einladung annehmen",
    missing: "Diese Seite öffnen Sie über den Link in Ihrer E-Mail.",
  },
  confirm: {
    title: "Sind Sie es?",
    lead: "Das lässt sich nicht leicht rückgängig machen. Bitte bestätigen Sie mit Ihrem Passwort.",
    submit: "Bestätigen",
    passkey: "Mit Passkey bestätigen",
  },
};
