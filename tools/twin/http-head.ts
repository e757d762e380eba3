/** The client's side of Espruino's HTTP: the head it sends, and an answer taken apart as its bytes come. */
import { emitOn } from "./emitter.ts";
import type { Events } from "./emitter.ts";
import type { Loop } from "./loop.ts";
import type { Realm } from "./realm.ts";

const VERSION = "2v29";

export interface Head {
  /** Method, path and headers; a Content-Length only if the program set one. */
  request(options: {
    method?: string;
    path?: string;
    host?: string;
    port?: number | string | null;
    headers?: Record<string, unknown>;
  }): string;
  /** Takes what was received, answers what is left of it. */
  take(received: string): string;
  /** all that was announced has come */
  whole(): boolean;
  /** The connection has ended: who is to hear of it. */
  closed(failed: boolean): Events | undefined;
}

const HEAD_END = "\r\n\r\n";

export function openHead(realm: Realm, loop: Loop, answered: (response: object) => void): Head {
  const response = realm.object({} as Record<string, unknown>);
  const events = emitOn(response, loop);
  let headed = false;
  let left = 0;
  let chunked = false;
  let ended = false;

  const end = (): void => {
    if (!ended) events.tell("end");
    ended = true;
  };

  const readHead = (head: string): void => {
    const [status = "", ...lines] = head.split("\r\n");
    const [version = "", code = "", ...message] = status.split(" ");
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
    }
    // keys keep the sender's case; Espruino itself looks without it
    const find = (name: string): string | undefined =>
      Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
    chunked = find("transfer-encoding")?.toLowerCase() === "chunked";
    left = chunked ? 1 : Number.parseInt(find("content-length") ?? "0", 10) || 0;
    Object.assign(response, {
      headers: realm.object(headers),
      httpVersion: version.slice(5),
      statusCode: code,
      statusMessage: message.join(" "),
    });
    headed = true;
    answered(response);
  };

  const takeChunks = (received: string): string => {
    let text = received;
    for (;;) {
      const line = text.indexOf("\r\n");
      if (line < 0) return text;
      const size = Number.parseInt(text.slice(0, line), 16) || 0;
      if (size === 0) {
        left = 0;
        return "";
      }
      if (text.length < line + 2 + size + 2) return text;
      events.tell("data", text.slice(line + 2, line + 2 + size));
      text = text.slice(line + 2 + size + 2);
    }
  };

  return {
    request({ method, path, host, port, headers }) {
      const lines = [
        `${method ?? "GET"} ${path ?? "/"} HTTP/1.1`,
        `User-Agent: Espruino ${VERSION}`,
        "Connection: close",
      ];
      for (const [name, value] of Object.entries(headers ?? {})) lines.push(`${name}: ${String(value)}`);
      const named = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "host");
      const at = port && Number(port) !== 80 ? `:${port}` : "";
      if (!named) lines.push(`Host: ${host}${at}`);
      return lines.join("\r\n") + HEAD_END;
    },
    take(received) {
      let text = received;
      if (!headed) {
        const at = text.indexOf(HEAD_END);
        if (at < 0) return text;
        readHead(text.slice(0, at));
        // the program hears of the head before its body
        return text.slice(at + HEAD_END.length);
      }
      if (chunked) text = takeChunks(text);
      else if (text !== "" && events.tell("data", text)) {
        left -= text.length;
        text = "";
      }
      if (left <= 0) end();
      return text;
    },
    whole: () => headed && left <= 0,
    closed() {
      end();
      return events;
    },
  };
}
