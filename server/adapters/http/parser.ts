/** What cannot be parsed as HTTP reaches no hook: answered here, on the bare socket, in the same form. MISSION A10, B20 */
import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { Refusal } from "../../errors.ts";
import type { Log, Meter } from "../../ports.ts";
import { envelope, JSON_TYPE, SECURITY_HEADERS } from "./answers.ts";
import { recordAnswer } from "./record.ts";

interface ParserError extends Error {
  code?: string;
}

/** A socket of Node's HTTP server knows the answer it is in the middle of. */
interface HttpSocket extends Socket {
  _httpMessage?: { headersSent: boolean } | null;
}

function statusOf(error: ParserError): number {
  if (error.code === "HPE_HEADER_OVERFLOW") return 431;
  return error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
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
  const requestId = randomUUID();
  const status = statusOf(error);
  const body = envelope(new Refusal("INVALID_REQUEST", { path: "", problem: "not HTTP" }), requestId);
  const headers = {
    ...SECURITY_HEADERS,
    "x-request-id": requestId,
    "content-type": JSON_TYPE,
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  // who never reads the answer must not hold the socket
  socket.destroySoon();
  recordAnswer(ports, { requestId, method: "none", route: "none", status });
}
