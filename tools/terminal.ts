/** What a command shows: words for a person or, with `--json`, one value for a program; what goes on is told on stderr. */
import type { Writable } from "node:stream";
import { Listr, ListrLogger, ProcessOutput } from "listr2";

export interface Step {
  title: string;
  /** `tell` shows how far it is; what it answers stands beside the title when it is done. */
  run(tell: (detail: string) => void): Promise<string | void>;
}

export interface Terminal {
  /** whether a program reads the answer */
  json: boolean;
  /** A line for a person; none with `--json`. */
  say(line?: string): void;
  /** The command's answer: with `--json` the value, as the only line on stdout; else the words. */
  answer(value: object, words?: string | string[]): void;
  /** Does these one after the other, showing which one runs; rejects with the fault of the one that failed. */
  steps(steps: Step[]): Promise<void>;
  /** A line on stderr, with or without `--json`. */
  note(line: string): void;
}

interface Streams {
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean; columns?: number };
}

const CONTROLS = /(?![\n\t])\p{Cc}/gu;

export function openTerminal({ stdout, stderr }: Streams, json: boolean): Terminal {
  // a model's or a server's words must not move the cursor or name the window
  const line = (text: string): string => `${text.replace(CONTROLS, "")}\n`;

  return {
    json,
    say(text = "") {
      if (!json) stdout.write(line(text));
    },
    note: (text) => void stderr.write(line(text)),
    answer(value, words = []) {
      if (json) stdout.write(line(JSON.stringify(value)));
      else for (const text of [words].flat()) stdout.write(line(text));
    },
    async steps(steps) {
      const logger = new ListrLogger({
        useIcons: true,
        processOutput: new ProcessOutput(
          stderr as unknown as NodeJS.WriteStream,
          stderr as unknown as NodeJS.WriteStream,
        ),
      });
      await new Listr(
        steps.map(({ title, run }) => ({
          title,
          async task(_context: object, task: { title?: string; output: string }) {
            let told = "";
            const tell = (text: string): void => {
              if (text !== told) task.output = told = text;
            };
            const detail = await run(tell);
            if (typeof detail === "string") task.title = `${title}: ${detail}`;
          },
        })),
        {
          registerSignalListeners: false,
          collectErrors: false,
          renderer: "default",
          fallbackRenderer: "simple",
          // one that does not say how wide it is would get a letter a line
          fallbackRendererCondition: () => stderr.isTTY !== true || !stderr.columns,
          rendererOptions: { logger, collapseErrors: false, showErrorMessage: false },
          fallbackRendererOptions: { logger },
        },
      ).run();
    },
  };
}
