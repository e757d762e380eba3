/** The words of JavaScript that Espruino has; a realm loses every other. Asked of the interpreter, member by member. */

const words = (text: string): string[] => text.split(" ");

export const GLOBALS = words(
  "Object Function Array Number Boolean String JSON Math Date RegExp Error SyntaxError TypeError ReferenceError " +
    "ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array " +
    "Float32Array Float64Array parseInt parseFloat isNaN isFinite NaN Infinity undefined globalThis eval " +
    "encodeURIComponent decodeURIComponent",
);

export const TYPED = GLOBALS.filter((name) => /^(Uint|Int|Float).*Array$/.test(name));

/** By owner; `.prototype` holds what an instance has. */
export const MEMBERS: Record<string, string[]> = {
  Array: words("isArray"),
  "Array.prototype": words(
    "concat fill find findIndex pop push reverse shift unshift slice sort splice includes indexOf join forEach " +
      "filter map every some reduce toString",
  ),
  Object: words(
    "assign getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames create defineProperties " +
      "defineProperty getPrototypeOf setPrototypeOf keys entries fromEntries values",
  ),
  "Object.prototype": words("hasOwnProperty toString valueOf __proto__"),
  "Function.prototype": words("apply bind call toString"),
  String: words("fromCharCode"),
  "String.prototype": words(
    "charAt charCodeAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat replace " +
      "replaceAll slice split substr substring startsWith toString trim toLowerCase toUpperCase valueOf",
  ),
  Number: words("MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY"),
  Math: words(
    "abs acos asin atan atan2 ceil cos exp floor log max min pow random round sign sin sqrt tan E LN10 LN2 " +
      "LOG10E LOG2E PI SQRT1_2 SQRT2",
  ),
  JSON: words("parse stringify"),
  Date: words("now parse"),
  "Date.prototype": words(
    "toString toISOString toUTCString getDate setDate getDay getFullYear setFullYear getHours setHours " +
      "getMilliseconds setMilliseconds getMinutes setMinutes getMonth setMonth getSeconds setSeconds getTime " +
      "setTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds " +
      "getUTCMinutes getUTCMonth getUTCSeconds valueOf toJSON",
  ),
  ArrayBuffer: [],
  "ArrayBuffer.prototype": words("byteLength slice"),
  "DataView.prototype": words(
    "buffer byteLength byteOffset getInt8 setInt8 getUint8 setUint8 getInt16 setInt16 getUint16 setUint16 " +
      "getInt32 setInt32 getUint32 setUint32 getFloat32 setFloat32 getFloat64 setFloat64",
  ),
  Typed: [],
  "Typed.prototype": words(
    "buffer byteLength byteOffset length every fill filter find findIndex forEach includes indexOf join map " +
      "reverse reduce set slice some sort subarray toString",
  ),
};
