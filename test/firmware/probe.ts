/** What a real Espruino is told before the loader runs, so that a shipped program can be weighed in its own place. */

/** Keeps the console, and notes the variables before the program, now, and at their most. */
export const PROBE = `
E.setConsole=function(){};E.getConsole=function(){return null};E.enableWatchdog=function(){};
var $peak=0,$now=0;
setInterval("$now=process.memory().usage;if($now>$peak)$peak=$now",100);
var $base=process.memory().usage;
`;
