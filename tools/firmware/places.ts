/** The two places for a program, as files of Storage: each begins and ends with a page, so that an update erases one without touching what lies beside it. */
import { Buffer } from "node:buffer";
import {
  MAX_PROGRAM_BYTES,
  PAGE_BYTES,
  PLACE_BYTES,
  PROGRAM_FILE,
  PROGRAM_START,
} from "../../firmware/record.ts";

const EMPTY = 0xff;

export interface Place {
  name: string;
  bytes: Uint8Array;
}

function place(program: 0 | 1, text: string): Place {
  if (text.length > MAX_PROGRAM_BYTES) throw new Error(`a program of ${text.length} bytes has no place`);
  // its header takes the rest of its first page
  const bytes = new Uint8Array(PLACE_BYTES - (PAGE_BYTES - PROGRAM_START)).fill(EMPTY);
  bytes.set(Buffer.from(text, "latin1"), PROGRAM_START);
  return { name: `${PROGRAM_FILE}${program}`, bytes };
}

/** The first files of Storage: with a program in the first place, and room for another. */
export const placesOf = (bundle: string): Place[] => [place(0, bundle), place(1, "")];

/** What lies in one, less what was never written. */
export function programIn(place: Uint8Array): string {
  const text = Buffer.from(place.subarray(PROGRAM_START)).toString("latin1");
  return text.replace(/\xff+$/, "");
}
