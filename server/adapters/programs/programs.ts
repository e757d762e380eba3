/** Programs beside the cell, started by a small process of its own: to fork a large one holds up every toy for 100 ms. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { Readable, Writable } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url));

/** How a program ended: by itself with a code, or by a signal; neither where the process that started it is gone. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

export interface Program {
  /** what it reads */
  stdin: Writable;
  /** what it writes */
  stdout: Readable;
  exit: Promise<Exit>;
  /** At once; harmless when repeated. */
  kill(): void;
}

export interface Programs {
  /** Rejects where it cannot be started. stderr is not read. */
  start(path: string, args: readonly string[]): Promise<Program>;
  /** Ends those that still run. */
  close(): Promise<void>;
}

/** What the host tells. */
type Told = { ready: true } | ({ id: number } & ({ started: true } | { fault: string } | Exit));

interface Host {
  child: ChildProcess;
  address: string;
}

/**
 * Nothing of the cell's environment reaches the programs but where to find them.
 *
 *     const programs = openPrograms();
 *     const { stdin, stdout, exit } = await programs.start("/usr/bin/espeak-ng", ["--stdin", "--stdout"]);
 */
export function openPrograms(): Programs {
  const folder = mkdtempSync(join(tmpdir(), "bearlink-")); // mode 0700
  const waiting = new Map<
    number,
    { started(): void; failed(error: Error): void; exited(exit: Exit): void }
  >();
  let asked = 0;
  let hosts = 0;
  let closed = false;
  let host: Promise<Host> | undefined;

  function hear(told: Told): void {
    if ("ready" in told) return;
    const program = waiting.get(told.id);
    if ("started" in told) return program?.started();
    waiting.delete(told.id);
    if ("fault" in told) program?.failed(new Error(`it cannot be started: ${told.fault}`));
    else program?.exited({ code: told.code, signal: told.signal });
  }

  async function openHost(): Promise<Host> {
    const address = join(folder, String(++hosts));
    const child = fork(HOST, [address], { env: { PATH: process.env.PATH ?? "" }, execArgv: [] });
    child.on("message", hear);
    const gone = once(child, "exit").then(() => {
      host = undefined; // the next program starts another
      for (const { failed, exited } of waiting.values()) {
        failed(new Error("the process that starts programs is gone"));
        exited({ code: null, signal: null });
      }
      waiting.clear();
    });
    const ready = once(child, "message").then(() => true);
    if (!(await Promise.race([ready, gone.then(() => false)])))
      throw new Error("no process to start programs with");
    return { child, address };
  }

  return {
    async start(path, args) {
      if (closed) throw new Error("no more programs are started");
      const { child, address } = await (host ??= openHost());
      const id = ++asked;
      const [stdin, stdout] = [connect(address), connect(address)];
      // a program that ends early closes what it reads; its exit tells why
      for (const socket of [stdin, stdout]) socket.on("error", () => undefined);
      let exited!: (exit: Exit) => void;
      const exit = new Promise<Exit>((resolve) => (exited = resolve));
      await new Promise<void>((started, failed) => {
        waiting.set(id, { started, failed, exited });
        for (const [end, socket] of Object.entries({ stdin, stdout }))
          socket.write(`${JSON.stringify({ id, end, path, args })}\n`);
      }).catch((error: unknown) => {
        stdin.destroy();
        stdout.destroy();
        throw error;
      });
      const kill = (): void => void (child.connected && child.send({ kill: id }));
      return { stdin, stdout, exit, kill };
    },
    async close() {
      closed = true;
      const open = await host?.catch(() => undefined);
      if (open?.child.connected) {
        const gone = once(open.child, "exit");
        open.child.disconnect();
        await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
