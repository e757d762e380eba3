/** Espruino's console over a serial line: a statement is sent without echo, and its answer found among whatever else the toy says. */
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "../fault.ts";
import type { SerialLine } from "./line.ts";

/** ms; a test has less patience */
export interface Patience {
  /** for one answer */
  answerMs: number;
  /** for a board that may have just been started to say anything */
  startMs: number;
  /** between two knocks at a board that starts */
  knockMs: number;
}

export const PATIENCE: Patience = { answerMs: 5_000, startMs: 12_000, knockMs: 500 };

export interface Console {
  /** What `expression` is worth, through JSON: no value is null. Throws a Fault with the toy's own words where it throws there. */
  evaluate(expression: string, answerMs?: number): Promise<unknown>;
  /** The same for statements. */
  run(statements: string, answerMs?: number): Promise<void>;
  /**
   * As `evaluate`, and again where the question or its answer was lost on its way, or was worth nothing that `isRight`:
   * for what may be done twice. Throws a Fault where it is lost each time.
   */
  insist(expression: string, answerMs?: number, isRight?: (value: unknown) => boolean): Promise<unknown>;
  /** Listens no more; the line stays open. */
  leave(): void;
}

/**
 * of one statement, which nobody empties out of Espruino's input buffer while the toy works: an ESP32's has 4,096 bytes, its Linux
 * build's 1,024 of which 2 in 66 are Espruino's own. The next one is not sent before the answer to this one has come.
 */
export const MAX_STATEMENT_CHARS = 900;
/** times that a statement is sent where it, or its answer, is lost */
export const TRIES = 4;
/** of what was heard and is not yet an answer */
const MAX_HELD_CHARS = 65_536;

const CTRL_C = "\x03";
/** begins a line, if none was begun: Ctrl-C of an empty one, twice in 5 s, ends Espruino's Linux build */
const ANYTHING = "0";
/** knocks between two Ctrl-C: 6 s */
const KNOCKS = 12;
/** at the beginning of a line: do not echo it */
const NO_ECHO = "\x10";

interface Question {
  /** what its answer begins with */
  mark: string;
  settle(kind: string, text: string): void;
}

/** The question or its answer did not come through: it may be asked again. */
export class Lost extends Fault {}

/** Whether the toy has `right` to say: it is asked again, for a letter of its answer may have been lost. */
export async function says(right: unknown, ask: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) if ((await ask()) === right) return true;
  return false;
}

const NO_ANSWER =
  "the board gave no answer: is it on, at this port, and does it run Espruino? (bear flash --image puts it there; " +
  "a toy flashed with --profile production has its console shut: flash it with --image --erase)";

/**
 * Waits until an Espruino answers. Throws a Fault where none does; `line` stays open then.
 *
 *     const toy = await openConsole(await openLine(path));
 *     await toy.evaluate("process.env.VERSION"); // "2v29"
 */
export async function openConsole(line: SerialLine, patience: Patience = PATIENCE): Promise<Console> {
  let asked: Question | undefined;
  let held = "";
  let count = 0;
  let mayClearAt = 0;
  // what the toy's own program says is not taken for an answer
  const tag = randomBytes(4).toString("hex");

  const stopListening = line.listen((bytes) => {
    // XON and XOFF are not said to us: what is on its way never fills the toy's buffer
    held += Buffer.from(bytes)
      .toString("latin1")
      .replace(/[\x11\x13]/g, "");
    const lines = held.split("\n");
    held = lines.pop()!.slice(-MAX_HELD_CHARS);
    for (const said of lines) hear(said.replace(/\r$/, ""));
  });

  function hear(said: string): void {
    const at = asked === undefined ? -1 : said.indexOf(asked.mark);
    if (asked === undefined || at < 0) return;
    const kind = said.charAt(at + asked.mark.length);
    if (kind === "=" || kind === "!") asked.settle(kind, said.slice(at + asked.mark.length + 1));
  }

  /** Sends it, and waits for the line that begins with its mark. */
  async function ask(statements: string, value: string, ms: number): Promise<unknown> {
    const mark = `~${tag}.${++count}`;
    // taken apart, so that an echo of it is no answer
    const print = (kind: string, said: string): string => `print("~"+"${mark.slice(1)}${kind}"+${said})`;
    const code = `try{${statements}${print("=", `JSON.stringify([${value}])`)}}catch(e){${print("!", "e")}}`;
    if (code.length > MAX_STATEMENT_CHARS) throw new Error("a statement longer than the toy takes");
    const limit = AbortSignal.any([line.gone, AbortSignal.timeout(ms)]);
    const answer = new Promise<unknown>((resolve, reject) => {
      asked = {
        mark,
        settle(kind, text) {
          if (kind === "!") return reject(new Fault(`the toy said: ${text.slice(0, 200)}`));
          try {
            resolve((JSON.parse(text) as unknown[])[0]);
          } catch {
            reject(new Lost("the toy's answer was broken on its way: use a shorter cable, and try again"));
          }
        },
      };
      limit.onabort = () => reject(line.gone.aborted ? line.gone.reason : new Lost(NO_ANSWER));
    });
    answer.catch(() => undefined); // it may be refused before anyone waits for it
    try {
      await line.write(Buffer.from(`${NO_ECHO}${code}\n`, "latin1"));
      return await answer;
    } finally {
      limit.onabort = null;
      asked = undefined;
    }
  }

  /** Away with a line that was begun: one with a bracket too many takes what follows for more of it, and Ctrl-C alone ends that. */
  async function clearLine(): Promise<void> {
    mayClearAt = performance.now() + KNOCKS * patience.knockMs;
    for (const typed of [ANYTHING, CTRL_C]) {
      await line.write(Buffer.from(typed));
      await wait(patience.knockMs / 5);
    }
  }

  /** The first answer, or the next after one that was lost: the board may be starting, in the middle of a line, or busy. */
  async function knock(): Promise<void> {
    const until = performance.now() + patience.startMs;
    for (;;) {
      try {
        await ask("", "1", patience.knockMs);
        return;
      } catch (error) {
        line.gone.throwIfAborted();
        if (performance.now() >= until) throw error;
        if (performance.now() >= mayClearAt) await clearLine();
        else await wait(patience.knockMs / 5);
      }
    }
  }

  async function insist(
    expression: string,
    ms = patience.answerMs,
    isRight: (value: unknown) => boolean = () => true,
  ): Promise<unknown> {
    let why = "";
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        const value = await ask("", expression, ms);
        if (isRight(value)) return value;
        why = "what was sent came broken";
      } catch (error) {
        // a statement that lost a letter throws there as well
        if (line.gone.aborted || !(error instanceof Fault)) throw error;
        why = error.message;
        if (error instanceof Lost) await knock();
      }
    }
    throw new Fault(`${why}; so it was ${TRIES} times (LINE_LOST)`);
  }

  try {
    // a program that runs may have its hand on the console
    await clearLine();
    await knock();
  } catch (error) {
    stopListening();
    throw error;
  }
  return {
    evaluate: (expression, ms = patience.answerMs) => ask("", expression, ms),
    async run(statements, ms = patience.answerMs) {
      await ask(`${statements};`, "0", ms);
    },
    insist,
    leave: stopListening,
  };
}
