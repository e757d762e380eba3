/** A parent as the app would be one: an account by mail, a child, a consent, a toy in pairing mode, and ears for the words it says. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { openBook } from "../../server/adapters/speech/book.ts";
import { samplesOf } from "../../server/adapters/speech/pcm.ts";
import { until } from "../support/wait.ts";

interface Door {
  url: string;
  dataDir: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  ms: number;
}

export interface Parent {
  email: string;
  headers: { authorization: string };
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** The newest letter to an address, once it is there. */
export async function letterTo(dataDir: string, email: string, pattern: RegExp): Promise<string> {
  const folder = join(dataDir, "outbox");
  const find = (): string | undefined =>
    readdirSync(folder)
      .sort()
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { to: string; text: string })
      .filter(({ to }) => to === email)
      .map(({ text }) => pattern.exec(text)?.[1])
      .findLast((found) => found !== undefined);
  await until(`a letter to ${email}`, () => {
    try {
      return find() !== undefined;
    } catch {
      return false;
    }
  });
  return find()!;
}

export async function askAs(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  /** the address that a proxy the cell believes would name */
  from?: string,
): Promise<Answer> {
  const headers: Record<string, string> = from === undefined ? {} : { "x-forwarded-for": from };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const began = performance.now();
  const answer = await fetch(url + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const ms = performance.now() - began;
  return { status: answer.status, body: text ? (JSON.parse(text) as Answer["body"]) : {}, ms };
}

/** Opens an account by its mail, and signs in. */
export async function newParent({ url, dataDir }: Door, name: string, from?: string): Promise<Parent> {
  const email = `${name}@example.org`;
  const password = `${name} has a long password of their own`;
  const post = (path: string, body: object): Promise<Answer> =>
    askAs(url, undefined, "POST", `/api/v1/auth/${path}`, body, from);
  const registered = await post("register", { email, password, name });
  expect(registered.status).toBe(202);
  const token = await letterTo(dataDir, email, /#\S*?([\w-]{20,})\s/);
  const verified = await post("verify", { token, password });
  expect(verified).toMatchObject({ status: 200 });
  const access = verified.body.access_token as string;
  const headers = { authorization: `Bearer ${access}` };
  return { email, headers, ask: (method, path, body) => askAs(url, access, method, path, body, from) };
}

export async function newChild(parent: Parent): Promise<string> {
  const child = { nickname: "Pip", birth_month: "2019-04" };
  const added = await parent.ask("POST", "/api/v1/children", child);
  expect(added).toMatchObject({ status: 201, body: { nickname: "Pip", filter: "strict" } });
  return added.body.id as string;
}

/** Consents to all that the notice names, by the code of a mail. */
export async function consent({ dataDir }: Door, parent: Parent, childId: string): Promise<void> {
  const path = `/api/v1/children/${childId}/consent`;
  const { body: notice } = await parent.ask("GET", path);
  const recipients = (notice.recipients as { recipient: string }[]).map(({ recipient }) => recipient);
  const wish = { method: "email_plus", recipients, notice_version: notice.notice_version };
  const asked = await parent.ask("POST", path, wish);
  expect(asked).toMatchObject({ status: 202, body: { method: "email_plus" } });
  const code = await letterTo(dataDir, parent.email, /code there: (\d{8})/);
  const request_id = asked.body.request_id;
  const confirmed = await parent.ask("POST", `${path}/confirm`, { request_id, code });
  expect(confirmed.status).toBe(200);
  for (const one of confirmed.body.recipients as { state: string }[]) expect(one.state).toBe("granted");
}

/** 16-bit samples of 8-bit ones. */
export function fromU8(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (byte) => (byte - 128) << 8);
}

const RATE = 8_000;
/** s of quiet between two sentences; within one there is less */
const GAP_S = 0.3;
/** of 16 bits */
const QUIET = 400;

/** Sounds between silences. */
function segments(samples: Int16Array): Int16Array[] {
  const found: Int16Array[] = [];
  let start = -1;
  let last = -1;
  samples.forEach((sample, at) => {
    if (Math.abs(sample) <= QUIET) return;
    if (start >= 0 && at - last > GAP_S * RATE) {
      found.push(samples.slice(start, last + 1));
      start = -1;
    }
    if (start < 0) start = at;
    last = at;
  });
  if (start >= 0) found.push(samples.slice(start, last + 1));
  return found;
}

/** How alike two sounds are, at the shift at which they are most alike: 0 to 1. */
function likeness(a: Int16Array, b: Int16Array): number {
  let best = 0;
  for (let shift = -400; shift <= 400; shift += 1) {
    let both = 0;
    let one = 0;
    let other = 0;
    for (let at = Math.max(0, -shift); at < b.length && at + shift < a.length; at++) {
      both += a[at + shift]! * b[at]!;
      one += a[at + shift]! ** 2;
      other += b[at]! ** 2;
    }
    if (one * other > 0) best = Math.max(best, both / Math.sqrt(one * other));
  }
  return best * Math.min(a.length / b.length, b.length / a.length);
}

/** The three words in what a toy said: an introduction, the words, "again", the words, and what to do. */
export function wordsHeard(samples: Int16Array, choices: readonly string[]): string[] {
  const book = openBook();
  const voices = choices.map((word) => ({ word, voice: segments(samplesOf(book.sound(word)!))[0]! }));
  const heard = segments(samples);
  const named = heard.map((segment) => {
    const [best] = voices
      .map(({ word, voice }) => ({ word, likeness: likeness(segment, voice) }))
      .sort((a, b) => b.likeness - a.likeness);
    return best!.likeness > 0.6 ? best!.word : undefined;
  });
  const words = named.filter((word) => word !== undefined);
  expect(words).toHaveLength(6);
  expect(words.slice(3)).toEqual(words.slice(0, 3));
  return words.slice(0, 3);
}
