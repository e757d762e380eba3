/** What the scripted companion says besides its pieces: every sentence is here, so that it can be recorded beforehand. */
import type { Piece, PieceKind } from "../../ports.ts";

export type Topic =
  | "goodbye"
  | "stop"
  | "secret"
  | "machine"
  | "sad"
  | "love"
  | "well"
  | "abilities"
  | "greeting"
  | "thanks"
  | "no"
  | "unknown";

export const answers: Record<Topic, readonly string[]> = {
  goodbye: ["Goodbye, and have a lovely time."],
  stop: ["All right, I will stop."],
  secret: [
    "I do not keep secrets.",
    "A grown-up who looks after you may hear all that we say.",
    "If a secret makes you feel bad, tell a grown-up you trust.",
  ],
  machine: ["I am a toy bear with a small computer inside.", "I am a machine, and not alive like you."],
  sad: [
    "I am sorry that you feel sad.",
    "I am only a machine, but a hug from someone near you can help.",
    "You can tell a grown-up you trust how you feel.",
  ],
  love: [
    "What a kind thing to say.",
    "I am a machine, so I do not feel love, but I am glad when you have fun.",
  ],
  well: ["All my parts are working, thank you for asking.", "I am a machine, so I do not feel happy or sad."],
  abilities: ["I know stories, jokes, songs and games.", "You can ask me for any of them."],
  greeting: ["Hello, how nice that you are here."],
  thanks: ["You are welcome."],
  no: ["That is fine.", "You can ask me for a story, a joke, a song or a game."],
  unknown: ["I am a simple bear, and I did not understand that.", "I know stories, jokes, songs and games."],
};

/** said where a child asks for a piece about something */
export const onlyOwn = "I only know my own.";
export const storyEnd = "The end.";

const KIND_WITH_ARTICLE: Record<PieceKind, string> = {
  story: "a story",
  joke: "a joke",
  song: "a song",
  game: "a game",
};

export function introduction(piece: Piece): string {
  return `Here is ${KIND_WITH_ARTICLE[piece.kind]}, ${piece.title}.`;
}

export function offer(piece: Piece): string {
  return `Would you like ${KIND_WITH_ARTICLE[piece.kind]}, ${piece.title}?`;
}
