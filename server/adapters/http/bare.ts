/** An answer on the bare socket, for what reaches no hook: the same headers, the same envelope, the same line of the log. MISSION A10, B20 */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "../../errors.ts";
import type { Log, Meter } from "../../ports.ts";
import { envelope, JSON_TYPE, SECURITY_HEADERS } from "./answers.ts";
import { recordAnswer } from "./record.ts";

export interface BareRequest {
  requestId: string;
  method: string;
  /** the template */
  route: string;
}

/** Refuses, and closes the connection. `more`: headers of this refusal alone. */
export function answerBare(
  ports: { log: Log; meter: Meter },
  socket: Duplex,
  refusal: Refusal,
  { requestId, method, route }: BareRequest,
  more: Record<string, string> = {},
): void {
  const { status } = refusal;
  const body = envelope(refusal, requestId);
  const headers = {
    ...SECURITY_HEADERS,
    "x-request-id": requestId,
    ...more,
    "content-type": JSON_TYPE,
    "content-length": Buffer.byteLength(body),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.on("error", () => undefined); // it may be gone before it hears the answer
  // who never reads the answer, or leaves its half open, must not hold the socket
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("\r\n")}\r\n\r\n${body}`);
  recordAnswer(ports, { requestId, method, route, status });
}
