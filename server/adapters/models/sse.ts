/** Server-sent events, whole, from bytes cut anywhere. WHATWG HTML §9.2.6; only the `data` field is of use here. */
import { MAX_EVENT_CHARS } from "../../bounds.ts";
import { ModelError } from "../../errors.ts";

const LF = 10;
const CR = 13;

/** What the pieces so far complete; what is left half-way at the end of a stream is no event. */
export class SseParser {
  readonly #decoder = new TextDecoder();
  #line = "";
  #data: string[] = [];
  #dataChars = 0;
  #afterCr = false;

  /** The data of each event that these bytes complete. Throws `garbage` where a line or an event is too long. */
  push(bytes: Uint8Array): string[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const events: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF && this.#afterCr) {
        // the second half of CR LF: the line has ended already
        this.#afterCr = false;
        from = at + 1;
        continue;
      }
      this.#afterCr = code === CR;
      if (code !== LF && code !== CR) continue;
      this.#endLine(this.#line + text.slice(from, at), events);
      this.#line = "";
      from = at + 1;
    }
    this.#line += text.slice(from);
    if (this.#line.length > MAX_EVENT_CHARS) throw new ModelError("garbage");
    return events;
  }

  #endLine(line: string, events: string[]): void {
    if (line === "") {
      const data = this.#data.join("\n");
      if (data !== "") events.push(data);
      this.#data = [];
      this.#dataChars = 0;
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    if (name !== "data") return; // a comment has the empty name
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    this.#dataChars += value.length + 1;
    if (this.#dataChars > MAX_EVENT_CHARS) throw new ModelError("garbage");
    this.#data.push(value);
  }
}

/** The data of each event of a stream. */
export async function* sseEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const parser = new SseParser();
  for await (const piece of pieces) yield* parser.push(piece);
}
