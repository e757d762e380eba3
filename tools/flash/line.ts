/** One serial port: bytes out, bytes in, and the two wires that reset a board; each fault as a sentence with its cure. */
import { existsSync, readdirSync } from "node:fs";
import { SerialPort } from "serialport";
import { EXIT, Fault } from "../fault.ts";

export interface SerialLine {
  /** Resolves once the bytes are handed to the machine. */
  write(bytes: Uint8Array): Promise<void>;
  /** Calls back with what comes; the answer ends it. */
  listen(heard: (bytes: Uint8Array) => void): () => void;
  /** Passed over where the port has no such wires. */
  signals(wires: { dtr: boolean; rts: boolean }): Promise<void>;
  setBaud(baud: number): Promise<void>;
  /** Harmless when repeated. */
  close(): Promise<void>;
  /** aborted once the port is closed or pulled out */
  gone: AbortSignal;
}

/** of Espruino's console on an ESP32, and of its ROM */
export const CONSOLE_BAUD = 115_200;

/** how often it is looked whether the port is still there */
const LOOK_MS = 1_000;

type Settled = (error?: Error | null) => void;

/** A call that answers by callback, as a promise. */
const asked = (call: (settled: Settled) => void): Promise<void> =>
  new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));

/**
 * Throws a Fault where the port cannot be had.
 *
 *     const line = await openLine("/dev/ttyUSB0");
 */
export async function openLine(path: string, baud = CONSOLE_BAUD): Promise<SerialLine> {
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false, hupcl: false });
  try {
    await asked((settled) => port.open(settled));
  } catch (error) {
    throw portFault(path, (error as Error).message, await findPorts());
  }
  const ended = new AbortController();
  const listeners = new Set<(bytes: Uint8Array) => void>();
  port.on("data", (bytes: Buffer) => {
    for (const heard of listeners) heard(bytes);
  });
  // the driver reads on for ever where a board that is pulled out had said something at the last
  const look = setInterval(() => {
    if (port.isOpen && !existsSync(path)) port.close(() => undefined);
  }, LOOK_MS);
  if (!existsSync(path)) clearInterval(look); // Windows: COM3 is no file
  port.on("close", () => {
    clearInterval(look);
    ended.abort(new Fault(`${path} is gone: was its cable pulled?`));
  });
  // each call is told of its own failure
  port.on("error", () => undefined);

  return {
    gone: ended.signal,
    async write(bytes) {
      ended.signal.throwIfAborted();
      await asked((settled) => port.write(Buffer.from(bytes), settled));
      await asked((settled) => port.drain(settled));
    },
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    async signals(wires) {
      await asked((settled) => port.set(wires, settled)).catch((error: Error) => {
        // a pseudo-terminal has no wires
        if (!/inappropriate ioctl/i.test(error.message)) throw error;
      });
    },
    setBaud: (rate) => asked((settled) => port.update({ baudRate: rate }, settled)),
    async close() {
      if (port.isOpen) await asked((settled) => port.close(settled));
    },
  };
}

/** The ports of this machine that a board may be at. */
export async function findPorts(): Promise<string[]> {
  try {
    const ports = await SerialPort.list();
    return ports.filter(({ vendorId }) => vendorId !== undefined).map(({ path }) => path);
  } catch {
    // without udevadm: by the names that Linux and macOS give
    return readdirSync("/dev")
      .filter((name) => /^(ttyUSB|ttyACM|cu\.(usb|wch|SLAB))/.test(name))
      .map((name) => `/dev/${name}`);
  }
}

/** What the machine said, as a person can mend it. */
export function portFault(path: string, said: string, ports: readonly string[]): Fault {
  const others = ports.length === 0 ? "no board is plugged in" : `there is ${ports.join(", ")}`;
  if (/permission denied|access (is )?denied/i.test(said))
    return new Fault(
      `${path} may not be opened by you: join its group (sudo usermod -aG dialout $USER) and log in again`,
    );
  if (/lock|busy|temporarily unavailable/i.test(said))
    return new Fault(`${path} is held by another program: close its monitor, and try again`);
  if (/no such file|cannot find|file not found/i.test(said))
    return new Fault(`there is no port ${path}: ${others}`, EXIT.USAGE);
  if (/ioctl|is a directory|not a (tty|serial)/i.test(said))
    return new Fault(`${path} is not a serial port: ${others}`, EXIT.USAGE);
  return new Fault(`${path} cannot be opened (${said})`);
}
