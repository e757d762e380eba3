/** POSTs the toy's JSON over Espruino's http, and reads at most 1 KB of an answer within its time. PROTOCOL.md §3.0 */
import { MAX_JSON_BYTES } from "@bearlink/sdk/protocol";
import { get } from "./get.ts";

const ANSWER_MS = 8_000;

function parse(text: string): unknown {
  try {
    return text.length > MAX_JSON_BYTES ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Calls back once, with status 0 where no answer came. */
export function postJson(url: string, body: object, done: (status: number, answer: unknown) => void): void {
  let answer = "";
  get(
    url,
    JSON.stringify(body),
    ANSWER_MS,
    (data) => {
      // what is over the bound is not kept, only seen to be over it
      if (answer.length <= MAX_JSON_BYTES) answer += data;
    },
    (status) => done(status, parse(answer)),
  );
}
