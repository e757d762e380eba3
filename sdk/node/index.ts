export * from "./hash.ts";
