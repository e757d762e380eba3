/** An exported head as one line of JSON, and back; whatever is not one is nothing. */
import { z } from "zod";
import type { ExportedHead } from "../../ports.ts";

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const form = z.strictObject({
  day: z.iso.date(),
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
  places: z.int().min(0),
  head: hex,
  opening: hex,
  sealed: z.boolean(),
  mac: hex,
});

export const writeHead = (head: ExportedHead): string => JSON.stringify(head);

export function readHead(line: string): ExportedHead | undefined {
  try {
    return form.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
