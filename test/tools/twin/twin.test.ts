/** What the twin has of an ESP32 that no interpreter here can show: sound, pins, Wi-Fi, flash that is cut, starts and endings. */
import { afterEach, expect, test } from "vitest";
import { findFile, flashWith, listFiles, readFile } from "../../../tools/twin/flash.ts";
import { openTwin } from "../../../tools/twin/twin.ts";
import type { Twin, TwinOptions } from "../../../tools/twin/twin.ts";
import { fakeClock, settle } from "../../support/clock.ts";

const twins: Twin[] = [];
afterEach(() => twins.splice(0).forEach((twin) => twin.close()));

function on(program: string, options: TwinOptions = {}) {
  const clock = fakeClock(0);
  const twin = openTwin({ clock, ...options });
  twins.push(twin);
  twin.boot(program);
  // a pass of the loop that begins another is one more turn of ours
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 5) {
      await clock.advance(Math.min(5, left));
      for (let pass = 0; pass < 4; pass++) await settle();
    }
  };
  return { twin, advance };
}

const CAPTURE = `var w=new Waveform(80,{doubleBuffer:true,bits:8});
  w.on("buffer",function(b){print("heard "+b[0]+" "+b.length)});w.startInput(D34,8000,{repeat:true});`;

test("the microphone fills two buffers in turn, at 8,000 samples a second", async () => {
  let taken = 0;
  const microphone = (samples: number) => new Uint8Array(samples).fill((taken += samples) / 80);
  const { twin, advance } = on(CAPTURE, { microphone });
  await advance(1_000);
  expect(taken).toBeGreaterThanOrEqual(8_000 * 0.98);
  expect(taken).toBeLessThanOrEqual(8_000 * 1.02);
  expect(twin.lines.slice(0, 3)).toEqual(["heard 1 80", "heard 2 80", "heard 3 80"]);
});

test("only ADC1 hears, and only a DAC that was switched on is heard", async () => {
  const heard: number[] = [];
  const speaker = (samples: Uint8Array) => void heard.push(...samples);
  const play = `var w=new Waveform(8);w.buffer.fill(7);w.startOutput(D25,8000);`;
  const { twin, advance } = on(`try{new Waveform(8).startInput(D4,8000)}catch(e){print("deaf")}${play}`, {
    speaker,
  });
  await advance(20);
  expect(twin.lines).toEqual(["deaf"]);
  expect(heard).toEqual([]);
  twin.boot(`analogWrite(D25,0.5);${play}`);
  await advance(20);
  expect(heard).toEqual(Array(8).fill(7));
});

test("a speaker that is stopped was heard up to that moment", async () => {
  let heard = 0;
  const program = `analogWrite(D25,0.5);var w=new Waveform(400,{doubleBuffer:true});
    w.startOutput(D25,8000,{repeat:true});setTimeout(function(){w.stop()},125);w.on("finish",function(){print(w.running)})`;
  const { twin, advance } = on(program, { speaker: (samples) => void (heard += samples.length) });
  await advance(400);
  expect(heard).toBe(1_000);
  expect(twin.lines).toEqual(["false"]);
});

test("a watch sees a paw that bounces once", async () => {
  const { twin, advance } = on(
    `pinMode(D33,"input_pullup");setWatch(function(e){print(e.state)},D33,{repeat:true,edge:"both",debounce:25})`,
  );
  for (const down of [true, false, true, false, true]) {
    twin.press(down);
    await advance(5);
  }
  await advance(100);
  twin.press(false);
  await advance(100);
  expect(twin.lines).toEqual(["false", "true"]);
});

test("the Wi-Fi comes, goes and comes back by itself", async () => {
  const { twin, advance } = on(
    `var W=require("Wifi");W.on("connected",function(){print("on")});W.on("disconnected",function(){print("off")});
     W.connect("home",{password:"x"},function(e){print("joined "+e)})`,
    { wifi: { ssid: "home", password: "x" } },
  );
  await advance(100);
  twin.wifi(false);
  await advance(100);
  expect(() => twin.evaluate('require("net").connect({host:"127.0.0.1",port:9})')).not.toThrow();
  twin.wifi(true);
  await advance(100);
  expect(twin.lines.filter((line) => !line.startsWith("    at"))).toEqual([
    "on",
    "joined null",
    "off",
    "Uncaught InternalError: Unable to locate host",
    "on",
  ]);
});

