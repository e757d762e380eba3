/** When a toy tries again, and when it renews its session: chance without random numbers. PROTOCOL.md §4.6, §3.5 */
import { chance, MAX_BACKOFF_MS } from "@bearlink/sdk/protocol";
import type { Hash, MacKey } from "@bearlink/sdk/protocol";

const FIRST_BACKOFF_MS = 1_000;

/** ms to wait after `tries` failures in a row: 0 … min(60 s, 1 s · 2^tries). §4.6 */
export function backOffMs(hash: Hash, rng: MacKey, boot: number, seq: number, tries: number): number {
  const most = tries < 6 ? FIRST_BACKOFF_MS << tries : MAX_BACKOFF_MS;
  return Math.floor(chance(hash, rng, "backoff", boot, seq, tries) * most);
}

/** ms after a claim at which its session is renewed: in the last tenth of it. §3.5 */
export function renewAfterMs(hash: Hash, rng: MacKey, boot: number, seq: number, expiresS: number): number {
  return Math.floor(expiresS * 1000 * (0.9 + 0.1 * chance(hash, rng, "renew", boot, seq, 0)));
}
