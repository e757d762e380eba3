/** bear flash, label and monitor, as they are typed. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { readImages } from "../../../tools/flash/images.ts";
import { readLog } from "../../../tools/flash/log.ts";
import { portOf, progressBar } from "../../../tools/flash/ports.ts";
import { answerOf, bearHere, linesOf, newFolder, startBear } from "../../support/processes.ts";
import { until } from "../../support/wait.ts";
import { openFlash } from "../../../tools/twin/flash.ts";
import { readRecord } from "../../../tools/twin/records.ts";
import { fakeBoard, serveBoard } from "./fake-board.ts";
import { openPty, socatMissing } from "./terminals.ts";

// the firmware is built, and processes start
vi.setConfig({ testTimeout: 180_000 });

const folder = newFolder();
afterAll(() => folder.remove());
const toy = {
  device_id: "bear-0123456789abcdef",
  device_secret: "00ff0a0d1b03101172c5e1a29d7c4d6a8f1e2b3c4d5e6f708192a3b4c5d6e7f8",
  pairing_code: "ABCDEFGHJKMNPQRSTVWXYZ0123",
  url: "http://192.168.1.20:8000",
};
const toyFile = folder.file("toy.json");
writeFileSync(toyFile, JSON.stringify(toy));
const image = folder.file("full.bin");
writeFileSync(image, new Uint8Array(0x1100).fill(0xff).fill(0xe9, 0x1000, 0x1001));

describe("bear flash", () => {
  test("--dry-run prints the manifest, without a secret, and opens no port", async () => {
    const args = ["flash", "--toy", toyFile, "--dry-run", "--json", "--wifi", "Nursery", "--image", image];
    const ended = await bearHere(args, { WIFI_PASSWORD: "teddy-bears" });
    const manifest = answerOf(ended);
    expect(manifest).toMatchObject({
      device_id: toy.device_id,
      servers: [toy.url],
      ssid: "Nursery",
      profile: "development",
      images: [{ name: "full.bin", address: 0, size: 0x1100 }],
    });
    const { files } = manifest as { files: { name: string; size: number }[] };
    expect(files.find(({ name }) => name === "bear.0")!.size).toBeGreaterThan(5_000);
    for (const secret of [toy.device_secret, toy.pairing_code, "teddy-bears"])
      expect(ended.stdout + ended.stderr).not.toContain(secret);
  });

  test.each([
    [["--port", "/dev/none", "--toy", toyFile], 2, /there is no port \/dev\/none/],
    [["--toy", toyFile, "--dry-run", "--wifi", "Nursery"], 2, /WIFI_PASSWORD is not set/],
    [["--toy", toyFile, "--dry-run", "--profile", "wild"], 2, /no profile wild: development or production/],
    [["--toy", toyFile, "--dry-run", "--board", "toaster"], 2, /no board toaster: esp32-classic/],
    [["--toy", toyFile, "--dry-run", "--server", "mqtt://x"], 2, /not a server's address/],
    [["--toy", toyFile, "--dry-run", "--image", folder.file("none.bin")], 2, /none.bin is not there/],
    [["--toy", folder.file("none.json")], 2, /none.json is not there/],
  ])("%j: exit %i, one line", async (args, exit, line) => {
    const { code, stdout, stderr } = await bearHere(["flash", ...args]);
    expect({ code, stdout, lines: linesOf(stderr) }).toEqual({
      code: exit,
      stdout: "",
      lines: [expect.stringMatching(line)],
    });
  });
});

describe("an image", () => {
  const file = (name: string, ...bytes: number[]): string => {
    writeFileSync(folder.file(name), new Uint8Array(bytes));
    return folder.file(name);
  };
  test("is a release's folder, files at addresses, or one of the whole flash", () => {
    const release = folder.file("release");
    mkdirSync(release);
    for (const name of ["bootloader.bin", "partitions_espruino.bin", "espruino_esp32.bin"])
      writeFileSync(join(release, name), "x");
    expect(readImages(release).map(({ address }) => address)).toEqual([0x1000, 0x8000, 0x10000]);
    expect(readImages(image)).toMatchObject([{ name: "full.bin", address: 0 }]);
    const parts = `${file("app.bin", 0xe9)}@0x10000,${file("boot.bin", 0xe9)}@0x1000`;
    expect(readImages(parts).map(({ name }) => name)).toEqual(["boot.bin", "app.bin"]);
  });

  test("that is none, or is in two places at once, is refused", () => {
    expect(() => readImages(file("part.bin", 0xe9))).toThrow(/a part of an image: say where it goes/);
    expect(() => readImages(file("other.bin", 1, 2, 3))).toThrow(/not an image for an ESP32/);
    expect(() => readImages(file("empty.bin"))).toThrow(/it has 0 bytes/);
    expect(() => readImages(`${image}@0x1001`)).toThrow(/not an address/);
    expect(() => readImages(`${image}@4194304`)).toThrow(/not an address/);
    expect(() => readImages(`${image}@0x1000,${image}@0x2000`)).toThrow(/full.bin reaches into full.bin/);
  });
});

test("bear label writes a picture for its owner's eyes, and no secret", async () => {
  const out = folder.file("label.svg");
  const ended = await bearHere(["label", "--toy", toyFile, "--out", out, "--json"]);
  expect(answerOf(ended)).toEqual({ device_id: toy.device_id, file: out });
  expect(readFileSync(out, "utf8")).toContain("<svg");
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(ended.stdout).not.toContain(toy.pairing_code);
});

test("the only port there is needs no name", async () => {
  expect(await portOf(undefined, async () => ["COM3"])).toBe("COM3");
  await expect(portOf(undefined, async () => [])).rejects.toThrow(/no board is plugged in/);
  await expect(portOf(undefined, async () => ["COM3", "COM4"])).rejects.toThrow(/COM3, COM4/);
  expect(progressBar(0.5)).toMatch(/^█{12}░{12} 50 %$/);
});

test.each([
  ["state recording\r", "it is in “recording” now"],
  [">sent 2", "it sent AUDIO"],
  ["received 144", "it got COMMAND"],
  ["connack 4", "the server does not take its session: it claims anew"],
  ["\x1b[Jturn 7", "turn 7 begins: it listens"],
  ["constructor x", undefined],
  ["ets Jun  8 2016 00:22:57", undefined],
])("the log's %j means %j", (raw, meaning) => expect(readLog(raw)?.meaning).toBe(meaning));

test("a prompt is no line", () => expect(readLog(">\r")).toBeUndefined());

describe.skipIf(socatMissing)(`over a pseudo-terminal${socatMissing ? `: ${socatMissing}` : ""}`, () => {
  test("bear flash of a toy that is shipped sends nobody to its monitor: its console is shut", async () => {
    const served = await serveBoard(fakeBoard());
    const pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    const args = ["flash", "--toy", toyFile, "--port", pty.path, "--profile", "production"];
    const { code, stdout } = await bearHere(args);
    expect(code).toBe(0);
    expect(stdout).toContain("It says nothing from now on");
    expect(stdout).not.toContain("bear monitor");
    served.close();
  });

  test("bear flash makes a toy of a board, and bear monitor shows what it says", async () => {
    const board = fakeBoard();
    const served = await serveBoard(board);
    // socat ends with the program that had its terminal
    let pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    const flashed = await bearHere(["flash", "--toy", toyFile, "--port", pty.path, "--json"]);
    expect(answerOf(flashed)).toMatchObject({ device_id: toy.device_id, espruino: "2v29" });
    const kept = readRecord(openFlash(undefined, board.pages), "secret");
    expect(Buffer.from(kept!).toString("hex")).toBe(toy.device_secret);
    expect(flashed.stdout + flashed.stderr).not.toContain(toy.device_secret);

    pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    const shown = startBear(["monitor", "--port", pty.path]);
    // nobody hears what is said before socat has come
    await until("it shows", () => {
      board.say("state idle\r\nhello");
      board.say(" there\r\n");
      return shown.stdout().includes("hello there");
    });
    shown.kill("SIGTERM");
    expect((await shown.ended).code).toBe(0);
    expect(shown.stdout()).toMatch(
      /\d\d:\d\d:\d\d\.\d{3} {2}state idle {3}it is in “idle” now\n.* {2}hello there\n/,
    );

    pty = await openPty(`TCP:127.0.0.1:${served.port}`);
    const json = startBear(["monitor", "--port", pty.path, "--json"]);
    await until("it shows", () => {
      board.say("turn 3\r\n");
      return json.stdout().includes("turn");
    });
    expect(JSON.parse(linesOf(json.stdout())[0]!)).toMatchObject({ what: "turn", value: "3" });
    pty.close();
    const { code, stderr } = await json.ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/is gone: was its cable pulled/)]);
    served.close();
  });
});
