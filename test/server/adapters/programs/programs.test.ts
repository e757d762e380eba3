import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { openPrograms } from "../../../../server/adapters/programs/programs.ts";
import { running, untilRunning } from "../../../support/programs.ts";

const SH = "/bin/sh";
const programs = openPrograms();
afterAll(() => programs.close());

describe("a program beside the cell", () => {
  test("reads what is written, writes what is read, and tells its end", async () => {
    const { stdin, stdout, exit } = await programs.start(SH, ["-c", "cat; exit 3"]);
    stdin.end("the bear");
    expect(await text(stdout)).toBe("the bear");
    expect(await exit).toEqual({ code: 3, signal: null });
  });

  test("gets each byte, first and last, of twenty at once", async () => {
    const sent = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) & 0xff));
    const all = Array.from({ length: 20 }, async () => {
      const { stdin, stdout } = await programs.start("cat", []);
      stdin.end(sent);
      const got: Buffer[] = [];
      for await (const piece of stdout) got.push(piece as Buffer);
      return Buffer.concat(got).equals(sent);
    });
    expect(await Promise.all(all)).toEqual(all.map(() => true));
  });

  test("that reads nothing of what it is sent loses nothing of what it says", async () => {
    const { stdin, stdout, exit } = await programs.start("echo", ["last words"]);
    stdin.write("unheard");
    await exit;
    expect(await text(stdout)).toBe("last words\n");
  });

  test("is not started by the cell itself", async () => {
    const { stdout } = await programs.start(SH, ["-c", "echo $PPID"]);
    expect(Number(await text(stdout))).not.toBe(process.pid);
  });

  test("sees nothing of the cell's environment but PATH", async () => {
    process.env.BEARLINK_MASTER_KEY = "a secret";
    try {
      const other = openPrograms();
      const { stdout } = await other.start("/usr/bin/env", []);
      expect(await text(stdout)).toBe(`PATH=${process.env.PATH}\n`);
      await other.close();
    } finally {
      delete process.env.BEARLINK_MASTER_KEY;
    }
  });

  test("is killed when it is told to be, at once and once more", async () => {
    const { stdout, exit, kill } = await programs.start("sleep", ["600"]);
    kill();
    kill();
    expect(await exit).toEqual({ code: null, signal: "SIGKILL" });
    stdout.destroy();
    kill();
  });

  test("that is not there is told, and the next one starts", async () => {
    await expect(programs.start("/nowhere/at-all", [])).rejects.toThrow("ENOENT");
    await expect(programs.start(SH, ["a\0b"])).rejects.toThrow("cannot be started");
    const { stdout } = await programs.start("echo", ["here"]);
    expect(await text(stdout)).toBe("here\n");
  });

  test("ends with the process that started it, and the next one has another", async () => {
    const { stdout, exit } = await programs.start(SH, ["-c", "echo $PPID; exec sleep 601"]);
    const [host] = (await stdout[Symbol.asyncIterator]().next()).value.toString().split("\n");
    process.kill(Number(host), "SIGKILL");
    expect(await exit).toEqual({ code: null, signal: null });
    const { stdout: next } = await programs.start("echo", ["again"]);
    expect(await text(next)).toBe("again\n");
  });

  test("does not outlive the cell's end, after which none is started", async () => {
    const other = openPrograms();
    const { exit } = await other.start("sleep", ["602"]);
    await untilRunning("sleep", 1);
    await other.close();
    await exit;
    expect(running("sleep")).toEqual([]);
    await expect(other.start("echo", [])).rejects.toThrow("no more programs");
  });
});
