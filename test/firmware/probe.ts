/** What a real Espruino is told before the loader runs, so that a shipped program can be weighed and timed in its own place. */

/** Keeps the console, notes the variables before the program, and times each frame that goes up in empty loops. */
export const PROBE = `
E.setConsole=function(){};E.getConsole=function(){return null};E.enableWatchdog=function(){};
var $up=1e9,$peak=0,$now=0;
function $loop(){var t=getTime();for(var i=0;i<2000;i++);return (getTime()-t)/2000}
Waveform.prototype.on=function(event,hear){
  this["#on"+event]=function(b){
    var input=$input==this,t=getTime();
    hear(b);
    if(input){t=(getTime()-t)/$loop();if(t>50&&t<$up)$up=t}
  }.bind(this);
};
var $input,$start=Waveform.prototype.startInput;
Waveform.prototype.startInput=function(p,h,o){$input=this;$start.call(this,p,h,o)};
setInterval("$now=process.memory().usage;if($now>$peak)$peak=$now",100);
var $base=process.memory().usage;
`;
