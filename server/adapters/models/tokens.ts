/** What models cost, in tokens: by characters and by seconds of sound, for few services say it before they close. MISSION A23 */
import type { Chat, ChatMessage, Moderation, SpeechToText, TextToSpeech } from "../../ports.ts";

/** of English; other languages cost more, and a cap is reached later there */
const CHARS_A_TOKEN = 4;
/** as services count that bill sound by tokens: what they hear, and what they say */
const HEARD_TOKENS_A_S = 10;
const SPOKEN_TOKENS_A_S = 20;
/** of what is heard, server/ports.ts */
const HEARD_BYTES_A_S = 2 * 16_000;

/** Tells `count` what is asked and what comes back, as it goes: what its reader leaves early has cost what it gave. Moderation is not counted: services give it away. */
export function tokenCounted<Port extends SpeechToText | Chat | TextToSpeech | Moderation>(
  port: Port,
  count: (tokens: number) => void,
): Port {
  const counted: Port = { ...port };
  if ("check" in port) return counted;
  if ("transcribe" in port)
    return {
      ...counted,
      async transcribe(pcm, signal) {
        const spend = wholeTokens(count);
        spend((pcm.length / HEARD_BYTES_A_S) * HEARD_TOKENS_A_S);
        const words = await port.transcribe(pcm, signal);
        spend(words.length / CHARS_A_TOKEN);
        return words;
      },
    };
  if ("reply" in port)
    return {
      ...counted,
      async *reply(messages, signal, bounds) {
        const spend = wholeTokens(count);
        spend(charsOf(messages) / CHARS_A_TOKEN);
        for await (const piece of port.reply(messages, signal, bounds)) {
          spend(piece.length / CHARS_A_TOKEN);
          yield piece;
        }
      },
    };
  return {
    ...counted,
    async *speak(text, signal) {
      const spend = wholeTokens(count);
      spend(text.length / CHARS_A_TOKEN);
      for await (const pcm of port.speak(text, signal)) {
        spend((pcm.length / 2 / port.rate) * SPOKEN_TOKENS_A_S);
        yield pcm;
      }
    },
  };
}

/** Whole ones, rounded up over all of a request. */
function wholeTokens(count: (tokens: number) => void): (tokens: number) => void {
  let spent = 0;
  let told = 0;
  return (tokens) => {
    spent += tokens;
    // what is added up in parts is off by less than this
    const more = Math.ceil(spent - 1e-9) - told;
    if (more <= 0) return;
    told += more;
    count(more);
  };
}

function charsOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((chars, { content }) => chars + content.length, 0);
}
