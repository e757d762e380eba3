/** Versions of firmware: three numbers with dots, and on a toy after a `+` the board it was built for. */

export interface FirmwareVersion {
  numbers: [number, number, number];
  board: string;
}

/** of a toy that does not say */
export const FIRST_BOARD = "esp32-classic";
const FORM = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:\+([a-z0-9-]{1,20}))?$/;

/** Undefined where a toy says something else. */
export function readVersion(text: string | undefined): FirmwareVersion | undefined {
  const found = FORM.exec(text ?? "");
  if (!found) return undefined;
  const [, major, minor, patch, board = FIRST_BOARD] = found;
  return { numbers: [Number(major), Number(minor), Number(patch)], board };
}

/** Below 0 where `a` is older. */
export function compareVersions(a: FirmwareVersion, b: FirmwareVersion): number {
  for (let i = 0; i < 3; i++) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i]! - b.numbers[i]!;
  return 0;
}
