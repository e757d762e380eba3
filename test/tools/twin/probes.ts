/** Small programs, and what a real Espruino prints for each: the twin must print the same. */

export interface Probe {
  /** an expression */
  asks: string;
  /** its value as JSON */
  says: unknown;
}

/** What a probe says that throws. */
export const THROWS = "throws";

const ask = (asks: string, says: unknown): Probe => ({ asks, says });
const inside = (body: string, says: unknown): Probe => ask(`(function(){${body}})()`, says);

const language: Probe[] = [
  ask("[1,2,3].map(x=>x*2)", [2, 4, 6]),
  ask("`a${1+1}b`", "a2b"),
  ask("[null??1,0??1]", [1, 0]),
  inside("try{throw 1}catch{return 2}", 2),
  inside("var l=[];try{try{throw 1}finally{l.push(2)}}catch(e){l.push(e)}return l", [2, 1]),
  inside(
    "class A{m(){return 1}get g(){return 5}} class B extends A{m(){return 2+super.m()}} var b=new B();return [b.m(),b.g]",
    [3, 5],
  ),
  inside("class F{f=3;static t=4}return [new F().f,F.t]", [3, 4]),
  inside("let a=1;{let a=2}return a", 1),
  inside("switch(3){case 1:return 1;case 3:return 3;default:return 0}", 3),
  inside("var r=0;for(const x of [1,2,3])r+=x;return r", 6),
  inside("var r=[];for(var i in [5,6])r.push(typeof i)\nreturn r", ["string", "string"]),
  ask("[1<<31,-1>>>0,0xffffffff|0,7%3,2147483647+1]", [-2147483648, 4294967295, -1, 1, 2147483648]),
  ask("[parseInt('12px'),parseFloat('1.5x'),+'0x10',+'']", [12, 1.5, 16, 0]),
  ask("['a'<'b','10'<'9',10<'9','a'+1+2]", [true, true, false, "a12"]),
  ask("(function(){return arguments.length+arguments[1]})(1,2)", 4),
  ask("[typeof nope,typeof undefined,typeof (()=>1)]", ["undefined", "undefined", "function"]),
  ask("[Math.round(2.5),Math.floor(-0.5),Math.sign(-3)]", [3, -1, -1]),
  ask("[(255).toString(16),(0.5).toString(2),(7).toFixed(2)]", ["ff", "0.1", "7.00"]),
  ask("new Date(0).toISOString()", "1970-01-01T00:00:00.000Z"),
  ask("/^(a+)b$/.test('aab')", true),
];

const traps: Probe[] = [
  inside("return h();function h(){return 1}", THROWS),
  inside("var f=[];for(let i=0;i<3;i++)f.push(()=>i);return f.map(g=>g())", [3, 3, 3]),
  inside("var f=[];for(let i of [1,2,3])f.push(()=>i);return f.map(g=>g())", [3, 3, 3]),
  inside("var f=[];for(var i=0;i<3;i++){const c=i;f.push(()=>c)}return f.map(g=>g())", [0, 1, 2]),
  inside("var a=[1,2];a.length=0;return a", THROWS),
  inside("return q;let q=1", THROWS),
  ask("var [a]=[1];a", THROWS),
  ask("({...{a:1}}).a", THROWS),
  ask("Math.max(...[1,2])", THROWS),
  ask("(function(a=1){return a})()", THROWS),
  ask("(function(...a){return a})(1)", THROWS),
  ask("({})?.a", THROWS),
  ask("var z;z??=1", THROWS),
  ask("2**3", THROWS),
  ask("({['a'+1]:1}).a1", THROWS),
  ask("a:for(;;)break a;", THROWS),
  ask("switch(1){default:2;break;case 1:3}", THROWS),
  ask("(async function(){})()", THROWS),
  ask("(function*(){yield 1})()", THROWS),
  ask("nope", THROWS),
  ask("undefined.x", THROWS),
  ask("({}).x()", THROWS),
];

traps.push(
  ask(
    '["abc".indexOf("cd"),"abc".indexOf("bcd"),"abc".indexOf("d"),"ab".indexOf("abc"),"abc".lastIndexOf("cd")]',
    [2, 1, -1, -1, -1],
  ),
  ask('["abc".includes("cd"),"abc".replace("cd","X"),"abc".split("cd").length]', [true, "abX", 1]),
);

const words = (names: string): string =>
  `${JSON.stringify(names.split(" "))}.map(n=>eval("typeof "+n)!="undefined")`;
