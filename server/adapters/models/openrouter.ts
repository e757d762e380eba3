/** What is particular to openrouter.ai: its address, and the promise asked of whoever it hands a child's words to. */
export const OPENROUTER_URL = "https://openrouter.ai/api/v1";

/** Fields for the body of a request: no training on it and no keeping of it (MISSION A18). None for another origin, which may refuse them. */
export function privacy(origin: string): { provider?: { data_collection: "deny"; zdr: true } } {
  return origin === new URL(OPENROUTER_URL).origin
    ? { provider: { data_collection: "deny", zdr: true } }
    : {};
}
