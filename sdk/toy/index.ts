/** How a toy behaves, on any host: a `createToy` over the ports of `ToyHost`. */
export * from "./host.ts";
export * from "./states.ts";
export * from "./retry.ts";
export * from "./slots.ts";
export * from "./boot.ts";
export * from "./keys.ts";
export * from "./settings.ts";
export * from "./claim.ts";
export * from "./access.ts";
export * from "./jitter.ts";
export * from "./voice.ts";
export type { Bear } from "./bear.ts";
export * from "./runner.ts";
export * from "./toy.ts";
