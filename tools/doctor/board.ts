/** What only silicon can tell, measured on a board over its console: how fast it hears, seals and answers, and what memory is left. */
import { setTimeout as wait } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import type { Console } from "../flash/console.ts";
import { greet } from "../flash/flash.ts";
import { readRecord } from "../flash/pages.ts";
import { TOY_RECORD } from "../../firmware/record.ts";

export interface Measure {
  name: string;
  /** null where it could not be measured: then `note` says why */
  value: number | null;
  unit: string;
  /** what the design asks for, or where the figure came from until now */
  wanted: string;
  note?: string;
}

export interface BoardOptions {
  boards?: RegExp;
  /** s that the microphone is heard */
  seconds?: number;
  /** frames that are sealed */
  frames?: number;
  /** `http://host:port`; that of the toy's record without it */
  server?: string;
}

const SAMPLES = 800;
const HERTZ = 8_000;
/** the microphone's pin of boards/esp32-classic.ts */
const MICROPHONE = "D34";
const TRIPS = 20;
/** ms for a request of the toy's own to come back */
const REQUEST_MS = 8_000;

/** A whole frame of 100 ms, as sdk/protocol seals it: one key, one cipher, one tag. PROTOCOL.md §6 */
const SEAL = [
  `c=require("crypto"),k=new Uint8Array(64),p=new Uint8Array(${SAMPLES}),z=new Uint8Array(14)`,
  `h=function(d){return c.SHA256(E.toFlatString(k,c.SHA256(E.toFlatString(k,d))))}`,
  `f=function(){var e=c.AES.encrypt(p,new Uint8Array(h("1234"),0,16),{mode:"CTR"});return h([z,e])}`,
].join(",");

type Taken = Pick<Measure, "value" | "note">;

/** One after the other: what runs beside a measurement is measured with it. */
export async function measureBoard(toy: Console, options: BoardOptions = {}): Promise<Measure[]> {
  const { version, board } = await greet(toy, options.boards);
  const taken: [Omit<Measure, "value" | "note">, () => Promise<Taken>][] = [
    [
      { name: "free variables", unit: "", wanted: "1000 or more with the toy's program, of 16383" },
      () => memory(toy, version, board),
    ],
    [{ name: "round trip on the console", unit: "ms", wanted: "" }, () => roundTrip(toy)],
    [
      {
        name: "frames sealed a second",
        unit: "",
        wanted: "10 for sound of 100 ms a frame, and room to spare",
      },
      () => sealed(toy, options.frames ?? 20),
    ],
    [
      { name: "ADC rate reached", unit: "Hz", wanted: `${HERTZ} ± 2 %` },
      () => heard(toy, options.seconds ?? 3),
    ],
    [{ name: "round trip to the server", unit: "ms", wanted: "" }, () => serverTrip(toy, options.server)],
  ];
  const measures: Measure[] = [];
  for (const [what, take] of taken) {
    const found = await take().catch((error: Error) => ({ value: null, note: error.message }));
    measures.push({ ...what, ...found });
  }
  return measures;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

async function memory(toy: Console, version: string, board: string): Promise<Taken> {
  const held = (await toy.evaluate("process.memory()")) as Record<string, number>;
  const note = `of ${held.total}, each of ${held.blocksize} bytes; Espruino ${version} for ${board}`;
  return { value: held.free ?? null, note };
}

async function roundTrip(toy: Console): Promise<Taken> {
  const times: number[] = [];
  for (let i = 0; i < TRIPS; i++) {
    const from = performance.now();
    await toy.evaluate("1");
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  return { value: rounded(times[TRIPS >> 1]!), note: `the middle of ${TRIPS}; most of it is 115200 baud` };
}

async function sealed(toy: Console, frames: number): Promise<Taken> {
  const measure = `(function(){var ${SEAL};f();var t=getTime();for(var i=0;i<${frames};i++)f();return ${frames}/(getTime()-t)})()`;
  const rate = (await toy.evaluate(measure, 60_000)) as number;
  return { value: rounded(rate), note: `of ${SAMPLES} bytes, without sending them` };
}

/** Counts whole buffers between the first and the last, by the toy's own clock. */
async function heard(toy: Console, seconds: number): Promise<Taken> {
  const start = [
    `global.bd={n:0,a:0,b:0,w:new Waveform(${SAMPLES},{doubleBuffer:true,bits:8})}`,
    `bd.w.on("buffer",function(){bd.b=getTime();if(!bd.n++)bd.a=bd.b})`,
    `bd.w.startInput(${MICROPHONE},${HERTZ},{repeat:true})`,
  ].join(";");
  try {
    await toy.run(start);
    await wait(seconds * 1_000);
    const { n, a, b } = (await toy.evaluate("{n:bd.n,a:bd.a,b:bd.b}")) as Record<string, number>;
    if (!(n! > 1 && b! > a!)) return { value: null, note: `only ${n} buffers came in ${seconds} s` };
    return { value: rounded(((n! - 1) * SAMPLES) / (b! - a!)), note: `${n} buffers of ${SAMPLES}` };
  } finally {
    await toy.run("if(global.bd){bd.w.stop();delete global.bd}").catch(() => undefined);
  }
}

async function serverTrip(toy: Console, given: string | undefined): Promise<Taken> {
  const record = await readRecord(toy, TOY_RECORD);
  const server = given ?? (record && (JSON.parse(record) as { servers?: string[] }).servers?.[0]);
  if (server === undefined) return { value: null, note: "no server is known: say --server, or flash a toy" };
  const address = JSON.stringify(`${server}/api/v1/esp32/config`);
  await toy.run(
    `global.bd={t:getTime()};require("http").get(${address},function(r){r.on("data",function(){});r.on("close",function(){bd.d=getTime()-bd.t})})`,
  );
  const until = performance.now() + REQUEST_MS;
  let seconds: unknown = null;
  while (typeof seconds !== "number" && performance.now() < until) {
    await wait(200);
    seconds = await toy.evaluate("bd.d");
  }
  if (typeof seconds !== "number")
    return { value: null, note: `${server} gave no answer: is the toy on Wi-Fi?` };
  return { value: rounded(seconds * 1_000), note: `one HTTP request to ${server}` };
}

/** A table to be pasted where the figures belong. */
export function tableOf(measures: readonly Measure[]): string[] {
  const cell = ({ value, unit }: Measure): string =>
    value === null ? "not measured" : `${value} ${unit}`.trim();
  return [
    "| measured | | wanted | |",
    "| --- | --- | --- | --- |",
    ...measures.map((one) => `| ${one.name} | ${cell(one)} | ${one.wanted} | ${one.note ?? ""} |`),
  ];
}
