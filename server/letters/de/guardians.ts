/** Die E-Mails an Begleitpersonen, und an die, die es werden sollen. */
import type { guardians as English } from "../en/guardians.ts";

export const guardians: typeof English = {
  invited: (link) => ({
    subject: "Bearlink: Sie sind als Begleitperson eingeladen",
    text: `Eine Familie nutzt Bearlink, den Server eines sprechenden Teddybären, und lädt Sie ein mitzulesen: Sie würden alles sehen, was die Eltern sehen, aber nichts ändern.

Wenn Sie annehmen möchten, öffnen Sie diesen Link und wählen Sie ein Passwort:

${link}

Der Link gilt eine Woche. Wenn Sie nicht wissen, von wem das kommt, brauchen Sie nichts zu tun.
`,
  }),

  invitedAlready: () => ({
    subject: "Bearlink: Sie wurden als Begleitperson eingeladen",
    text: `Eine Familie hat Sie eingeladen, bei Bearlink mitzulesen. Mit dieser Adresse haben Sie aber schon ein eigenes Konto, und jede Adresse kann nur eines haben. Nennen Sie der Familie eine andere Adresse von Ihnen, oder tun Sie einfach nichts.
`,
  }),

  removed: () => ({
    subject: "Bearlink: Sie sind keine Begleitperson mehr",
    text: `Die Familie, bei der Sie mitgelesen haben, hat das beendet. Ihre Anmeldung wurde gelöscht.
`,
  }),

  familyClosed: () => ({
    subject: "Bearlink: Die Familie, bei der Sie mitgelesen haben, ist gegangen",
    text: `Das Bearlink-Konto, bei dem Sie Begleitperson waren, wurde gelöscht, und mit ihm Ihre eigene Anmeldung.
`,
  }),
};
