/** One connection of a session, as the toy holds it. PROTOCOL.md §4, §6 */
import type { LinkKeys } from "@bearlink/sdk/protocol";
import type { Link } from "./host.ts";

export interface Line {
  link: Link;
  keys: LinkKeys;
  topic: string;
  open: boolean;
  /** counter of the last frame sent, and of the last accepted */
  sent: number;
  heard: number;
}

export function closeLine(line: Line): void {
  if (!line.open) return;
  line.open = false;
  line.link.close();
}
