/** Who asks, where proxies that are trusted stand between: the last address of X-Forwarded-For that none of them is. */
import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** characters of the header that are read; each proxy adds one address */
const MAX_HEADER_CHARS = 1_024;

/**
 * Whether an address lies in one of these, each an address or a CIDR block; an IPv4 in IPv6's clothes counts as itself.
 *
 *     addressBlocks(["10.0.0.0/8"])("::ffff:10.1.2.3") // true
 */
export function addressBlocks(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  // asked at every request: the list takes ten times as long as a comparison of numbers
  const ranges: { first: number; size: number }[] = [];
  for (const block of blocks) {
    const [address, bits] = block.split("/") as [string, string?];
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
    if (family === "ipv6") continue;
    const size = 2 ** (32 - Number(bits ?? 32));
    const number = numberOf(address);
    ranges.push({ first: number - (number % size), size });
  }
  return (address) => {
    const bare = address.includes(":") ? address.replace(/^::ffff:(?=\d+\.)/i, "") : address;
    if (!isIPv4(bare)) return isIPv6(bare) && list.check(bare, "ipv6");
    const number = numberOf(bare);
    return ranges.some(({ first, size }) => number >= first && number < first + size);
  };
}

/** The 32 bits of an IPv4 address. */
const numberOf = (address: string): number =>
  address.split(".").reduce((bits, octet) => bits * 256 + Number(octet), 0);

/** Of a request: the socket's address, or what a trusted proxy says. */
export function addressesOf(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const isTrusted = addressBlocks(trustedProxies);
  return ({ headers, socket }) => {
    const forwarded = headers["x-forwarded-for"];
    const header = Array.isArray(forwarded) ? forwarded.join() : forwarded;
    return clientAddress(socket.remoteAddress ?? "unknown", header, isTrusted);
  };
}

/** `peer` is the socket's own address; the header is believed as far as trusted proxies wrote it. */
export function clientAddress(
  peer: string,
  header: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  let address = peer;
  if (header === undefined || !isTrusted(address)) return address;
  const hops = header
    .slice(-MAX_HEADER_CHARS)
    .split(",")
    .map((hop) => hop.trim());
  do {
    const next = hops.pop()!;
    if (isIP(next) === 0) break;
    address = next;
  } while (hops.length > 0 && isTrusted(address));
  return address;
}
