/** The functions that a frame of sound passes through: what is quick for them costs variables, and is held by a test of their speed. */

/** These stay ready at the top: each frame calls some of them several times. */
export const hot: ReadonlySet<string> = new Set([
  "send",
  "sealFrame",
  "openFrame",
  "crypt",
  "hmac",
  "concat",
  "transmit",
  "arrived",
  "reply",
  "playSamples",
  "pushSamples",
  "nothing", // many fields hold it: once is enough
]);

/** These are read from the shelf for each frame, and so have nothing else inside them. */
export const lean: ReadonlySet<string> = new Set([
  "heard",
  "utter",
  "publish",
  "packet",
  "receive",
  "refill",
  "take",
  "takeSamples",
]);
