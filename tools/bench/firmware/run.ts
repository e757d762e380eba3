/** The firmware's bench: each step of a frame, and a claim, on the twin and on a real Espruino where there is one. */
import { costOnEspruino, costOnTwin, PARTS } from "./measure.ts";
import type { Cost } from "./measure.ts";

export interface FirmwarePart {
  what: string;
  twin: Cost;
  espruino?: Cost;
  /** empty loops on Espruino; null: it is only shown */
  target_loops: number | null;
}

export interface FirmwareResult {
  /** where it lies; null where none was named, and the twin alone was measured */
  interpreter: string | null;
  parts: FirmwarePart[];
}

/** `espruino` is the interpreter's path. */
export async function runFirmware(
  espruino: string | undefined,
  tell: (detail: string) => void,
): Promise<FirmwareResult> {
  const parts: FirmwarePart[] = [];
  for (const part of PARTS) {
    tell(part.name);
    parts.push({
      what: part.name,
      twin: await costOnTwin(part),
      ...(espruino !== undefined && { espruino: await costOnEspruino(espruino, part) }),
      target_loops: part.target ?? null,
    });
  }
  return { interpreter: espruino ?? null, parts };
}
