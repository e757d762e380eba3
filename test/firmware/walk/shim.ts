/** What an ESP32 has and the interpreter's Linux build lacks, written for Espruino: pins, Wi-Fi, sound out of and into files, and the chip's own switches. */
import { FLASH_START, PAGE_BYTES, PAGES_BYTES, PAGES_START } from "../../../tools/twin/flash.ts";

/** where the Linux build keeps its Storage, and how much it erases at once */
const LINUX_FLASH = 0x10000000;
const LINUX_PAGE = 1024;
export const MICROPHONE_FILE = "microphone.u8";
export const SPEAKER_FILE = "speaker.u8";
/** printed where the chip would sleep */
export const ASLEEP = "#asleep";
/** printed before what the program writes to its serial line, as JSON */
export const SERIAL = "#serial ";

/** Files of these names, numbered from 0 at each start, hold what the harness says. */
export const TOLD_FILE = "told.";
/** JSON: at which change of its flash the power fails, from 1, and which part of that is done then */
export const CUT_FILE = "cut.json";
/** a byte for each change of its flash, of all starts; kept where there is a CUT_FILE */
export const CHANGES_FILE = "changes";
/** printed where the power has failed: nothing comes after it */
export const CUT = "#cut";
/** ms between two looks at them */
const LOOK_MS = 20;

/**
 * Runs first in `.boot0`; the harness calls `$press`, `$wifi`, `$serial` and `$level` by files that it looks for.
 * Not by the console: the Linux build fills its queue in a thread and empties it in another without a lock,
 * so that letters are lost now and then, and what was typed after an open bracket is never run.
 */
export const SHIM = `
echo(0);
(function(){
  var fs=require("fs"),told=0;
  setInterval(function(){
    var name="${TOLD_FILE}"+told;
    if(!fs.statSync(name))return;
    told++;
    setTimeout(fs.readFileSync(name),0);
  },${LOOK_MS});
  var levels={},paw,wifi={up:true,on:undefined,done:undefined};
  for(var n=32;n<40;n++)global["D"+n]=n;
  global.pinMode=function(){};
  global.digitalWrite=function(p,v){levels[p]=v?1:0};
  global.digitalRead=function(p){return levels[p]?1:0};
  global.analogWrite=function(p,v){levels[p]=v};
  global.analogRead=function(p){return levels[p]===undefined?0.6:levels[p]};
  global.setWatch=function(f,p){paw=f;return 1};
  global.$press=function(down){setTimeout(function(){if(paw)paw({state:!down})},25)};
  global.$level=function(p,v){levels[p]=v};
  global.$levels=levels;
  // the console stays the harness's
  var held="Serial1";
  E.setConsole=function(d){held=d};
  E.getConsole=function(){return held};
  Serial1.setup=function(){};
  Serial1.write=function(t){print("${SERIAL}"+JSON.stringify(t))};
  global.$serial=function(text){if(held===null)Serial1.emit("data",text)};
  var ble=true;
  global.ESP32={
    getState:function(){return{BLE:ble,Wifi:true}},
    enableBLE:function(b){ble=b},
    reboot:function(){E.reboot()},
    deepSleep:function(us){print("${ASLEEP} "+us);quit()},
    deepSleepExt0:function(){print("${ASLEEP}");quit()}
  };
  global.$wifi=function(up){
    wifi.up=up;
    if(!up&&wifi.on)wifi.on();
    if(up&&wifi.done)wifi.done(null);
  };
  global.$air={};
  function inReach(ssid,password){
    return wifi.up&&(!$air.ssid||$air.ssid==ssid)&&(!$air.password||$air.password==password);
  }
  global.$wifiModule={
    connect:function(ssid,o,done){
      wifi.done=done;
      setTimeout(function(){
        if(inReach(ssid,o.password))done(null);
        else if($air.ssid)done("no_ap_found");
      },40);
    },
    disconnect:function(){},
    removeListener:function(){},
    on:function(e,f){if(e=="disconnected")wifi.on=f}
  };
  Modules.addCached("Wifi","exports=$wifiModule");
  // its Storage is all of its flash: what an ESP32 has before that lies at its end here
  var cut=fs.statSync("${CUT_FILE}")?JSON.parse(fs.readFileSync("${CUT_FILE}")):undefined;
  function change(whole,part){
    if(cut===undefined)return whole();
    fs.appendFileSync("${CHANGES_FILE}",".");
    if(fs.statSync("${CHANGES_FILE}").size!=cut.at)return whole();
    part(cut.left);
    print("${CUT}");
    for(;;);
  }
  function begun(data,left){return E.toString(data).substr(0,data.length*left)}
  var real=require("Flash"),tail=${LINUX_FLASH}+process.env.FLASH-${PAGES_BYTES};
  function place(a){return a<${FLASH_START}?a-${PAGES_START}+tail:a-${FLASH_START}+${LINUX_FLASH}}
  global.$flashModule={
    read:function(n,a){return real.read(n,place(a))},
    write:function(d,a){
      change(function(){real.write(d,place(a))},function(left){
        var some=begun(d,left);
        if(some)real.write(some,place(a));
      });
    },
    erasePage:function(a){
      function erase(bytes){for(var n=0;n<bytes;n+=${LINUX_PAGE})real.erasePage(place(a)+n)}
      change(function(){erase(${PAGE_BYTES})},function(left){erase(${PAGE_BYTES}*left-${LINUX_PAGE}+1)});
    }
  };
  Modules.addCached("Flash","exports=$flashModule");
  if(cut!==undefined){
    var storage=require("Storage");
    global.$storageModule={
      read:function(f,a,n){return storage.read(f,a,n)},
      write:function(f,d,a,n){
        return change(function(){return storage.write(f,d,a,n)},function(left){
          var some=begun(d,left);
          if(some)storage.write(f,some,a,n);
        });
      }
    };
    Modules.addCached("Storage","exports=$storageModule");
  }
  global.Waveform=function(size,o){
    this.buffer=new Uint8Array(size);
    if(o&&o.doubleBuffer)this.buffer2=new Uint8Array(this.buffer.length);
  };
  function run(w,hz,o,each){
    if(w.running)throw new Error("Waveform is already running");
    w.running=true;
    w.$id=setInterval(function(){
      var b=w.currentBuffer?w.buffer2:w.buffer;
      each(b);
      if(w.buffer2){w.currentBuffer=w.currentBuffer?0:1;w.emit("buffer",b)}
      else if(!o||!o.repeat)w.stop();
    },w.buffer.length*1000/hz);
  }
  Waveform.prototype.startInput=function(p,hz,o){
    var file=E.openFile("${MICROPHONE_FILE}","r");
    run(this,hz,o,function(b){
      var d=file?file.read(b.length):undefined;
      b.fill(128);
      if(d)b.set(d);
    });
  };
  Waveform.prototype.startOutput=function(p,hz,o){
    run(this,hz,o,function(b){fs.appendFileSync("${SPEAKER_FILE}",E.toString(b))});
  };
  Waveform.prototype.stop=function(){
    if(!this.running)throw new Error("Waveform is not running");
    this.running=false;
    clearInterval(this.$id);
    this.emit("finish",this.buffer);
  };
})();
`;
