/** A part of a day in the archive: each link with its row as one line of JSON, and back; whatever is not one is nothing. MISSION B28 */
import { fromHex, toHex } from "@bearlink/sdk/protocol";
import { z } from "zod";
import { MAX_ARCHIVE_BYTES } from "../../bounds.ts";
import type { LinkedRow } from "../../ports.ts";

const text = z.string().nullable();
const form = z.strictObject({
  place: z.int().min(1),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
  /** of the row */
  id: z.int(),
  /** null where it was gone before its day went */
  row: z
    .strictObject({
      ...{ at: z.int(), action: z.string(), outcome: z.enum(["success", "refused"]), actor: z.string() },
      ...{ resource: text, address: text, device: text, reason: text, account_id: text },
    })
    .nullable(),
});
type Line = z.infer<typeof form>;

const MAC_BYTES = 32;

/** Throws where nobody would read it again, so long is it. */
export function writePart(links: readonly LinkedRow[]): string {
  const part = links.map((one) => `${JSON.stringify(lineOf(one))}\n`).join("");
  if (Buffer.byteLength(part) > MAX_ARCHIVE_BYTES) throw new Error("a part of the archive is too long");
  return part;
}

export const readPart = (day: string, part: string): LinkedRow[] =>
  part.split("\n").flatMap((line) => readLine(day, line) ?? []);

function lineOf({ link: { place, mac, auditId }, row }: LinkedRow): Line {
  if (!row) return { place, mac: toHex(mac), id: auditId, row: null };
  const { id, accountId, ...rest } = row;
  return { place, mac: toHex(mac), id, row: { ...rest, account_id: accountId } };
}

function readLine(day: string, line: string): LinkedRow | undefined {
  try {
    const { place, mac, id, row: kept } = form.parse(JSON.parse(line));
    const link = { day, place, auditId: id, mac: fromHex(mac, MAC_BYTES)! };
    if (!kept) return { link, row: undefined };
    const { account_id, ...row } = kept;
    return { link, row: { id, ...row, accountId: account_id } };
  } catch {
    return undefined;
  }
}
