/** What cannot be parsed as HTTP reaches no hook: answered here, on the bare socket, in the same form. MISSION A10, B20 */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { Refusal } from "../../errors.ts";
import type { Log, Meter } from "../../ports.ts";
import { answerBare } from "./bare.ts";

interface ParserError extends Error {
  code?: string;
}

/** A socket of Node's HTTP server knows the answer it is in the middle of. */
interface HttpSocket extends Socket {
  _httpMessage?: { headersSent: boolean } | null;
}

function refusalFor({ code }: ParserError): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return new Refusal("HEADERS_TOO_LARGE");
  return new Refusal(code === "ERR_HTTP_REQUEST_TIMEOUT" ? "REQUEST_TIMEOUT" : "BAD_REQUEST");
}

export function answerParserError(
  ports: { log: Log; meter: Meter },
  error: ParserError,
  socket: HttpSocket,
): void {
  if (error.code === "ECONNRESET" || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  answerBare(ports, socket, refusalFor(error), { requestId: randomUUID(), method: "none", route: "none" });
}