const none = (names: string): Probe =>
  ask(
    words(names),
    names.split(" ").map(() => false),
  );
const every = (names: string): Probe =>
  ask(
    words(names),
    names.split(" ").map(() => true),
  );

const missing: Probe[] = [
  none(
    "Map Set Symbol WeakMap Proxy Reflect BigInt Intl TextEncoder URL fetch structuredClone queueMicrotask",
  ),
  none("Buffer setImmediate RangeError performance window module exports"),
  none("Array.from Array.of Math.trunc Math.imul Math.log2 Math.hypot Number.isInteger Object.freeze"),
  none("Promise.race Promise.allSettled [].flat [].at [].reduceRight [].keys [].lastIndexOf"),
  none("new(Uint8Array)(1).at new(Uint8Array)(1).lastIndexOf console.table ArrayBuffer.isView"),
  every(
    "Object.assign Object.fromEntries [].slice [].includes [].findIndex ''.padStart ''.replaceAll ''.trim",
  ),
  every("Uint8Array Float64Array DataView Promise.all JSON Date.now console.log atob btoa globalThis global"),
  every(
    "E.toString E.mapInPlace E.hwRand E.enableWatchdog E.reboot process.memory Waveform setWatch digitalWrite analogWrite D25",
  ),
  every("getTime setTime getSerial load changeInterval AES Serial1 E.getAddressOf E.toFlatString url"),
];

const strings: Probe[] = [
  ask("['\\u1234'.length,'\\u1234'.charCodeAt(0)]", [1, 0x34]),
  ask("String.fromCharCode(0x1e9).charCodeAt(0)", 0xe9),
  ask("JSON.parse('\"\\\\u1234\"').charCodeAt(0)", 0x34),
  ask("JSON.stringify('\\xe9\\n')", '"\\u00E9\\n"'),
  ask(
    "JSON.stringify({a:[1,null,undefined],b:undefined,c:new Uint8Array([1,2])})",
    '{"a":[1,null,null],"c":[1,2]}',
  ),
  ask("JSON.parse('{\"a\":1} junk').a", 1),
  ask("JSON.parse('')", THROWS),
  ask("JSON.parse('{\"a\":')", THROWS),
  ask("''+new Uint8Array([1,2,3])", "1,2,3"),
  ask("E.toString(new Uint8Array([104,105]))", "hi"),
  ask("E.toString(['a',[98,99],{data:'d',count:2}])", "abcdd"),
  ask("[E.toUint8Array('ab',99).length,E.toArrayBuffer('ab').byteLength]", [3, 2]),
  ask("[btoa('hi\\xff'),atob('aGk=')]", ["aGn/", "hi"]),
  ask("['abc'[1],'a'.charAt(5),'abc'.substr(1),'aXb'.split('X').length]", ["b", "", "bc", 2]),
];

const bytes: Probe[] = [
  ask("new Uint8Array([256,-1,1.9])", [0, 255, 1]),
  ask("new Uint8Array('123')", THROWS),
  ask("new Uint8Array(-1)", THROWS),
  inside("var u=new Uint8Array(4);u.set([1,2],1);u.set('ab',2);return u", [0, 1, 97, 98]),
  inside("var u=new Uint8Array(2);u[5]=1;return [u[5]===undefined,u.length]", [true, 2]),
  ask("new Uint8Array([1,2,3,4]).subarray(1,3)", [2, 3]),
  ask("new Uint8Array([1,2,3,4]).slice(1,3)", [2, 3]),
  ask("new Uint8Array(new Uint8Array([1,2,3,4]).buffer,1,2)", [2, 3]),
  inside(
    "var d=new DataView(new ArrayBuffer(6));d.setUint32(0,16909060);d.setUint16(4,258);return new Uint8Array(d.buffer)",
    [1, 2, 3, 4, 1, 2],
  ),
  inside("var o=new Uint8Array(3);E.mapInPlace(new Uint8Array([1,2,3]),o,x=>x*2);return o", [2, 4, 6]),
  inside(
    "var o=new Uint8Array(3),t=new Uint8Array(256);t[2]=9;E.mapInPlace(new Uint8Array([1,2,3]),o,t);return o",
    [0, 9, 0],
  ),
  inside(
    "var o=new Uint8Array(4);E.mapInPlace(new Uint8Array([18,52]),o,undefined,4);return o",
    [1, 2, 3, 4],
  ),
  ask(
    "[E.sum(new Uint8Array([1,2,3])),E.CRC32('abc'),E.clip(300,0,255),E.reverseByte(1)]",
    [6, 891568578, 255, 128],
  ),
  ask("[new Uint8Array(1) instanceof Uint8Array,[] instanceof Array,Array.isArray(new Uint8Array(1))]", [
    true,
    true,
    false,
  ]),
];

