/** A board with Espruino on it, as its console behaves: echo, prompt, a reply to each statement, and Storage; by loopback or a pseudo-terminal. */
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createContext, runInContext } from "node:vm";
import { RECORD_CHAR_BYTES, RECORDS } from "../../../firmware/record.ts";
import type { SerialLine } from "../../../tools/flash/line.ts";
import { openFlash, PAGE_BYTES, PAGES_START } from "../../../tools/twin/flash.ts";

export interface FakeBoard {
  files: Map<string, string>;
  /** the flash before Storage */
  pages: Uint8Array;
  /** times it was started */
  starts: number;
  /** `BOARD` of process.env */
  board: string;
  /** answers at all */
  on: boolean;
  /** said by the program that runs, between the answers */
  chatter: string;
  /** bytes of Storage */
  room: number;
  /** microphones that are open */
  listening: number;
  /** told each statement before it runs */
  asked: (statement: string) => void;
  /** the file or record of which one bit flips as it is written */
  spoils: string | undefined;
  /** bytes that wait to be read at most; what comes beyond is lost. As Espruino's Linux build has them */
  buffer: number;
  /** letters so far, and the next one: whether it is lost on its way to the board */
  loses: (count: number, letter: string) => boolean;
  /** likewise, of what the board says */
  mumbles: (count: number, letter: string) => boolean;
  /** Its program says something now. */
  say(text: string): void;
  /** Somebody listens; the answer is told what they type. */
  open(say: (text: string) => void): (heard: string) => void;
}

const latin = (text: string): Buffer => Buffer.from(text, "latin1");

/** `hertz`: the rate that its ADC reaches; it has none without. */
export function fakeBoard({ hertz }: { hertz?: number } = {}): FakeBoard {
  const board: FakeBoard = {
    files: new Map(),
    pages: openFlash().pages,
    starts: 1,
    board: "ESP32",
    on: true,
    chatter: "",
    room: 0xe0000,
    listening: 0,
    asked: () => {},
    spoils: undefined,
    buffer: 1_024,
    loses: () => false,
    mumbles: () => false,
    say: (text) => say(text),
    open,
  };
  let say: (text: string) => void = () => {};

  const storage = {
    read(name: string, at = 0, length = 0) {
      const file = board.files.get(name);
      return file === undefined ? undefined : length ? file.slice(at, at + length) : file.slice(at);
    },
    write(name: string, data: string, at = 0, size = 0) {
      if (name.length > 28) throw new Error("name too long");
      // one that was begun is made anew behind the others, and one that goes on is not written twice
      if (at === 0) board.files.delete(name);
      const held = at === 0 ? "\xff".repeat(size || data.length) : board.files.get(name)!;
      if (/[^\xff]/.test(held.slice(at, at + data.length)))
        throw new Error("File already written with different data");
      if (at + data.length > held.length) throw new Error("Too much data for file size");
      const flipped =
        board.spoils === name ? String.fromCharCode(data.charCodeAt(0) ^ 1) + data.slice(1) : data;
      board.files.set(name, held.slice(0, at) + flipped + held.slice(at + data.length));
      return true;
    },
    erase: (name: string) => void board.files.delete(name),
    eraseAll: () => board.files.clear(),
    list: () => [...board.files.keys()],
    getFree: () => board.room - [...board.files.values()].reduce((sum, { length }) => sum + length + 32, 0),
  };

  const flash = {
    read: (length: number, address: number) =>
      board.pages.slice(address - PAGES_START, address - PAGES_START + length),
    write(data: string, address: number) {
      board.pages.set(latin(data), address - PAGES_START);
      const at = RECORDS.indexOf(board.spoils ?? "?") * RECORD_CHAR_BYTES;
      if (address === PAGES_START + at) board.pages[address - PAGES_START + 2]! ^= 1;
    },
    erasePage: (address: number) =>
      board.pages.fill(0xff, address - PAGES_START, address - PAGES_START + PAGE_BYTES),
  };

  const realm = createContext({
    require: (name: string) =>
      name === "Storage"
        ? storage
        : name === "Flash"
          ? flash
          : {
              SHA256: (data: string | Uint8Array) =>
                new Uint8Array(
                  createHash("sha256")
                    .update(typeof data === "string" ? latin(data) : data)
                    .digest(),
                ).buffer,
              AES: { encrypt: (data: Uint8Array) => data.slice().buffer },
            },
    atob: (text: string) => Buffer.from(text, "base64").toString("latin1"),
    btoa: (text: string) => latin(text).toString("base64"),
    process: {
      get env() {
        return { VERSION: "2v29", BOARD: board.board };
      },
      memory: () => ({ free: 12_000, usage: 4_000, total: 16_383, blocksize: 14 }),
    },
    E: {
      toFlatString: (...parts: unknown[]) =>
        parts
          .flat()
          .map((part) =>
            typeof part === "string" ? part : Buffer.from(part as ArrayBuffer).toString("latin1"),
          )
          .join(""),
      toString: (bytes: ArrayBuffer) => Buffer.from(bytes).toString("latin1"),
      reboot: start,
    },
    setTimeout,
    getTime: () => performance.now() / 1_000,
    ...(hertz !== undefined && { D34: "D34", Waveform: waveformOf(board, hertz) }),
    print: (text: string) => say(`${text}\r\n`),
  });

  // a program's own name for the top
  (realm as { global?: object }).global = realm;

  function start(): void {
    board.starts++;
    board.on = false;
    setTimeout(() => {
      board.on = true;
      // its ROM's words, in a rate of their own, then Espruino's
      say("ets Jun  8 2016\r\nrst:0xc \xc0\xdb\x00\r\n\r\n ____\r\n|  __|___\r\n 2v29 (c) 2026\r\n>");
    }, 60);
  }

  function open(to: (text: string) => void): (heard: string) => void {
    let told = 0;
    let came = 0;
    let waiting = "";
    const through = (text: string, isLost: (letter: string) => boolean): string =>
      [...text].filter((letter) => !isLost(letter)).join("");
    say = (text) => to(through(text, (letter) => board.mumbles(++told, letter)));
    let line = "";
    let echo = true;
    const run = (statement: string): void => {
      board.asked(statement);
      if (board.chatter) say(`${board.chatter}\r\n`);
      try {
        runInContext(statement, realm, { timeout: 1_000 });
      } catch (error) {
        say(`Uncaught ${String(error)}\r\n`);
      }
      say(">");
    };
    const read = (): void => {
      const heard = waiting;
      waiting = "";
      for (const char of heard) {
        if (char === "\x10" && line === "") echo = false;
        else if (char === "\x03") {
          // the Linux build ends where nothing was typed
          if (line === "") board.on = false;
          line = "";
          echo = true;
          say("\r\x1b[J>");
        } else if (char === "\n" && isOpen(line)) line += char;
        else if (char === "\n") {
          const statement = line;
          line = "";
          if (echo) say("\r\n");
          echo = true;
          if (statement) run(statement);
        } else {
          line += char;
          if (echo) say(char);
        }
      }
    };
    return (heard) => {
      if (!board.on) return;
      if (waiting === "") setImmediate(read);
      const all = waiting + through(heard, (letter) => board.loses(++came, letter));
      waiting = all.slice(0, board.buffer);
    };
  }
  return board;
}

