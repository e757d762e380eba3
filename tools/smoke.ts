/** Asks a cell until it refuses, one layer of limits after another, and tells how many passed and which layer said no. MISSION A17, B01 */
import { randomBytes } from "node:crypto";
import { makeDeviceId } from "@bearlink/sdk/protocol";
import { Fault } from "./fault.ts";

export interface Shown {
  layer: string;
  /** what was asked */
  asked: string;
  /** that passed this layer */
  ok: number;
  /** of the refusal */
  code: string;
  retryAfterS: number;
}

interface Answer {
  status: number;
  code: string | undefined;
  layer: string | null;
  limit: number;
  retryAfterS: number;
}

type Ask = () => Promise<Answer>;

/** ms for an answer */
const ANSWER_MS = 15_000;
/** asked at once where a thousand are needed */
const AT_ONCE = 20;
/** beyond a limit: what a bucket fills meanwhile, and what a whole window of it moves on */
const SLACK = 1.5;

/** The layers in the order that leaves each its room; the address comes last, for it says no for a minute to whoever asks from here. */
export function limitLayers(url: string, token: string): (() => Promise<Shown>)[] {
  const signed = { authorization: `Bearer ${token}` };
  const get = (path: string): Ask => ask(url, path, { headers: signed });
  const post = (path: string, body: object, headers = {}): Ask =>
    ask(url, path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const deviceId = makeDeviceId(randomBytes(10));

  async function badClaim(): Promise<Answer> {
    const nonce = randomBytes(16).toString("hex");
    const hex = (bytes: number) => randomBytes(bytes).toString("hex");
    const proofless = { device_id: deviceId, device_nonce: nonce, session_id: hex(8), nonce: hex(32) };
    const version = { boot: 1, seq: 0, firmware_version: "0.0.0", suite: "S1" };
    return post("/api/v1/pair/claim", { ...proofless, ...version, hmac_hex: hex(32) })();
  }

  return [
    () => until("burst", "POST /api/v1/alerts/read", post("/api/v1/alerts/read", { ids: [] }, signed)),
    () => until("endpoint", "GET /api/v1/chatkit/sessions", get("/api/v1/chatkit/sessions")),
    () => until("tier", "GET /api/v1/children", get("/api/v1/children")),
    () => until("failures", "POST /api/v1/pair/claim of one toy, wrong", badClaim, ["CLAIM_REFUSED"]),
    () => until("address", "GET /api/v1/esp32/config", ask(url, "/api/v1/esp32/config"), [], AT_ONCE),
  ];
}

function ask(url: string, path: string, init: RequestInit = {}): Ask {
  return async () => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(url + path, { ...init, signal, redirect: "error" }).catch((error: Error) => {
      throw new Fault(`the cell at ${url} gave no answer (${error.name}): is it running?`);
    });
    const body = (await answer.json().catch(() => ({}))) as { error?: { code?: string } };
    const number = (name: string): number => Number(answer.headers.get(name) ?? 0);
    return {
      status: answer.status,
      code: body.error?.code,
      layer: answer.headers.get("x-ratelimit-layer"),
      limit: number("x-ratelimit-limit"),
      retryAfterS: number("retry-after"),
    };
  };
}

/** `expected`: codes that pass this layer and are refused for what they are. */
async function until(
  layer: string,
  asked: string,
  once: Ask,
  expected: readonly string[] = [],
  atOnce = 1,
): Promise<Shown> {
  let ok = 0;
  for (let most = Infinity; ok < most;) {
    const answers = await Promise.all(Array.from({ length: atOnce }, once));
    for (const answer of answers) {
      const passed = answer.code === undefined || expected.includes(answer.code);
      if (passed) ok++;
      else if (answer.code !== "RATE_LIMITED")
        throw new Fault(`${asked} was refused for another reason (${answer.code})`);
      most = Math.min(most, Math.max(answer.limit, 1) * SLACK + AT_ONCE);
    }
    const refused = answers.find(({ code }) => code === "RATE_LIMITED");
    if (!refused) continue;
    const { code, retryAfterS } = refused;
    if (refused.layer !== layer) throw new Fault(`${asked} met the ${refused.layer} layer, and not ${layer}`);
    if (!(retryAfterS > 0)) throw new Fault(`${asked} was refused without a Retry-After`);
    return { layer, asked, ok, code: code!, retryAfterS };
  }
  throw new Fault(`${asked} passed ${ok} times: is RATE_LIMIT_ENABLED false there?`);
}
