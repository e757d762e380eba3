/** Where a request comes from, and which host it asks for. */
import { isIP } from "node:net";

/** The group that limits count: an IPv4 address, or the /64 of an IPv6 one. PROTOCOL.md §3.3 */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const bare = address.replace(/%.*$/, "");
  if (isIP(bare) !== 6) return isIP(bare) === 4 ? bare : "unknown";
  const [left = "", right] = bare.split("::");
  const head = left.split(":").filter(Boolean);
  const tail = right === undefined ? [] : right.split(":").filter(Boolean);
  const zeros = new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return groups.map((group) => parseInt(group, 16).toString(16)).join(":") + "::/64";
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** The hosts a server answers for: those configured, else loopback and its public name. MISSION D27 */
export function allowedHosts(
  configured: readonly string[] | undefined,
  publicHost: string | undefined,
): string[] {
  const hosts = configured ?? [...LOOPBACK, ...(publicHost === undefined ? [] : [publicHost])];
  return hosts.map((host) => host.toLowerCase());
}

/** The name in a Host header, without its port, or undefined where it is not one. */
export function hostName(header: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]{2,45}\]|[0-9a-z._-]{1,253})(?::\d{1,5})?$/i.exec(header ?? "")?.[1]?.toLowerCase();
}
