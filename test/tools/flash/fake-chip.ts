/** A chip's loader, as esptool-js talks to it: in ROM, then the stub it uploads; its flash is what tests look at. */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import type { SerialLine } from "../../../tools/flash/line.ts";

const END = 0xc0;
const ESC = 0xdb;
const OP = {
  MEM_BEGIN: 0x05,
  MEM_END: 0x06,
  MEM_DATA: 0x07,
  SYNC: 0x08,
  READ_REG: 0x0a,
  CHANGE_BAUD: 0x0f,
  DEFL_BEGIN: 0x10,
  DEFL_DATA: 0x11,
  DEFL_END: 0x12,
  MD5: 0x13,
  SECURITY: 0x14,
  ERASE: 0xd0,
};
const MAGIC_REGISTER = 0x40001000;
const MAGIC = { ESP32: 0x00f01d83, ESP8266: 0xfff0c101, unknown: 0x12345678 };

export interface FakeChip extends SerialLine {
  /** 0xff where nothing was written */
  flash: Uint8Array;
  bauds: number[];
  wires: { dtr: boolean; rts: boolean }[];
  /** what it was asked, by number */
  ops: number[];
}

interface Kind {
  magic?: keyof typeof MAGIC;
  /** in its loader: else it does not answer */
  answers?: boolean;
  /** a bit of what it is sent is lost */
  corrupts?: boolean;
  flashBytes?: number;
}

export function fakeChip({
  magic = "ESP32",
  answers = true,
  corrupts = false,
  flashBytes = 0x20000,
}: Kind = {}): FakeChip {
  const ended = new AbortController();
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const flash = new Uint8Array(flashBytes).fill(0xff);
  let stub = false;
  let packet: number[] | undefined;
  let escaped = false;
  let at = 0;
  let deflated: Uint8Array[] = [];

  function send(body: number[]): void {
    const out = [END];
    for (const byte of body) {
      if (byte === END) out.push(ESC, 0xdc);
      else if (byte === ESC) out.push(ESC, 0xdd);
      else out.push(byte);
    }
    out.push(END);
    // in two pieces, as an adapter may deliver it
    for (const piece of [out.slice(0, 5), out.slice(5)])
      setImmediate(() => listeners.forEach((heard) => heard(new Uint8Array(piece))));
  }

  /** The ROM of an ESP32 ends with four bytes of status, the stub with two. */
  function reply(op: number, value = 0, data: number[] = []): void {
    const body = [...data, 0, 0, ...(stub ? [] : [0, 0])];
    send([
      1,
      op,
      body.length,
      0,
      value & 255,
      (value >> 8) & 255,
      (value >> 16) & 255,
      value >>> 24,
      ...body,
    ]);
  }

  const word = (bytes: number[], i: number): number =>
    (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)) >>> 0;

  function take(bytes: number[]): void {
    const op = bytes[1]!;
    const data = bytes.slice(8);
    chip.ops.push(op);
    if (!answers) return;
    if (op === OP.SYNC) for (let i = 0; i < 8; i++) reply(op, stub ? 0 : 0x20120707);
    else if (op === OP.READ_REG) reply(op, word(data, 0) === MAGIC_REGISTER ? MAGIC[magic] : 0);
    else if (op === OP.SECURITY) for (let i = 0; i < 8; i++) send([1, 0, 2, 0, 0, 0, 0, 0, 1, 5]);
    else if (op === OP.MEM_END) {
      reply(op);
      stub = true;
      send([..."OHAI"].map((c) => c.charCodeAt(0)));
    } else if (op === OP.DEFL_BEGIN) {
      deflated = [];
      at = word(data, 12);
      reply(op);
    } else if (op === OP.DEFL_DATA) {
      deflated.push(new Uint8Array(data.slice(16)));
      reply(op);
      keep();
    } else if (op === OP.ERASE) {
      flash.fill(0xff);
      reply(op);
    } else if (op === OP.MD5) {
      const [from, size] = [word(data, 0), word(data, 4)];
      reply(op, 0, [
        ...createHash("md5")
          .update(flash.subarray(from, from + size))
          .digest(),
      ]);
    } else reply(op);
  }

  function keep(): void {
    try {
      const bytes = inflateSync(Buffer.concat(deflated));
      if (corrupts) bytes[bytes.length >> 1]! ^= 1;
      flash.set(bytes, at);
    } catch {
      // more is to come
    }
  }

  const chip: FakeChip = {
    flash,
    bauds: [],
    wires: [],
    ops: [],
    gone: ended.signal,
    async write(bytes) {
      for (const byte of bytes) {
        if (byte === END) {
          if (packet && packet.length >= 8) take(packet);
          packet = packet && packet.length > 0 ? undefined : [];
        } else if (byte === ESC) escaped = true;
        else {
          packet?.push(escaped ? (byte === 0xdc ? END : ESC) : byte);
          escaped = false;
        }
      }
    },
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    async signals(wires) {
      chip.wires.push({ ...wires });
    },
    async setBaud(baud) {
      chip.bauds.push(baud);
    },
    async close() {
      ended.abort(new Error("closed"));
    },
  };
  return chip;
}

export const OPS = OP;
