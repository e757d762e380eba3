/** A toy's Wi-Fi, told by whoever holds its pairing code: over USB serial, or Bluetooth's UART where a build has it. PROTOCOL.md §12 */
export * from "./keys.ts";
export * from "./lines.ts";
export * from "./setup.ts";
export * from "./teller.ts";
