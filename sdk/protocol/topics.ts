/** Where a toy speaks and listens, unless the operator partitions the topics. PROTOCOL.md §4.3 */

export interface Topics {
  up: string;
  down: string;
}

export function toyTopics(deviceId: string): Topics {
  return { up: "bear/" + deviceId + "/up", down: "bear/" + deviceId + "/down" };
}
