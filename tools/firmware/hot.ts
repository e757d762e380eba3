/** The functions that every frame of sound passes through: they stay ready at the top, whatever they cost in variables. */
export const hot: ReadonlySet<string> = new Set([
  // up: microphone, utterance, frame, packet
  "heard",
  "utter",
  "send",
  "sealFrame",
  "crypt",
  "hmac",
  "concat",
  "publish",
  "packet",
  "transmit",
  // down: socket, packet, frame, player
  "arrived",
  "published",
  "openFrame",
  "receive",
  "reply",
  "playSamples",
  "pushSamples",
  // out: speaker
  "refill",
  "take",
  "takeSamples",
]);
