/** Who may speak where: a toy into its own `up`, and listening at its own `down`. PROTOCOL.md §4.3 */
import type { Topics } from "@bearlink/sdk/protocol";

// Each is one comparison with one string, so a wildcard, a NUL, ill-formed UTF-8 or another toy's topic is never let
// through, whatever its form; and each answers at once, so no frame overtakes another (§4.1).

export function mayPublish(topics: Topics, topic: string): boolean {
  return topic === topics.up;
}

export function maySubscribe(topics: Topics, subscription: { topic: string; qos: number }): boolean {
  return subscription.topic === topics.down && subscription.qos === 0;
}
