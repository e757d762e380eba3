/** The toy's log, as it comes over its console: each line read, and said in words a person can follow. */
import { DOWN, UP } from "@bearlink/sdk/protocol";

export interface LogLine {
  /** as the toy prints it */
  text: string;
  /** the first word and what follows, where it is one of the toy's own; undefined where Espruino or the ROM speaks */
  what?: string;
  value?: string;
  /** in words */
  meaning?: string;
}

const nameOf = (types: Record<string, number>, value: string): string =>
  Object.entries(types).find(([, type]) => type === Number(value))?.[0] ?? `type ${value}`;

const CONNACK: Record<string, string> = {
  0: "the server lets it in",
  3: "a store of the server is away: it tries again",
  4: "the server does not take its session: it claims anew",
  5: "the server does not take its session: it claims anew",
};

/** What the toy's `log` says, as sdk/toy writes it. */
const MEANINGS: Record<string, (value: string) => string> = {
  state: (name) => `it is in “${name}” now`,
  claim: (why) => `its claim came to nothing (${why}): it waits and tries again`,
  connack: (code) => CONNACK[code] ?? `the broker answers ${code}`,
  turn: (number) => `turn ${number} begins: it listens`,
  turn_over: (event) => `the turn is over (${event})`,
  sent: (type) => `it sent ${nameOf(UP, type)}`,
  received: (type) => `it got ${nameOf(DOWN, type)}`,
  reply: (type) => `the reply: ${nameOf(DOWN, type)}`,
  refused: (code) => `the server refuses the turn: ${code}`,
  cue: (clip) => `it plays its clip “${clip}”`,
  dropped: (why) => `it dropped what it got (${why})`,
  underrun: (sample) => `its sound ran dry at sample ${sample}`,
  lost: (samples) => `${samples} samples never came`,
  error: (where) => `its ${where} failed it`,
};

/** Espruino's prompts and the escapes of a terminal. */
const NOISE = /\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Undefined where nothing is left of it. */
export function readLog(raw: string): LogLine | undefined {
  const text = raw
    .replace(NOISE, "")
    .replace(/^(>|debug>)+/, "")
    .trimEnd();
  if (text === "") return undefined;
  const [, what = "", value = ""] = /^([a-z_]+)(?: (\S+))?$/.exec(text) ?? [];
  const meaning = Object.hasOwn(MEANINGS, what) ? MEANINGS[what] : undefined;
  if (meaning === undefined || value === "") return { text };
  return { text, what, value, meaning: meaning(value) };
}

/** characters of a line; what is longer is cut into more */
const MAX_LINE_CHARS = 1_024;

/** Makes lines of what comes. */
export function logReader(took: (line: LogLine) => void): (bytes: Uint8Array) => void {
  let held = "";
  const take = (raw: string): void => {
    const line = readLog(raw);
    if (line) took(line);
  };
  return (bytes) => {
    held += Buffer.from(bytes).toString("latin1");
    const lines = held.split("\n");
    held = lines.pop()!;
    lines.forEach(take);
    while (held.length > MAX_LINE_CHARS) {
      take(held.slice(0, MAX_LINE_CHARS));
      held = held.slice(MAX_LINE_CHARS);
    }
  };
}
