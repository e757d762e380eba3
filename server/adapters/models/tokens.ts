/** What a reply costs, in tokens: by its characters, for few services say it before they close. MISSION A23 */
import type { Chat, ChatMessage } from "../../ports.ts";

/** of English; other languages cost more, and a cap is reached later there */
const CHARS_A_TOKEN = 4;

/** Tells `count` and whoever asked what each reply cost, its question included, however it ended. */
export function tokenCounted(chat: Chat, count: (tokens: number) => void): Chat {
  return {
    ...chat,
    async *reply(messages, signal, bounds) {
      let chars = charsOf(messages);
      try {
        for await (const piece of chat.reply(messages, signal, bounds)) {
          chars += piece.length;
          yield piece;
        }
      } finally {
        const tokens = Math.ceil(chars / CHARS_A_TOKEN);
        count(tokens);
        bounds?.onTokens?.(tokens);
      }
    },
  };
}

function charsOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((chars, { content }) => chars + content.length, 0);
}
