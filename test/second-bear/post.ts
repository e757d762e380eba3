/** One JSON request to a cell, bounded in size and time as PROTOCOL.md §3.0 has it. */
import { request } from "node:http";

const MOST_BYTES = 1024;
const PATIENCE_MS = 10_000;

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const bytes = Buffer.from(JSON.stringify(body), "utf8");
  return new Promise((resolve, reject) => {
    const req = request(url, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json", "content-length": bytes.length, ...headers },
      timeout: PATIENCE_MS,
    });
    req.on("timeout", () => req.destroy(new Error(`no answer from ${url}`)));
    req.on("error", reject);
    req.on("response", (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        size += part.length;
        if (size > MOST_BYTES) req.destroy(new Error("an answer of more than 1 KB"));
        else parts.push(part);
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          const text = Buffer.concat(parts).toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            body: text === "" ? {} : (JSON.parse(text) as Answer["body"]),
          });
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    req.end(bytes);
  });
}
