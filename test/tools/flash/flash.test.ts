/** A toy's record and program into its Storage, over a console: on a board in memory, a pseudo-terminal, and the real interpreter where there is one. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { CODEC, toHex } from "@bearlink/sdk/protocol";
import { decodeSound } from "@bearlink/sdk/node";
import { setupKey } from "@bearlink/sdk/provisioning";
import { systemHash } from "../../../server/adapters/hash.ts";
import { MAX_CLIP_BYTES } from "../../../tools/flash/clips.ts";
import { openConsole } from "../../../tools/flash/console.ts";
import { flashToy } from "../../../tools/flash/flash.ts";
import { findPorts, openLine, portFault } from "../../../tools/flash/line.ts";
import { filesOf, manifestOf, readServers, recordsOf } from "../../../tools/flash/record.ts";
import type { Order } from "../../../tools/flash/record.ts";
import { firstWrong, putFile } from "../../../tools/flash/storage.ts";
import { buildFirmware } from "../../../tools/firmware/build.ts";
import { SHIM } from "../../firmware/walk/shim.ts";
import { expectSound } from "../../walks/support.ts";
import { programIn } from "../../../tools/firmware/places.ts";
import {
  findFile,
  openFlash,
  PAGE_BYTES,
  PAGES_BYTES,
  putFile as putStored,
} from "../../../tools/twin/flash.ts";
import { putRecord, readRecord } from "../../../tools/twin/records.ts";
import { PROGRAM_START } from "../../../firmware/record.ts";
import { until } from "../../support/wait.ts";
import { fakeBoard, lineTo, serveBoard } from "./fake-board.ts";
import { espruino, openPty, socatMissing } from "./terminals.ts";

const toy = {
  device_id: "bear-0123456789abcdef",
  device_secret: "00ff0a0d1b03101172c5e1a29d7c4d6a8f1e2b3c4d5e6f708192a3b4c5d6e7f8",
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "http://192.168.1.20:8000",
};
const order: Order = {
  toy,
  servers: [toy.url],
  wifi: { ssid: "Märchen", password: "teddy-bears" },
  firmware: {
    bundle: `print("bear");`.repeat(300),
    loader: "1;",
    setup: "2;",
    version: "1.2.3",
    profile: "development",
  },
  images: [{ name: "full.bin", address: 0, bytes: new Uint8Array([1, 2, 3]) }],
};
const files = filesOf(order);
const records = recordsOf(order);
const load = { deviceId: toy.device_id, files, records };
/** of the Linux build's flash, which is all Storage: its end */
const LINUX_PAGES = 0x10000000 + 256 * 1024 - PAGES_BYTES;
const patience = { answerMs: 10_000, startMs: 20_000, knockMs: 200 };
const clips = ["thinking", "pairing", "paired", "sorry", "goodbye", "offline"].map((clip) => `clip.${clip}`);
const bytesOf = (name: string) => [...records, ...files].find((file) => file.name === name)!.bytes;
/** What a board keeps under a record's name. */
const kept = ({ pages }: { pages: Uint8Array }, name: string): string | undefined => {
  const bytes = readRecord(openFlash(undefined, pages), name);
  return bytes && Buffer.from(bytes).toString("latin1");
};
const keep = ({ pages }: { pages: Uint8Array }, name: string, text: string): void =>
  putRecord(openFlash(undefined, pages), name, text);
const latin = (name: string) => Buffer.from(bytesOf(name)).toString("latin1");

