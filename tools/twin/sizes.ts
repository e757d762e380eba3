/** What a value costs in Espruino's variables on an ESP32, where each is 14 bytes: measured on its 32-bit build. */

/** A text that lies in pieces: 9 characters in the first variable, 10 in each further one. */
export const textVariables = (chars: number): number => (chars <= 9 ? 1 : 1 + Math.ceil((chars - 9) / 10));

/** A text in one block, as typed arrays and hashes have it. */
export const flatVariables = (bytes: number): number =>
  bytes <= 22 ? textVariables(bytes) : 1 + Math.ceil(bytes / 14);

/** The name of a member or variable: 4 characters in the first. */
export const nameVariables = (chars: number): number => (chars <= 4 ? 1 : 1 + Math.ceil((chars - 4) / 10));

/** Whole numbers that a name holds by itself. */
export const isInline = (value: unknown): boolean =>
  value === undefined || (Number.isInteger(value) && Math.abs(value as number) < 8192);

/** A view and its buffer. */
export const typedVariables = (bytes: number): number => 2 + flatVariables(bytes);

/** a function whose text lies in flash: itself, its code, its scope's name; and each parameter */
export const FUNCTION_VARIABLES = 4;
/** a timer's record, beside its callback */
export const TIMER_VARIABLES = 5;
/** what Espruino itself holds when no program runs */
export const BASE_VARIABLES = 55;
