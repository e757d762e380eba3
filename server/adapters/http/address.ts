/** Which hosts a server answers for. MISSION D27 */

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** The hosts a server answers for: those configured, else loopback and its public name. */
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
