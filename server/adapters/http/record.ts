/** One line of the log and one count for each answer, however it was given. MISSION D05, B23 */
import type { Log, Meter } from "../../ports.ts";

export interface Answered {
  requestId: string;
  method: string;
  /** the template, never a path, which a caller could make new for ever */
  route: string;
  status: number;
  /** absent where the request was never read */
  ms?: number;
}

export function recordAnswer(ports: { log: Log; meter: Meter }, answered: Answered): void {
  const { requestId, method, route, status, ms } = answered;
  const duration = ms === undefined ? {} : { duration_ms: Math.round(ms * 10) / 10 };
  ports.log.info({ requestId, method, route, status_code: status, ...duration }, "request");
  const labels = { method, route, status: String(status) };
  ports.meter.count("http_requests_total", labels);
  if (ms !== undefined) ports.meter.observe("http_request_duration_seconds", labels, ms / 1000);
}
