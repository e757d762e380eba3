/** Storage put in order as Espruino does it: page after page is erased and written anew with what is still a file. A cut in the midst of it loses files. */
import { align, clearBits, erasePage, HEADER_BYTES, nextPage, PAGE_BYTES, walk } from "./flash.ts";
import type { Flash, FlashFile } from "./flash.ts";

const isKept = ({ replaced, odd }: FlashFile): boolean => !replaced && !odd;

/** The last page that begins with a header, before anything was erased: what lies before it stays as it is. */
function firstToMove(flash: Flash): number | undefined {
  let page = 0;
  for (const { at, replaced } of walk(flash)) {
    if (at % PAGE_BYTES === 0) page = at;
    if (replaced) return page;
  }
  return undefined;
}

export function compact(flash: Flash): void {
  const start = firstToMove(flash);
  if (start === undefined) return;
  const { image } = flash;
  const kept = [...walk(flash)].filter(({ replaced }) => !replaced);
  const room = Math.min(
    PAGE_BYTES + HEADER_BYTES,
    kept.reduce((sum, { size }) => sum + HEADER_BYTES + align(size), 0),
  );
  // the interpreter's swap buffer: what was read and has no page yet
  let held = new Uint8Array(0);
  let writeAt = start;
  /** Nothing is written into a page that is still being read. */
  const writeOut = (readAt: number): void => {
    while (held.length > 0) {
      const pageEnd = nextPage(flash, writeAt) ?? image.length;
      if (readAt < pageEnd) return;
      const piece = held.slice(0, pageEnd - writeAt);
      if (writeAt % PAGE_BYTES === 0) erasePage(flash, writeAt);
      clearBits(flash, writeAt, piece);
      writeAt += piece.length;
      held = held.slice(piece.length);
    }
  };
  const take = (from: number, bytes: number): void => {
    held = Uint8Array.from([...held, ...image.subarray(from, from + bytes)]);
  };

  const files = walk(flash, start);
  let step = files.next();
  for (; !step.done; step = files.next()) {
    const file = step.value;
    if (!isKept(file)) continue;
    take(file.at, HEADER_BYTES);
    let readAt = file.at + HEADER_BYTES;
    writeOut(readAt);
    for (let left = align(file.size); left > 0;) {
      const piece = Math.min(room - held.length, left);
      if (piece === 0) return;
      take(readAt, piece);
      left -= piece;
      readAt += piece;
      writeOut(readAt);
    }
  }
  writeOut(image.length);
  const last = step.value ?? image.length;
  const from = writeAt === start ? start : nextPage(flash, writeAt - 1);
  for (let at = from ?? image.length; at < last; at += PAGE_BYTES) erasePage(flash, at);
}
