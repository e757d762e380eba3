/** The notice in German. A changed sentence is another notice, and asks anew all who read it in German. */
import type { en } from "./en.ts";

export const de: typeof en = {
  server: "dieser Bearlink-Server",
  time: {
    answer: "bis zum Ende der Antwort",
    days: (days) => `${days} Tage lang`,
    chosen: (most) => `so viele Tage, wie Sie wählen, 1 bis ${most}`,
  },
  titles: {
    voice: "Die Stimme Ihres Kindes hören",
    transcripts: "Gesagtes aufbewahren, für Sie",
    speech_in: "Sprache in Wörter verwandeln",
    chat: "Eine Antwort finden",
    speech_out: "Die Antwort vorlesen",
    moderation: "Prüfen, ob es für Kinder geeignet ist",
  },
  purposes: (time) => ({
    voice: `Nimmt die Stimme Ihres Kindes auf, solange die Pfote gedrückt ist, anstelle von Tippen. Der Ton bleibt ${time("sound")} und wird dann gelöscht. Er wird nie für Training, Werbung oder Auswertung benutzt.`,
    transcripts: `Bewahrt auf, was Ihr Kind und der Bär gesagt haben, verschlüsselt, damit Sie es lesen können; ${time("conversations")}. Ohne dies wird nichts aufbewahrt, was gesagt wurde.`,
    speech_in:
      "Bekommt den Ton dessen, was Ihr Kind sagt, und antwortet mit den Wörtern. Ohne dies versteht der Bär keine Sprache und erzählt Geschichten aus seinem eigenen Regal.",
    chat: "Bekommt die Wörter, die Ihr Kind gesagt hat, und schreibt die Antwort des Bären. Ohne dies antwortet der Bär aus seinem eigenen Regal.",
    speech_out:
      "Bekommt die Antwort des Bären und liest sie vor. Ohne dies tut es eine schlichtere Stimme auf diesem Server.",
    moderation:
      "Bekommt die Wörter, die Ihr Kind gesagt hat, und die Antwort des Bären, und prüft, ob sie für ein Kind taugen. Ohne dies antwortet der Bär aus seinem eigenen Regal.",
  }),
};
