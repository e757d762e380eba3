/** `bear outbox`: the mail that a cell in development would have sent. */
import { readConfig } from "@bearlink/server/config";
import { postedMail } from "@bearlink/server/outbox";
import { command } from "../command.ts";
import { EXIT, Fault } from "../fault.ts";

export const outbox = command<{ count: number; to?: string }>({
  name: "outbox",
  about: "show the mail that a cell in development would have sent",
  options: [
    { flags: "--count <n>", about: "how many, the newest last", default: 5, read: readCount },
    { flags: "--to <address>", about: "only what went to this address" },
  ],
  example: "bear outbox --count 1",
  async run({ env, terminal }, { count, to }) {
    const config = readConfig(env);
    const letters = postedMail(config)
      .filter((letter) => to === undefined || letter.to === to.toLowerCase())
      .slice(-count);
    const lines = letters.flatMap((letter) => [
      `── ${letter.at}`,
      `To: ${letter.to}`,
      `Subject: ${letter.subject}`,
      "",
      ...letter.text.trimEnd().split("\n"),
      "",
    ]);
    const where = config.MAIL_URL === undefined ? "No mail yet." : "MAIL_URL is set: mail is sent, not kept.";
    terminal.answer({ letters }, letters.length === 0 ? [where] : lines);
  },
});

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new Fault("--count must be a whole number from 1 to 100", EXIT.USAGE);
}
