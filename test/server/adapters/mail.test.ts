/** Mail, against a server that speaks as much SMTP as is needed, and as files. */
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { outboxMail, readOutbox } from "../../../server/adapters/mail/outbox.ts";
import { smtpMail } from "../../../server/adapters/mail.ts";
import { MAX_LETTERS } from "../../../server/bounds.ts";
import { openMetrics } from "../../../server/watch/metrics.ts";
import { fakeClock } from "../../support/clock.ts";
import { until } from "../../support/wait.ts";
import { remembered } from "../routes/support.ts";
import type { Line } from "../routes/support.ts";

const LETTER = {
  to: "ada@example.org",
  subject: "Bearlink: a test",
  text: "Open this:\n\nhttps://x/#00ff\n",
};
const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

/** Answers as told to each MAIL FROM; keeps what it was given. */
async function postOffice(verdict: (nth: number) => string = () => "250 ok") {
  const letters: string[] = [];
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    let inData = false;
    let held = "";
    socket.setEncoding("utf8").on("error", () => {});
    socket.write("220 post.example ESMTP\r\n");
    socket.on("data", (text: string) => {
      held += text;
      for (let end = held.indexOf("\r\n"); end >= 0; end = held.indexOf("\r\n")) {
        const line = held.slice(0, end);
        held = held.slice(end + 2);
        if (inData) {
          if (line === ".") {
            inData = false;
            socket.write("250 taken\r\n");
          } else letters[letters.length - 1] += `${line}\n`;
        } else if (line.startsWith("MAIL")) socket.write(`${verdict(++asked)}\r\n`);
        else if (line === "DATA") {
          inData = true;
          letters.push("");
          socket.write("354 go on\r\n");
        } else if (line === "QUIT") socket.end("221 bye\r\n");
        else socket.write(line === "STARTTLS" ? "502 not here\r\n" : "250 ok\r\n");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  toClose.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { letters, url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

function openMail(url: string, requireTls = false) {
  const clock = fakeClock();
  const metrics = openMetrics();
  const lines: Line[] = [];
  const mail = smtpMail(
    { clock, log: remembered(lines), meter: metrics.meter },
    { url, from: "Bearlink <bearlink@example.org>", requireTls },
  );
  toClose.push(async () => {
    const closing = mail.close();
    await clock.advance(5_000);
    await closing;
  });
  const counted = async (result: string) =>
    new RegExp(`mails_total\\{result="${result}"\\} (\\d+)`).exec(await metrics.text())?.[1];
  return { mail, clock, lines, counted };
}

describe("by SMTP", () => {
  test("a letter arrives as it was written", async () => {
    const office = await postOffice();
    const { mail, counted } = openMail(office.url);
    mail.send(LETTER);
    await until("the letter is sent", async () => (await counted("sent")) === "1");
    expect(office.letters[0]).toMatch(/^From: Bearlink <bearlink@example\.org>$/m);
    expect(office.letters[0]).toMatch(/^To: ada@example\.org$/m);
    expect(office.letters[0]).toMatch(/^Subject: Bearlink: a test$/m);
    expect(office.letters[0]).toContain("https://x/#00ff");
  });

  test("one that cannot be taken now is sent again later; its address is in no log", async () => {
    const office = await postOffice((nth) => (nth === 1 ? "451 later" : "250 ok"));
    const { mail, clock, lines, counted } = openMail(office.url);
    mail.send(LETTER);
    await until("it waits", () => clock.waiting === 1);
    expect(office.letters).toHaveLength(0);
    await clock.advance(2_000);
    await until("it is sent", async () => (await counted("sent")) === "1");
    expect(office.letters).toHaveLength(1);
    expect(JSON.stringify(lines)).toContain("waits for its server");
    expect(JSON.stringify(lines)).not.toMatch(/ada@|00ff/);
  });

  test("one that is refused for good is not sent again", async () => {
    const office = await postOffice(() => "550 no such person");
    const { mail, clock, counted } = openMail(office.url);
    mail.send(LETTER);
    await until("it has failed", async () => (await counted("failed")) === "1");
    expect([clock.waiting, office.asked()]).toEqual([0, 1]);
  });

  test("a server that is away is tried again, and given up after the last time", async () => {
    const { mail, clock, counted } = openMail("smtp://127.0.0.1:1");
    mail.send(LETTER);
    for (const ms of [2_000, 15_000, 60_000, 300_000]) {
      await until("it waits for its next try", () => clock.waiting === 1);
      await clock.advance(ms);
    }
    await until("it has failed", async () => (await counted("failed")) === "1");
    expect(clock.waiting).toBe(0);
  });

  test("where TLS is asked for, nothing is said to a server without it", async () => {
    const office = await postOffice();
    const { mail, clock, counted } = openMail(office.url, true);
    mail.send(LETTER);
    await until(
      "it has come to an end",
      async () => clock.waiting === 1 || (await counted("failed")) === "1",
    );
    expect([office.asked(), office.letters]).toEqual([0, []]);
  });

  test("so many may wait, and no more", async () => {
    const { mail, counted } = openMail("smtp://127.0.0.1:1");
    for (let i = 0; i < MAX_LETTERS + 3; i++) mail.send(LETTER);
    expect(await counted("dropped")).toBe("3");
  });
});

describe("as files", () => {
  test("the newest hundred are kept, in order, for this user alone", () => {
    const folder = join(mkdtempSync(join(tmpdir(), "bearlink-outbox-")), "outbox");
    toClose.push(() => rmSync(join(folder, ".."), { recursive: true }));
    expect(readOutbox(folder)).toEqual([]);
    const clock = fakeClock();
    const mail = outboxMail({ clock }, folder);
    for (let i = 1; i <= 103; i++) mail.send({ ...LETTER, subject: `${i}` });
    const posted = readOutbox(folder);
    expect(posted.map(({ subject }) => Number(subject))).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 4),
    );
    expect(posted[0]).toEqual({ ...LETTER, subject: "4", at: new Date(clock.now()).toISOString() });
    if (process.platform === "win32") return;
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });
});
