/** What a shipped toy may say in the open: on a network of one's own anything, over a public one nothing unless it is said by name. MISSION C41 */
import { isIPv4, isIPv6 } from "node:net";
import type { Option } from "../command.ts";
import { Fault } from "../fault.ts";

export const plaintextOption: Option = {
  flags: "--plaintext-behind-frames",
  about: "a shipped toy may talk without TLS over a public network: its frames protect themselves",
};

/** schemes whose other side nobody verifies and whose bytes everybody reads */
const PLAIN = ["http:", "mqtt:", "ws:"];
/** and those that are not */
const SEALED = ["https:", "mqtts:", "wss:"];
/** of names that no public server has */
const OWN_NAMES = /(^|\.)(localhost|local|lan|home\.arpa|internal)$/;
const OWN_IPV4 = /^(10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./;
const OWN_IPV6 = /^(::1$|f[cd]|fe[89ab])/i;

/** Whether everybody can reach a host by this name or address. */
function isPublic(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIPv4(name)) return !OWN_IPV4.test(name);
  if (isIPv6(name)) return !OWN_IPV6.test(name);
  return name.includes(".") && !OWN_NAMES.test(name);
}

/** Throws a Fault for the first of these servers that a shipped toy would talk to in the open over a public network. */
export function refusePlaintext(servers: readonly string[], behindFrames: boolean): void {
  for (const server of servers) {
    const url = URL.canParse(server) ? new URL(server) : undefined;
    if (!url || !url.hostname || ![...PLAIN, ...SEALED].includes(url.protocol))
      throw new Fault(`${server} is not a server's address, such as https://bears.example.org`);
    if (PLAIN.includes(url.protocol) && isPublic(url.hostname) && !behindFrames)
      throw new Fault(
        `${server} is plaintext over a public network: take TLS, or say --plaintext-behind-frames, where PROTOCOL.md §6 alone protects what is said`,
      );
  }
}
