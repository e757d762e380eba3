/** What was asked of a stand-in: decoded, so that a test can read it, and timed, so that a bench can. */
import type { IncomingMessage } from "node:http";

export type StandInKind = "transcribe" | "chat" | "speech" | "moderation";

export interface StandInRequest {
  kind: StandInKind;
  path: string;
  /** the whole header */
  authorization: string | undefined;
  /** of X-Request-ID */
  requestId: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  /** of a multipart request: its text fields */
  json: Record<string, unknown>;
  /** the WAV file that came with it */
  wav: Buffer | undefined;
  /** What `GET /log` tells. Epoch ms, with fractions; at most one of each a request, but for tokens. */
  times: {
    kind: StandInKind;
    /** bytes of sound that came with it: tells one asker from another */
    soundBytes: number;
    /** of the text to be spoken, 0 elsewhere: tells a reply's first clause from the rest */
    chars: number;
    receivedAt: number;
    /** first byte of the answer proper: words, token or sound */
    firstAt?: number;
    /** each token as it was sent, with its time */
    tokens?: { at: number; text: string }[];
    endedAt?: number;
    /** the other side left before the end */
    left?: boolean;
  };
}

const KINDS: [RegExp, StandInKind][] = [
  [/\/audio\/transcriptions$/, "transcribe"],
  [/\/chat\/completions$/, "chat"],
  [/\/audio\/speech$/, "speech"],
  [/\/moderations$/, "moderation"],
];

/** Which of the four APIs a path belongs to. */
export function kindOf(path: string): StandInKind | undefined {
  return KINDS.find(([pattern]) => pattern.test(path))?.[1];
}

export async function readRequest(
  kind: StandInKind,
  path: string,
  message: IncomingMessage,
): Promise<StandInRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const { json, wav } = /multipart/.test(message.headers["content-type"] ?? "")
    ? readMultipart(body)
    : readJson(body);
  const hears = kind === "chat" && wav !== undefined;
  const chars = kind === "speech" ? String(json["input"]).length : 0;
  const soundBytes = wav ? wav.length - 44 : 0;
  return {
    kind: hears ? "transcribe" : kind,
    path,
    authorization: message.headers.authorization,
    requestId: message.headers["x-request-id"]?.toString(),
    headers: message.headers,
    json,
    wav,
    times: { kind: hears ? "transcribe" : kind, soundBytes, chars, receivedAt: now() },
  };
}

function readJson(body: Buffer): Pick<StandInRequest, "json" | "wav"> {
  const text = body.toString();
  const sound = /"input_audio":\{"data":"([A-Za-z0-9+/=]+)"/.exec(text)?.[1];
  return {
    json: JSON.parse(text) as Record<string, unknown>,
    wav: sound === undefined ? undefined : Buffer.from(sound, "base64"),
  };
}

function readMultipart(body: Buffer): Pick<StandInRequest, "json" | "wav"> {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const json: Record<string, string> = {};
  let wav: Buffer | undefined;
  for (let at = 0, next; (next = body.indexOf(boundary, at + 1)) > 0; at = next) {
    const start = body.indexOf("\r\n\r\n", at) + 4;
    const header = body.toString("latin1", at, start);
    const value = body.subarray(start, next - 2);
    if (header.includes("filename=")) wav = value;
    else json[/ name="([^"]*)"/.exec(header)?.[1] ?? ""] = value.toString();
  }
  return { json, wav };
}

/** Epoch ms, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
