/** What each step of a frame takes on a toy, in empty loops of the same interpreter in the same run: that ratio carries over to a chip. */
import { buildProgram } from "../../firmware/build.ts";
import { runOn } from "../../twin/interpreter.ts";
import { openTwin } from "../../twin/twin.ts";

export interface Part {
  name: string;
  /** a program of this folder */
  program: "sending" | "receiving" | "claiming";
  /** runs once */
  before?: string;
  /** Runs each round, `n` from 0: leaves in `spent` the seconds that it took, or 0 where the round says nothing. */
  each: string;
  rounds: number;
  /** empty loops, on Espruino */
  target?: number;
}

/** Several in a row, where one is too short for the clock. */
const timed = (what: string, times: number): string =>
  `var t=getTime();for(var i=0;i<${times};i++)${what};spent=(getTime()-t)/${times};`;

const FRAME_DOWN = "var p=FRAME_OF(n),a=p.substr(0,536),b=p.substr(536);";

export const CAPTURE: Part = {
  name: "capture: a buffer's loudness, and its mu-law",
  program: "sending",
  before: "HEAR_ONLY();",
  each: timed("HEAR(BUFFER)", 10),
  rounds: 100,
};
export const SEAL: Part = {
  name: "seal",
  program: "sending",
  each: timed("SEAL_FRAME()", 10),
  rounds: 200,
  target: 300,
};
export const WRITE: Part = {
  name: "MQTT packet, and its write",
  program: "sending",
  each: `DRAIN();${timed("WRITE_FRAME()", 10)}`,
  rounds: 100,
};
export const UPLINK: Part = {
  name: "the whole way up",
  program: "sending",
  before: "TALK_ON();",
  each: `DRAIN();${timed("HEAR(BUFFER)", 10)}`,
  rounds: 100,
  target: 1_000,
};
export const DOWNLINK: Part = {
  name: "a reply's frame opened and queued",
  program: "receiving",
  each: `${FRAME_DOWN}var h=HELD_NOW(),t=getTime();DATA(a);DATA(b);spent=getTime()-t;
    if(n&&HELD_NOW()!=h+800)throw new Error("lost");HEAR(BUFFER);HEAR(BUFFER);`,
  rounds: 200,
  target: 700,
};
export const PLAY: Part = {
  name: "and played",
  program: "receiving",
  each: `${FRAME_DOWN}DATA(a);DATA(b);var h=HELD_NOW(),t=getTime();HEAR(BUFFER);HEAR(BUFFER);
    spent=HELD_NOW()==h-800?getTime()-t:0;`,
  rounds: 200,
};
export const CLAIM: Part = {
  name: "a claim, from the start's keys to the session",
  program: "claiming",
  each: "var t=getTime(),s=START_CLAIM();spent=getTime()-t-s;",
  rounds: 30,
};

export const PARTS: readonly Part[] = [CAPTURE, SEAL, WRITE, UPLINK, DOWNLINK, PLAY, CLAIM];

export interface Cost {
  /** empty loops: the least of all rounds, in the least that a loop took */
  least: number;
  /** the middle of all rounds */
  middle: number;
  /** µs of the least, on this machine */
  us: number;
}

/** What stands around the program: a socket that swallows, sound that is handed over, pins that are nowhere. */
const AROUND = `
var PROGRAM=0,DATA,DRAIN=function(){},HEAR,BUFFER=new Uint8Array(800);
for(var i=0;i<800;i++)BUFFER[i]=128+100*Math.sin(i/3);
Modules.addCached("net",'exports.connect=function(){return{on:function(e,f){if(e=="data")DATA=f;if(e=="drain")DRAIN=f},write:function(){},end:function(){},removeAllListeners:function(){}}}');
global.Waveform=function(n){this.buffer=new Uint8Array(n);this.buffer2=new Uint8Array(n)};
Waveform.prototype.on=function(e,f){HEAR=f};
Waveform.prototype.startInput=Waveform.prototype.startOutput=Waveform.prototype.stop=Waveform.prototype.removeAllListeners=function(){};
if(process.env.BOARD!="ESP32"){
  for(var i=0;i<40;i++)global["D"+i]=i;
  global.digitalWrite=global.analogWrite=function(){};
}
`;

/** The measuring itself; its answer is one line. */
function runOf(program: string, { before = "", each, rounds }: Part): string {
  // from RAM, which is as quick as the ESP32's flash: the Linux build's flash is a file that it opens for each few bytes
  return `${AROUND}
var TEXT=${JSON.stringify(program)};
Modules.addCached("Storage","exports.read=function(){return TEXT}");
eval(TEXT);
// in a function: the program's own short names are at the top
(function(){
${before}
var spents=[],loops=[];
for(var n=0;n<${rounds};n++){
  var spent=0;
  ${each}
  var l=getTime();for(var i=0;i<2000;i++);l=(getTime()-l)/2000;
  if(spent>0)spents.push(spent);
  if(l>0)loops.push(l);
}
var up=function(a,b){return a-b};
spents.sort(up);
loops.sort(up);
// the least is what nobody else's work is in, of both alike
print("#cost "+JSON.stringify({
  least:spents[0]/loops[0],
  middle:spents[spents.length>>1]/loops[loops.length>>1],
  us:spents[0]*1e6
}));
})();`;
}

function read(lines: readonly string[], part: Part): Cost {
  const found = lines.find((line) => line.startsWith("#cost "));
  if (found === undefined)
    throw new Error(`${part.name} could not be measured: ${lines.slice(-5).join(" / ")}`);
  return JSON.parse(found.slice("#cost ".length)) as Cost;
}

async function sourceOf(part: Part): Promise<string> {
  const { program } = await buildProgram(`tools/bench/firmware/${part.program}.ts`, {
    profile: "production",
  });
  return runOf(program, part);
}

/** On the interpreter at this path. */
export async function costOnEspruino(espruino: string, part: Part): Promise<Cost> {
  const until = (line: string): boolean => line.startsWith("#cost") || line.startsWith("Uncaught");
  return read(await runOn(espruino, await sourceOf(part), { ms: 60_000, until }), part);
}

/** On the twin, whose empty loop is Node's own: a figure of this machine, and none of a chip. */
export async function costOnTwin(part: Part): Promise<Cost> {
  // it counts what a callback takes until that ends, and here one does everything
  const twin = openTwin({ variables: 1e9 });
  try {
    twin.boot(await sourceOf(part));
    return read(twin.lines, part);
  } finally {
    twin.close();
  }
}
