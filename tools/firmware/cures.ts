/** What to write instead of each thing that the gate refuses. */

const cures: Record<string, string> = {
  "regular expression":
    "Use indexOf, charAt and substr: Espruino's expressions are a small part of JavaScript's.",
  destructuring: "Read each field by its name.",
  spread: "Use concat, or a loop.",
  "rest parameter": "Take an array.",
  "default parameter": "Make it optional, and use `??`.",
  "optional chaining": "Ask for undefined first.",
  label: "Put the loop into a function, and return from it.",
  "computed key": "Assign the field after the object is made.",
  "#private": "Leave the `#` out: a module's own names are private.",
  "tagged template": "Call the function.",
  async: "Use a callback.",
  generator: "Fill an array.",
  "**": "Use Math.pow.",
  "logical assignment": "Write `a = a ?? b`.",
  bigint: "Numbers are exact to 2^53: use two of them for more.",
  "`of` as a name": "Take another name: Espruino reads it as a keyword.",
  "self-naming class": "Declare the class by its name alone.",
  "extends Error": "Throw an Error, and tell it by its message.",
  "field without a value": "Give it one: `= undefined!` where there is none yet.",
  ".length assigned": "Make a new array.",
  "case after default": "Put default last.",
  "non-ASCII": "Write it as an escape: Espruino's texts are bytes.",
  Map: "Use an object, or a list.",
  Set: "Use a list and indexOf.",
  Symbol: "Use a text.",
  URL: "Use Espruino's own url.parse.",
  Buffer: "Use a Uint8Array.",
  TextEncoder: "Use utf8 of sdk/protocol.",
  TextDecoder: "Use ascii of sdk/protocol.",
  "Array.from": "Fill an array in a loop.",
  "Array.prototype": "Write `[].slice`: Espruino has no Array.prototype.slice.",
  "Math.trunc": "Use `| 0` under 2^31, or Math.floor.",
  "Math.random": "It repeats at every start: use chance of sdk/protocol.",
};

/** One sentence. */
export function cureOf(what: string): string {
  const known = cures[what];
  if (known !== undefined) return known;
  if (what.endsWith("used before it is defined"))
    return "Define it above: on Espruino nothing hoists, functions neither.";
  if (what.startsWith("closure over"))
    return "Call a function with it: a loop's variable is one to all its closures.";
  return "Espruino has none: write it out, or ask the host for it through a port.";
}
