/** The shelf: pieces that people wrote for the bear, handed out so that none is repeated while another waits. */
import type { Chance, Piece, PieceKind, Shelf } from "../../ports.ts";
import { games } from "./games.ts";
import { jokes } from "./jokes.ts";
import { songs } from "./songs.ts";
import { stories } from "./stories.ts";

export const pieces: readonly Piece[] = [...stories, ...jokes, ...songs, ...games];

/**
 * `heard` names pieces oldest first; when all of a kind are heard, the one heard longest ago comes back.
 *
 *     createShelf({ chance }).pick(["joke-drum"], "joke").title // any other joke
 */
export function createShelf({ chance }: { chance: Chance }): Shelf {
  return {
    pick(heard: readonly string[], kind?: PieceKind): Piece {
      const wanted = pieces.filter((piece) => kind === undefined || piece.kind === kind);
      const fresh = wanted.filter((piece) => !heard.includes(piece.id));
      if (fresh.length > 0) return fresh[chance.bytes(1)[0]! % fresh.length]!;
      const longestAgo = (a: Piece, b: Piece) => heard.lastIndexOf(a.id) - heard.lastIndexOf(b.id);
      return wanted.sort(longestAgo)[0]!;
    },
  };
}