/** Whether a line has brackets that are not shut: what is typed next is more of it. */
function isOpen(line: string): boolean {
  const count = (bracket: RegExp): number =>
    line.replace(/"(\\.|[^"\\])*"?/g, "").match(bracket)?.length ?? 0;
  return count(/[([{]/g) > count(/[)\]}]/g);
}

/** A microphone that fills a buffer every so often. */
function waveformOf(board: FakeBoard, hertz: number): object {
  return function (this: Record<string, unknown>, samples: number) {
    let heard: () => void = () => {};
    let timer: NodeJS.Timeout | undefined;
    this.on = (_event: string, callback: () => void) => (heard = callback);
    this.startInput = () => {
      board.listening++;
      timer = setInterval(() => heard(), (samples / hertz) * 1_000);
    };
    this.stop = () => {
      board.listening--;
      clearInterval(timer);
    };
  };
}

/** The board without a machine between; what it says comes in pieces of any size. */
export function lineTo(board: FakeBoard): SerialLine {
  const ended = new AbortController();
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const hear = board.open((text) => {
    for (let at = 0; at < text.length; at += 7) {
      const piece = latin(text.slice(at, at + 7));
      setImmediate(() => listeners.forEach((heard) => heard(piece)));
    }
  });
  return {
    gone: ended.signal,
    write: async (bytes) => {
      ended.signal.throwIfAborted();
      setImmediate(() => hear(Buffer.from(bytes).toString("latin1")));
    },
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    signals: async () => undefined,
    setBaud: async () => undefined,
    close: async () => ended.abort(new Error("closed")),
  };
}

/** The board behind a TCP port of this machine, for socat to make a pseudo-terminal of. */
export async function serveBoard(board: FakeBoard): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const hear = board.open((text) => void socket.write(latin(text)));
    socket.on("data", (bytes) => hear(bytes.toString("latin1"))).on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}
