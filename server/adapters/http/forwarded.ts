/** Who asks, where proxies that are trusted stand between: the last address of X-Forwarded-For that none of them is. */
import { BlockList, isIP, isIPv6 } from "node:net";

/** characters of the header that are read; each proxy adds one address */
const MAX_HEADER_CHARS = 1_024;

/**
 * Whether an address lies in one of these, each an address or a CIDR block; an IPv4 in IPv6's clothes counts as itself.
 *
 *     addressBlocks(["10.0.0.0/8"])("::ffff:10.1.2.3") // true
 */
export function addressBlocks(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [address, bits] = block.split("/") as [string, string?];
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const bare = address.replace(/^::ffff:(?=\d+\.)/i, "");
    return isIP(bare) > 0 && list.check(bare, isIPv6(bare) ? "ipv6" : "ipv4");
  };
}

/** `peer` is the socket's own address; the header is believed as far as trusted proxies wrote it. */
export function clientAddress(
  peer: string,
  header: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  const hops = (header ?? "")
    .slice(-MAX_HEADER_CHARS)
    .split(",")
    .map((hop) => hop.trim());
  let address = peer;
  while (isTrusted(address) && hops.length > 0) {
    const next = hops.pop()!;
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}
