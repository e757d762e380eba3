/** Programs that take their time, and the lines that a real Espruino prints for each: the twin must print the same. */

export interface Program {
  name: string;
  /** of the port where an echo server listens, one that answers HTTP, and one where nobody does */
  source(ports: { echo: number; http: number }): string;
  prints: string[];
}

const SAY = 'function say(x){print("="+x)}';

/** A program that marks what it says: errors and their stacks are worded otherwise on each machine. */
export const marked = (source: string): string => `${SAY}${source}`;

export const linesOf = (lines: string[]): string[] =>
  lines.filter((line) => line.startsWith("=")).map((line) => line.slice(1));

export const programs: Program[] = [
  {
    name: "timers ring in their order, with what they were given",
    source: () => `
      setTimeout(function(a,b){say(a+b)},300,1,2);
      setTimeout('say("text")',150);
      var n=0,i=setInterval(function(){say("i"+(++n));if(n==2)clearInterval(i)},20);
      setTimeout(function(){say("end")},450);`,
    prints: ["i1", "i2", "text", "3", "end"],
  },
  {
    name: "a promise's steps come after what made it, and an error goes to the next catch",
    source: () => `
      Promise.resolve(1).then(function(v){say("then "+v);throw new Error("in then")})
        .catch(function(e){say(e.message);return 5}).then(function(v){say(v)});
      setTimeout(function(){Promise.all([1,Promise.resolve(2)]).then(function(r){say(r.length)})},20);
      say("first");
      setTimeout(function(){say("end")},50);`,
    prints: ["first", "then 1", "in then", "5", "2", "end"],
  },
  {
    name: "an error in a callback ends that callback alone",
    source: () => `
      setTimeout(function(){nope()},5);
      setTimeout(function(){say("later")},30);
      setTimeout(function(){process.on("uncaughtException",function(e){say("told")});nope()},50);
      setTimeout(function(){say("end")},80);`,
    prints: ["later", "told", "end"],
  },
  {
    name: "out of memory: neither catch nor finally runs, and later timers go on",
    source: () => `
      function eat(){try{var a=[];for(;;)a.push("0123456789"+a.length)}catch(e){say("caught")}finally{say("finally")}say("after")}
      setTimeout(eat,5);
      setTimeout(function(){say("later "+(process.memory().usage<300))},1500);
      setTimeout(function(){say(E.getErrorFlags().indexOf("MEMORY")>=0);say("end")},1600);`,
    prints: ["later true", "true", "end"],
  },
  {
    name: "out of memory in one big array: the same",
    source: () => `
      setTimeout(function(){try{var u=new Uint8Array(300000);say("made")}catch(e){say("caught")}say("after")},5);
      setTimeout(function(){say("end")},200);`,
    prints: ["end"],
  },
  {
    name: "too deep a recursion cannot be caught",
    source: () => `
      function f(){f()}
      setTimeout(function(){try{f()}catch(e){say("caught")}},5);
      setTimeout(function(){say("end")},1000);`,
    prints: ["end"],
  },
  {
    name: "setTime far ahead stalls the timers that run, and rings those that are set next at once",
    source: () => `
      setTimeout(function(){say("stalled")},60);
      setTimeout(function(){setTime(getTime()+1);setTimeout(function(){say("at once")},300)},20);
      setTimeout(function(){},10);
      setTimeout(function(){say("end")},300);`,
    prints: ["at once", "stalled", "end"],
  },
  {
    name: "a socket sends an array in words, and reads 536 bytes at a time",
    source: ({ echo }) => `
      var got="",sizes=[];
      var s=require("net").connect({host:"127.0.0.1",port:${echo}},function(){
        s.write(new Uint8Array([1,2,3]));s.write("|");s.write(E.toString(new Uint8Array([65,66])));
      });
      s.on("data",function(d){got+=d;sizes.push(d.length);
        if(got=="1,2,3|AB"){say(got);got="";sizes=[];s.write("x".repeat(2000))}
        if(got.length==2000){say(Math.max.apply(null,sizes));s.end()}
      });
      s.on("close",function(e){say("closed "+e);try{s.write("x")}catch(e){say("write throws")}say("end")});`,
    prints: ["1,2,3|AB", "536", "closed false", "write throws", "end"],
  },
  {
    name: "HTTP: the status is a string, header keys keep their case, the body comes in pieces",
    source: ({ http }) => `
      var o=url.parse("http://127.0.0.1:${http}/a?b=1");o.method="POST";o.headers={"Content-Length":2};
      var body="",pieces=0;
      var r=require("http").request(o,function(res){
        say(typeof res.statusCode+" "+res.statusCode+" "+res.headers["X-Case"]+" "+(res.headers["x-case"]===undefined));
        res.on("data",function(d){body+=d;pieces++});
        res.on("close",function(){say(body.length+" "+(pieces>1)+" "+body.substr(0,12));say("end")});
      });
      r.write("hi");r.end();`,
    prints: ["string 201 yes true", "1500 true POST /a?b=1 ", "end"],
  },
];
