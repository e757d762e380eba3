/** The links of one day, made again page by page: whether its rows stand as they were linked. */
import { sameBytes, toHex } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { AUDIT_VERIFY_LINKS } from "../bounds.ts";
import type { AuditChain, ChainDay, LinkedRow } from "../ports.ts";
import { linkMac } from "./chain.ts";
import type { Fault } from "./check.ts";
import type { ChainKey } from "./keys.ts";

/** Where a fault was found. */
export interface Where {
  day?: string;
  place?: number;
  /** of the audit row */
  id?: number;
  /** where it was found in an archive: the archive's name */
  archive?: string;
}

export type Find = (fault: Fault, where?: Where) => void;

export interface Macs {
  /** how many links there are, and at which place the last of them is */
  count: number;
  last: number;
  /** hex, of the places that were asked for */
  at: Map<number, string>;
}

export async function* livePages(
  { chain }: { chain: Pick<AuditChain, "links"> },
  { day }: Pick<ChainDay, "day">,
): AsyncGenerator<LinkedRow[]> {
  let after = 0;
  for (;;) {
    const page = await chain.links(day, after, AUDIT_VERIFY_LINKS);
    yield page;
    if (page.length < AUDIT_VERIFY_LINKS) return;
    after = page.at(-1)!.link.place;
  }
}

export async function checkLinks(
  { hash }: { hash: Hash },
  key: ChainKey,
  { day, opening, sealed, dropped }: ChainDay,
  wanted: ReadonlySet<number>,
  find: Find,
  pages: AsyncIterable<readonly LinkedRow[]>,
): Promise<Macs> {
  const macs: Macs = { count: 0, last: 0, at: new Map() };
  let mac = opening;
  for await (const page of pages) {
    for (const { link, row } of page) {
      if (link.place !== macs.last + 1) find("missing", { day, place: macs.last + 1 });
      const where = { day, place: link.place, id: link.auditId };
      if (!row) find("missing", where);
      else if (!sameBytes(link.mac, linkMac(hash, key, mac, link, row))) find("changed", where);
      // on from what stands there: one edit is one finding
      ({ mac } = link);
      macs.last = link.place;
      macs.count++;
      if (wanted.has(link.place)) macs.at.set(link.place, toHex(mac));
    }
  }
  // a day goes from its end: what is left of it leads on from its opening
  if (dropped) return macs;
  if (sealed && macs.last < sealed.places) find("cut", { day, place: macs.last });
  else if (sealed && !(macs.last === sealed.places && sameBytes(mac, sealed.head)))
    find("changed", { day, place: macs.last });
  return macs;
}
