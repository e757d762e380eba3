/** The wire of Bearlink: pure functions over bytes that run on Node, in a browser and on Espruino alike. See PROTOCOL.md. */
export * from "./limits.ts";
export * from "./codes.ts";
export * from "./bytes.ts";
export * from "./hash.ts";
export * from "./topics.ts";
export * from "./identity.ts";
export * from "./frame.ts";
export * from "./message.ts";
export * from "./claim.ts";
export * from "./pairing.ts";
export * from "./update.ts";