const key = "new Uint8Array(16)";
const iv = "new Uint8Array([1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16])";
const crypto: Probe[] = [
  ask("btoa(E.toString(require('crypto').SHA256('abc')))", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
  ask(
    "btoa(E.toString(require('crypto').SHA256(new Uint8Array([0,97,98,99]).subarray(1))))",
    "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
  ),
  ask(
    `btoa(E.toString(AES.encrypt(new Uint8Array(20),${key},{mode:'CTR'})))`,
    "ZulL1O+KLDuITPpZyjQrLlji/M4=",
  ),
  ask(
    `btoa(E.toString(AES.encrypt(new Uint8Array(20),${key},{mode:'CTR',iv:${iv}})))`,
    "ZulL1O+KLDuITPpZyjQrLlji/M4=",
  ),
  ask(
    `E.toString(AES.decrypt(new Uint8Array(20),${key},{mode:'CTR'}))===E.toString(AES.encrypt(new Uint8Array(20),${key},{mode:'CTR'}))`,
    false,
  ),
  ask(`btoa(E.toString(AES.encrypt(new Uint8Array(16),${key},{mode:'CBC'})))`, "ZulL1O+KLDuITPpZyjQrLg=="),
  ask(`AES.encrypt(new Uint8Array(16),${key},{mode:'GCM'})`, THROWS),
  ask(
    "btoa(E.toString(AES.encrypt('0123456789abcdef','0123456789abcdef',{mode:'ECB'})))",
    "cnJ+iB7c/QEApxhoeQm1ZQ==",
  ),
  ask(
    "btoa(E.toString(require('crypto').PBKDF2('a','b',{keySize:4,iterations:2,hasher:'SHA256'})))",
    "oUWF9YFASNOQ3QtQKeJtCA==",
  ),
  ask("require('nope')", THROWS),
];

const S = "var S=require('Storage');";
const storage: Probe[] = [
  inside(`${S}S.write('123456789012345678901234567890','x');return S.list()`, [
    "1234567890123456789012345678",
  ]),
  inside(
    `${S}return [S.write('a','hello'),S.read('a'),S.read('nope')===undefined,S.read('a',1,2),S.write('a','hello')]`,
    [true, "hello", true, "el", true],
  ),
  inside(`${S}S.erase('a');return S.read('a')===undefined`, true),
  inside(
    `${S}S.write('u',new Uint8Array([1,2,3]));return [S.read('u').length,S.read('u').charCodeAt(2)]`,
    [3, 3],
  ),
  inside(`${S}S.write('v',[1,2,300]);return S.read('v').charCodeAt(2)`, 44),
  inside(`${S}return S.write('e','')`, THROWS),
  inside(`${S}S.write('o',{a:1});return S.read('o')`, '{"a":1}'),
  inside(`${S}S.writeJSON('j',{a:[1]});return S.readJSON('j').a`, [1]),
  inside(`${S}S.write('w','ab',0,6);S.write('w','cd',2);return S.read('w')`, "abcd\u00ff\u00ff"),
  inside(`${S}return S.write('w','xx',2)`, THROWS),
  inside(`${S}S.write('w2','ab',0,3);return S.write('w2','cd',2)`, THROWS),
  inside(`${S}return S.write('nofile','cd',2)`, THROWS),
  inside(`${S}return S.write('big','x',0,2000000)`, THROWS),
  inside(`${S}var f=S.getFree();S.write('f4','12345');return f-S.getFree()`, 40),
  inside(`${S}var f=S.getFree();S.erase('f4');return f-S.getFree()`, 0),
];

const hardware: Probe[] = [
  ask("[''+D2,''+new Pin(3),D2.read===undefined]", ["D2", "D3", false]),
  ask("[typeof setInterval(function(){},1e6),typeof setTimeout('1',1e6)]", ["number", "number"]),
  ask("setWatch(function(){},D4,{edge:'odd'})", THROWS),
  ask("new Waveform(0)", THROWS),
  ask("new Waveform(4,{bits:12})", THROWS),
  inside("var w=new Waveform(4,{doubleBuffer:true});return [w.buffer.length,w.buffer2.length]", [4, 4]),
  inside("new Waveform(4).stop()", THROWS),
  ask("[Math.random()===Math.random(),E.hwRand()===E.hwRand()]", [false, false]),
  inside("var s=require('net').connect({host:'127.0.0.1',port:1},function(){});s.end();s.write('x')", THROWS),
  ask("require('http').request({host:'no.such.name',method:'GET'},function(){}).end()", THROWS),
];

const kind = (value: string): string =>
  `(v=>Array.isArray(v)?"array":v instanceof Uint8Array?"typed":typeof v)(${value})`;
const ordinary: Probe[] = [
  ask("E.mapInPlace([1],[2],new Uint8Array(256))", THROWS),
  ask("(function(){var o=new Uint8Array(1);E.mapInPlace(new Uint8Array([1]),o,[5,6]);return o})()", [6]),
  ask("new Uint8Array([1,2,3,4]).subarray(1).buffer.byteLength", 4),
  ask("new Uint8Array(new Uint8Array([1,2,3,4]).subarray(1))", [2, 3, 4]),
  ask("(function(){var a=new Uint8Array(2); a.set([1,2,3]); return a})()", [1, 2]),
  ask("(function(){var a=new Uint8Array(2); a.set([1],5); return a})()", [0, 0]),
  ask("new Uint8Array(4).fill(7,1,3)", [0, 7, 7, 0]),
  ask("new Uint8Array(4).fill(7,-1)", [0, 0, 0, 7]),
  ask("[1,2,3].slice(-2)", [2, 3]),
  ask('"abc".substr(-2)', "bc"),
  ask("parseInt(1.9)", 1),
  ask('"3"*2', 6),
  ask('"a".charCodeAt()', 97),
  ask("[].shift()===undefined", true),
  ask("(function(){var a=[1,2,3]; delete a[1]; return a.length})()", 3),
  ask("(function(){var a=[]; a[3]=1; return [a.length,a]})()", [4, [null, null, null, 1]]),
  ask("(function(){var a=[1,2,3]; var r=a.splice(1,1); return [a,r]})()", [[1, 3], [2]]),
  ask("Object.assign({a:1},{b:2})", { a: 1, b: 2 }),
  ask('(function(){switch("a"){case "b":return 1;case "a":return 2}})()', 2),
  ask("(function(){var i=0;do{i++}while(i<3);return i})()", 3),
  ask('["a" in {a:1}]', [true]),
  ask("(function(){var a=(1,2);return a})()", 2),
  ask("void 0===undefined", true),
  ask("true+1", 2),
  ask(
    "(function(){var r=[];for(const l of [1,2]){const f=function(){const l=5;return l};r.push(f()+l)}return r})()",
    [6, 7],
  ),
  ask("(function(){class A{constructor(){this.x=1}get y(){return this.x}};return new A().y})()", 1),
  ask('JSON.parse("1700000000123")', 1700000000123),
  ask("JSON.stringify(1700000000123)", "1700000000123"),
  ask("(0xdeadbeef).toString(16)", "deadbeef"),
  ask("[0xffffffff>>>0, (0xffffffff)>>>1, -1>>>0]", [4294967295, 2147483647, 4294967295]),
  ask(
    "(function(){var d=new DataView(new ArrayBuffer(4));d.setUint32(0,0xfffffffe);return d.getUint32(0)})()",
    4294967294,
  ),
  ask(
    "(function(){var d=new DataView(new ArrayBuffer(4));d.setUint16(0,258,true);return new Uint8Array(d.buffer)})()",
    [2, 1, 0, 0],
  ),
  ask("(function(){var u=new Uint8Array([1,2,3,4]);return new DataView(u.buffer,1,2).getUint16(0)})()", 515),
  ask(
    "(function(){var u=new Uint8Array([1,2,3,4]).subarray(2);return [u.byteOffset,new Uint8Array(u.buffer,u.byteOffset,u.length)]})()",
    [2, [3, 4]],
  ),
  ask("new Int32Array([2147483648])[0]", -2147483648),
  ask("new Float32Array([0.5])[0]", 0.5),
  ask('"a"==["a"]', true),
  ask("[null==undefined,null===undefined,null==0]", [true, false, false]),
  ask("[NaN===NaN,isNaN(NaN)]", [false, true]),
  ask("typeof Date.now()", "number"),
  ask("(function(){var f=function g(n){return n?g(n-1):7};return f(2)})()", 7),
  ask("[Math.max.apply(null,[1,5]),(function(){return this.a}).call({a:3})]", [5, 3]),
  ask("(function(a,b){return a+b}).bind(null,1)(2)", 3),
  ask("(function(){var o={a:4,f(){return (()=>this.a)()}};return o.f()})()", 4),
  ask('""+{toString(){return "x"}}', "x"),
  ask("({valueOf(){return 3}})+1", 4),
  ask("[10,9,1].sort()", [1, 10, 9]),
  ask("[10,9,1].sort((a,b)=>a-b)", [1, 9, 10]),
  ask('[1,null,undefined,"a"].join("-")', "1---a"),
  ask("[1,2,3].reduce((a,b)=>a+b)", 6),
  ask('Object.fromEntries([["a",1]])', { a: 1 }),
  ask("Object.entries({a:1})", [["a", 1]]),
  ask('"5".padStart(3,"0")', "005"),
  ask('" a ".trim()', "a"),
  ask('"abc".split("")', ["a", "b", "c"]),
  ask('"aXbX".replaceAll("X","-")', "a-b-"),
  ask('"a1".match(/\\d/)[0]', "1"),
  ask('"abc".substring(2,0)', "ab"),
  ask('"abc".slice(-2)', "bc"),
  ask('"ab".repeat(2)', "abab"),
  ask('parseInt("ff",16)', 255),
  ask('parseInt("1el",36)', 1821),
  ask("(function(){class A{static get z(){return 1}};return A.z})()", 1),
  ask("(function(){class A{};class B extends A{};return [new B() instanceof A,new B().constructor===B]})()", [
    true,
    true,
  ]),
  ask('(function(){var e=new Error("m");e.code=5;return [e.code,e.message]})()', [5, "m"]),
  ask("(function(){try{throw {a:1}}catch(e){return e.a}})()", 1),
  ask("(function(){var f=function(){try{return 1}finally{x=2}};var x=0;return [f(),x]})()", [1, 2]),
  ask("(function(){var l=[];(function(){try{l.push(1);return}finally{l.push(2)}})();return l})()", [1, 2]),
  ask("(function(){try{try{throw 1}catch(e){throw e+1}}catch(e){return e}})()", 2),
  ask("(function(){x5=1;return typeof x5})()", "number"),
  ask("(function(){global.q9=1;delete global.q9;return typeof q9})()", "undefined"),
  ask("(function(){switch(1){case 1:{let z=5;return z}}})()", 5),
  ask('(function(){var t="c";return t==="a"?1:t==="b"?2:t==="c"?3:4})()', 3),
  ask("(function(){var r=[];var f=x=>r.push(x);true?f(1):f(2);false&&f(3);true||f(4);return r})()", [1]),
  ask("(function(){var r=[];for(var k in {a:1,b:2})r.push(k);return r})()", ["a", "b"]),
  ask("(function(){var i=0;while(true){if(++i>3)break}return i})()", 4),
  ask("(function(){var r=0;for(var i=0;i<4;i++){if(i==2)continue;r+=i}return r})()", 4),
  ask("(function(){var r=0;switch(1){case 1:r++;case 2:r++;break;case 3:r=9}return r})()", 2),
  ask(kind("new Uint8Array(3).slice(1)"), "array"),
  ask(kind("new Uint8Array(3).filter(x=>x)"), "array"),
  ask(kind("new Uint8Array(3).map(x=>x)"), "typed"),
  ask(kind("new Uint8Array(3).subarray(1)"), "typed"),
];

export const probes: Record<string, Probe[]> = {
  ordinary,
  language,
  traps,
  missing,
  strings,
  bytes,
  crypto,
  storage,
  hardware,
};

/** One program that asks all these, and prints a line for each. */
export function programOf(asked: Probe[]): string {
  const say =
    'function $say(n,t){var r;try{r=eval(t);if(r===undefined)r=null}catch(e){r="throws"}print("#"+n+" "+JSON.stringify(r))}';
  return [say, ...asked.map(({ asks }, index) => `$say(${index},${JSON.stringify(asks)});`)].join("\n");
}

/** What was said, by number. */
export function saidIn(lines: string[]): unknown[] {
  const said: unknown[] = [];
  for (const line of lines) {
    const [, number, json] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (number !== undefined) said[Number(number)] = JSON.parse(json!) as unknown;
  }
  return said;
}