describe("what a toy is given", () => {
  test("its program, who it is, its Wi-Fi in bytes, its keys, and at the very end its loader", () => {
    expect(files.map(({ name }) => name)).toEqual(["bear.0", "bear.1", "setup", ...clips, ".boot0"]);
    expect(records.map(({ name }) => name)).toEqual(["id", "wifi", "setup", "secret"]);
    for (const name of clips) expect(name.length).toBeLessThanOrEqual(28);
    expect(JSON.parse(latin("id"))).toEqual({ id: toy.device_id, servers: [toy.url] });
    expect(JSON.parse(latin("wifi"))).toEqual({ ssid: "M\xc3\xa4rchen", password: "teddy-bears" });
    expect(toHex(bytesOf("setup"))).toBe(toHex(setupKey(systemHash, toy.device_id, toy.pairing_code)));
    expect(toHex(bytesOf("secret"))).toBe(toy.device_secret);
    for (const name of ["id", "wifi", ".boot0"]) expect(bytesOf(name).every((byte) => byte < 128)).toBe(true);
  });

  test("two places for a program, each from page to page, the first with one in it", () => {
    const flash = openFlash();
    for (const { name, bytes } of files) putStored(flash, name, bytes);
    for (const name of ["bear.0", "bear.1"]) {
      const { at, size } = findFile(flash, name)!;
      expect([at + PROGRAM_START, at + size].map((edge) => edge % PAGE_BYTES)).toEqual([0, 0]);
    }
    expect(programIn(bytesOf("bear.0"))).toBe(order.firmware.bundle);
    expect(programIn(bytesOf("bear.1"))).toBe("");
  });

  test("clips that its DAC plays as they are: within their room, and no louder than a toy may be", () => {
    const sounds = clips.map((name) => bytesOf(name));
    expect(sounds.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(MAX_CLIP_BYTES);
    for (const sound of sounds) expectSound(decodeSound(CODEC.U8, sound), 8_000);
  });

  test("a manifest tells all but the secrets, their digests and the password's", () => {
    const told = JSON.stringify(manifestOf(order));
    expect(JSON.parse(told)).toMatchObject({ device_id: toy.device_id, ssid: "Märchen", version: "1.2.3" });
    for (const secret of [toy.device_secret, toy.pairing_code, "teddy-bears", latin("wifi")])
      expect(told).not.toContain(secret);
    const manifest = manifestOf(order) as Record<"files" | "records", { name: string; sha256?: string }[]>;
    expect(manifest.files.every(({ sha256 }) => sha256)).toBe(true);
    expect(manifest.records.filter(({ sha256 }) => sha256).map(({ name }) => name)).toEqual(["id"]);
  });

  test("a server's address is one that a toy can reach, unless it is said outright", () => {
    expect(readServers(undefined, toy.url)).toEqual([toy.url]);
    expect(readServers("http://a.example:1,https://b.example/", "")).toEqual([
      "http://a.example:1",
      "https://b.example",
    ]);
    expect(readServers("http://127.0.0.1:8000", "")).toEqual(["http://127.0.0.1:8000"]);
    expect(() => readServers(undefined, "http://127.0.0.1:8000")).toThrow(/say --server http/);
    for (const wrong of ["mqtt://a", "a.example", "http://a.example/path", ""])
      expect(() => readServers(wrong, toy.url)).toThrow(/not a server's address/);
  });

  test("a Wi-Fi that no radio takes is refused", () =>
    expect(() => recordsOf({ ...order, wifi: { ssid: "a", password: "short" } })).toThrow(
      /name of 1-32 bytes/,
    ));
});

describe("a board is flashed", () => {
  const flash = (
    board = fakeBoard(),
    erase = false,
    told?: (name: string, done: number, total: number) => void,
  ) => flashToy(lineTo(board), load, { erase, patience, ...(told && { told }) });

  test("an empty one: every file lies there, and the board is started", async () => {
    const board = fakeBoard();
    const done: number[] = [];
    expect(await flash(board, false, (_name, bytes, total) => void done.push(bytes / total))).toEqual({
      version: "2v29",
      board: "ESP32",
    });
    for (const { name, bytes } of files)
      expect(board.files.get(name)).toBe(Buffer.from(bytes).toString("latin1"));
    for (const { name } of records) expect(kept(board, name)).toBe(latin(name));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(board.starts).toBe(2);
  });

  test("one that runs is stopped first; the toy keeps its counter and what a rekey made, and gets its program anew", async () => {
    const board = fakeBoard();
    board.chatter = "state idle";
    const own = { boot0: "7", prk0: "key", use0: "z", id: JSON.stringify({ id: toy.device_id }) };
    for (const [name, text] of Object.entries(own)) keep(board, name, text);
    for (const [name, text] of Object.entries({ ".boot0": "x", "bear.1": "y" })) board.files.set(name, text);
    let runningAtFirstWrite: number | undefined;
    board.asked = (statement) => {
      if (statement.includes(".write(")) runningAtFirstWrite ??= board.starts;
    };
    await flash(board);
    expect(runningAtFirstWrite).toBe(2);
    expect(kept(board, "boot0")).toBe("7");
    expect(kept(board, "prk0")).toBe("key");
    expect(kept(board, "secret")).toBeUndefined();
    expect(kept(board, "use0")).toBeUndefined();
    expect(kept(board, "id")).toBe(latin("id"));
    expect(board.files.get("bear.1")).toBe(latin("bear.1"));
    expect(board.files.get("bear.0")).toBe(latin("bear.0"));
  });

  test("another toy's board is left alone, unless it is erased", async () => {
    const board = fakeBoard();
    keep(board, "id", '{"id":"bear-ffffffffffffffff"}');
    keep(board, "prk0", "its key");
    await expect(flash(board)).rejects.toThrow(/this board is bear-f+: .* --erase/);
    expect(kept(board, "prk0")).toBe("its key");
    await flash(board, true);
    expect(kept(board, "prk0")).toBeUndefined();
    expect(kept(board, "secret")).toBe(latin("secret"));
  });

  test("a file that does not come back right ends it, before its loader would start it", async () => {
    const board = fakeBoard();
    board.spoils = "setup";
    await expect(flash(board)).rejects.toThrow(/setup is not what was written: use a shorter cable/);
    board.spoils = clips[0]!;
    await expect(flash(board)).rejects.toThrow(/clip.thinking is not what was written, from byte 0 on/);
    expect([...board.files.keys()]).not.toContain(".boot0");
  });

  describe("over a line that loses letters", () => {
    const hasty = { answerMs: 400, startMs: 20_000, knockMs: 60 };
    const flashHastily = (board: ReturnType<typeof fakeBoard>) =>
      flashToy(lineTo(board), load, { erase: false, patience: hasty });

    test("what is lost on its way there or back is sent again, and no file moves from its place", async () => {
      const board = fakeBoard();
      board.loses = (count) => count % 5_003 === 0;
      board.mumbles = (count) => count % 1_009 === 0;
      await flashHastily(board);
      expect([...board.files.keys()]).toEqual(files.map(({ name }) => name));
      for (const { name, bytes } of files)
        expect(board.files.get(name)).toBe(Buffer.from(bytes).toString("latin1"));
      for (const { name } of records) expect(kept(board, name)).toBe(latin(name));
    }, 60_000);

    test("an answer that is lost is not written for a second time", async () => {
      const board = fakeBoard();
      const written: string[] = [];
      let isMute = false;
      board.asked = (statement) => {
        const piece = /write\(f,d,a,n\).*\("clip\.sorry",(\d+),/.exec(statement)?.[1];
        if (piece !== undefined) written.push(piece);
        // of the first piece and of a later one
        isMute = written.filter((at) => at === piece).length === 1 && (piece === "0" || piece === "840");
      };
      board.mumbles = () => isMute;
      await flashHastily(board);
      expect(new Set(written).size).toBe(written.length);
      expect(board.files.get("clip.sorry")).toBe(latin("clip.sorry"));
    });

    test("one that loses the same each time is given up, with a code and a cure", async () => {
      const board = fakeBoard();
      let sent = "";
      board.loses = (_count, letter) => {
        sent = (sent + letter).slice(-18);
        return sent.includes('"clip.thinking",0,');
      };
      const flashing = flashHastily(board);
      await expect(flashing).rejects.toThrow(
        /clip\.thinking at byte 0, 4 times \(LINE_LOST; .*shorter cable/,
      );
      expect([...board.files.keys()]).not.toContain(".boot0");
    });

    test("a console with less room than a statement takes is told as no answer", async () => {
      const board = fakeBoard();
      board.buffer = 300;
      await expect(flashHastily(board)).rejects.toThrow(/LINE_LOST/);
    });
  });

  test("another kind of board is told", async () => {
    const board = fakeBoard();
    board.board = "PICO";
    await expect(flash(board)).rejects.toThrow(/this is Espruino for PICO/);
    expect(board.files.size).toBe(0);
  });

  test("one without room says so", async () => {
    const board = fakeBoard();
    board.room = 10_000;
    await expect(flash(board)).rejects.toThrow(/10000 bytes of room, and \d+ are needed/);
  });

  test("where a digest differs it is told from which byte on", async () => {
    const board = fakeBoard();
    const console = await openConsole(lineTo(board), patience);
    const file = { name: "a", bytes: new Uint8Array(5_000).fill(65) };
    await putFile(console, file);
    expect(await firstWrong(console, file)).toBeUndefined();
    board.files.set("a", `${"A".repeat(4_500)}B${"A".repeat(499)}`);
    expect(await firstWrong(console, file)).toBe(4_096);
    expect(await firstWrong(console, { ...file, name: "b" })).toBe(0);
  });
});

describe("a port that cannot be had", () => {
  test("is told as a person can mend it", async () => {
    await expect(openLine("/dev/there-is-none")).rejects.toThrow(/there is no port \/dev\/there-is-none: /);
    await expect(openLine(import.meta.filename)).rejects.toThrow(/is not a serial port/);
    const said = (words: string, ports: string[] = []) => portFault("/dev/ttyUSB0", words, ports).message;
    expect(said("Error: Permission denied, cannot open /dev/ttyUSB0")).toMatch(/usermod -aG dialout/);
    expect(said("Error Resource temporarily unavailable Cannot lock port")).toMatch(
      /held by another program/,
    );
    expect(said("Opening COM7: File not found", ["COM3"])).toMatch(/there is COM3/);
    expect(said("something else")).toMatch(/cannot be opened \(something else\)/);
  });

  test("ports are found, with udevadm or without", async () =>
    expect(await findPorts()).toBeInstanceOf(Array));
});

describe.skipIf(socatMissing)(`over a pseudo-terminal${socatMissing ? `: ${socatMissing}` : ""}`, () => {
  const closing: (() => void)[] = [];
  afterAll(() => closing.reverse().forEach((close) => close()));

  test("a toy is flashed through a real serial port's driver, which has no wires to reset it", async () => {
    const board = fakeBoard();
    const served = await serveBoard(board);
    const pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    closing.push(served.close, pty.close);
    const line = await openLine(pty.path);
    await line.signals({ dtr: false, rts: true });
    await flashToy(line, load, { erase: false, patience });
    for (const { name, bytes } of files)
      expect(board.files.get(name)).toBe(Buffer.from(bytes).toString("latin1"));
    for (const { name } of records) expect(kept(board, name)).toBe(latin(name));
    await line.close();
    await line.close();
    expect(line.gone.aborted).toBe(true);
  });

  test("a port that is another's is told as that, with what lets one in", async () => {
    const pty = await openPty("PTY,rawer");
    chmodSync(pty.path, 0);
    // who may do everything is somebody else here
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const bear = [join(import.meta.dirname, "../../../tools/bear.mjs"), "monitor", "--port", pty.path];
    chmodSync(pty.folder, 0o755);
    const { status, stderr } = spawnSync(process.execPath, bear, { ...nobody, timeout: 60_000 });
    expect([status, String(stderr)]).toEqual([
      1,
      expect.stringMatching(/may not be opened by you: join its group \(sudo usermod -aG dialout/),
    ]);
    pty.close();
  }, 60_000);

  test("a board that is pulled out while we have yet to read what it said is gone", async () => {
    const pty = await openPty("SYSTEM:echo hello; sleep 0.3");
    const line = await openLine(pty.path);
    // this thread is busy until it is pulled out
    line.listen(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000));
    await until("it is gone", () => line.gone.aborted, 40_000);
    await line.close();
  }, 60_000);

  test("a port that is open is not opened again", async () => {
    const served = await serveBoard(fakeBoard());
    const pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    closing.push(served.close, pty.close);
    const line = await openLine(pty.path);
    await expect(openLine(pty.path)).rejects.toThrow(/held by another program/);
    await line.close();
  });
});

if (espruino)
  // again where it failed: its Linux build loses letters of its console, or types them once more without end
  test(
    "on the real interpreter the whole toy lies in its flash, and talks when it starts",
    { retry: 4, timeout: 240_000 },
    async () => {
      const pty = await openPty(`EXEC:${espruino},pty,rawer`);
      const line = await openLine(pty.path);
      const built = await buildFirmware({ profile: "development" });
      const firmware = { ...order.firmware, ...built, loader: SHIM + built.loader };
      const board = await flashToy(
        line,
        { ...load, files: filesOf({ firmware }) },
        { erase: true, pages: LINUX_PAGES, boards: /^LINUX/ },
      );
      expect(board.version).toMatch(/^2v/);
      await line.close();
      const image = readFileSync(join(pty.folder, "espruino.flash"));
      expect(image.includes(Buffer.from(toy.device_secret, "hex"))).toBe(true);
      // a start of its own over the same flash
      const child = spawn(espruino!, [], { cwd: pty.folder, stdio: ["pipe", "pipe", "ignore"] });
      onTestFinished(() => void child.kill("SIGKILL"));
      let said = "";
      child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString("latin1")));
      await until("it joins and claims", () => /state claiming/.test(said), 60_000);
      pty.close();
    },
  );