test("a wrong password never joins", async () => {
  const { twin, advance } = on(`require("Wifi").connect("home",{password:"y"},print)`, {
    wifi: { ssid: "home", password: "x" },
  });
  await advance(6_000);
  expect(twin.lines).toEqual(["no_ap_found"]);
});

test("what the flash holds outlives a power cut, and a write that is cut leaves a torn file", async () => {
  const { twin, advance } = on(`require("Storage").write("a","whole")`);
  twin.powerCut();
  twin.boot(
    `print(require("Storage").read("a"));try{require("Storage").write("b","0123456789")}finally{print("no")}print("no")`,
  );
  expect(twin.lines).toEqual(["whole", "no", "no"]);
  twin.lines.length = 0;
  twin.cutNextWrite();
  twin.evaluate(
    `try{require("Storage").write("c","0123456789")}catch(e){print("no")}finally{print("no")}print("no")`,
  );
  await advance(100);
  expect(twin.lines).toEqual([]);
  expect(twin.isOn()).toBe(false);
  expect(readFile(twin.flash, "b")).toHaveLength(10);
});

test("files are replaced in a journal: the old bytes lie there until it is compacted", () => {
  const flash = flashWith({ a: "first" });
  const { at } = findFile(flash, "a")!;
  const { twin } = on(`var S=require("Storage");S.write("a","second!")`, { flash });
  expect(Buffer.from(flash.image.subarray(at, at + 5)).toString()).toBe("first");
  twin.evaluate("S.compact()");
  expect(Buffer.from(flash.image).includes("first")).toBe(false);
  expect(listFiles(flash)).toEqual(["a"]);
});

test("nothing runs after E.reboot, and the next start begins anew, with the same chance", async () => {
  const { twin, advance } = on(
    `print(E.hwRand());if(!require("Storage").read("x")){require("Storage").write("x","1");try{E.reboot()}finally{print("no")}print("no")}`,
  );
  await advance(100);
  expect(twin.starts).toBe(2);
  expect(twin.lines[0]).toBe(twin.lines[1]);
  expect(twin.lines).toHaveLength(2);
});

test("a watchdog that is not fed starts it again; one that is fed does not", async () => {
  const { twin, advance } = on(
    `E.enableWatchdog(1,false);setInterval(function(){if(!global.tired)E.kickWatchdog()},200)`,
  );
  await advance(3_000);
  expect(twin.starts).toBe(1);
  twin.evaluate("global.tired=1");
  await advance(1_500);
  expect([twin.starts, twin.ended]).toEqual([2, "watchdog"]);
});

test("deep sleep ends the program for its time, or until the paw is pressed", async () => {
  const { twin, advance } = on(`if(!global.x)print("start")`);
  twin.evaluate("ESP32.deepSleep(500000)");
  expect(twin.isOn()).toBe(false);
  await advance(600);
  expect([twin.isOn(), twin.starts]).toEqual([true, 2]);
  twin.evaluate("ESP32.deepSleepExt0(D33,0)");
  await advance(5_000);
  expect(twin.isOn()).toBe(false);
  twin.press(true);
  expect([twin.isOn(), twin.starts]).toEqual([true, 3]);
});

test("Bluetooth switched off stays off, takes the boot code with it, and starts the chip again", async () => {
  const { twin, advance } = on(`if(ESP32.getState().BLE)ESP32.enableBLE(false);print(ESP32.getState().BLE)`);
  await advance(100);
  expect(twin.lines).toEqual(["false"]);
  expect(twin.starts).toBe(2);
});

test("a variable budget that is smaller is sooner spent", async () => {
  const program = `setTimeout(function(){var a=new Uint8Array(20000);print("made "+a.length)},5)`;
  const { twin, advance } = on(program, { variables: 1_000 });
  await advance(50);
  expect(twin.lines).toContain("OUT OF MEMORY");
  twin.close();
  const roomy = on(program);
  await roomy.advance(50);
  expect(roomy.twin.lines).toEqual(["made 20000"]);
});

test("a console that was closed runs nothing that is typed: the program hears it", async () => {
  const { twin, advance } = on(`Serial1.on("data",function(d){print("typed "+d)})`);
  twin.type('print("run")');
  await advance(10);
  twin.evaluate("E.setConsole(null,{force:true})");
  twin.type("print(2)");
  await advance(10);
  expect(twin.lines).toEqual(["run", "typed print(2)"]);
});
