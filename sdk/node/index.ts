/** A toy on Node: for `bear talk`, for simulators, and for a third party's first day. */
export * from "./hash.ts";
export * from "./sound.ts";
export * from "./wav.ts";
export * from "./clips.ts";
export * from "./store.ts";
export * from "./microphone.ts";
export * from "./speaker.ts";
export * from "./host.ts";
export * from "./bear.ts";
