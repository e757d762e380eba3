/** POSTs the toy's JSON, and reads at most 1 KB of an answer within its time. PROTOCOL.md §3.0 */
import { MAX_JSON_BYTES } from "@bearlink/sdk/protocol";

const ANSWER_MS = 8_000;

async function readJson(response: Response): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > MAX_JSON_BYTES) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("latin1"));
  } catch {
    return undefined;
  }
}

/** Calls back once, with status 0 where no answer came. */
export function postJson(url: string, body: object, done: (status: number, answer: unknown) => void): void {
  const ask = async (): Promise<[number, unknown]> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return [response.status, await readJson(response)];
  };
  ask().then(
    ([status, answer]) => done(status, answer),
    () => done(0, undefined),
  );
}
