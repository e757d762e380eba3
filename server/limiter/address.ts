/** Whom an address stands for: one IPv4, or all of an IPv6 /64, since a household has 2^64 of those. */
import { isIPv4, isIPv6 } from "node:net";

const GROUPS = 8;
const NETWORK_GROUPS = 4;
const MAPPED = "0:0:0:0:0:ffff";

/** What to count an address under. Whatever is no address shares one key: nobody escapes by being unreadable. */
export function addressKey(address: string): string {
  if (isIPv4(address)) return address;
  const bare = address.split("%")[0]!;
  if (!isIPv6(bare)) return "unknown";
  const groups = expand(bare);
  if (groups.slice(0, 6).join(":") === MAPPED) return dotted(groups.slice(6));
  return groups.slice(0, NETWORK_GROUPS).join(":") + "::/64";
}

/** The eight groups of a valid IPv6 address, lower case, without leading zeros. RFC 4291 §2.2 */
function expand(address: string): string[] {
  const last = address.slice(address.lastIndexOf(":") + 1);
  const hex = isIPv4(last) ? address.slice(0, -last.length) + pairs(last) : address;
  const [head = "", tail] = hex.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":") : [];
  const zeros = Array<string>(GROUPS - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].map((group) => parseInt(group, 16).toString(16));
}

/** 1.2.3.4 as two groups, 102:304 */
function pairs(ipv4: string): string {
  const [a, b, c, d] = ipv4.split(".").map(Number) as [number, number, number, number];
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function dotted(groups: string[]): string {
  return groups
    .map((group) => parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 255])
    .join(".");
}
