/** Sorts what comes down: whose turn it is of, whether it may be heard now, and what it means to the states. PROTOCOL.md §5, §7.3 */
import { decodeCue, decodeRefused, decodeReplyStart, DOWN, TOY_GIVES_UP_MS } from "@bearlink/sdk/protocol";
import type { Frame } from "@bearlink/sdk/protocol";
import { say } from "./bear.ts";
import type { Bear } from "./bear.ts";
import { takeCommand } from "./commands.ts";
import { pairingHeard } from "./pairing.ts";
import { endReply, playSamples, startReply, stopPlaying } from "./player.ts";
import { isInTurn } from "./states.ts";

function begin(bear: Bear, frame: Frame): void {
  const codec = decodeReplyStart(frame.payload);
  if (codec === undefined || !startReply(bear, frame.turn, codec)) bear.body.log("dropped", "codec");
}

/** The server's own speech: heard when the toy is idle or pairing, never into an open microphone. */
function announce(bear: Bear, frame: Frame): void {
  if (frame.type === DOWN.AUDIO) playSamples(bear, frame);
  else if (frame.type === DOWN.REPLY_START) begin(bear, frame);
  else if (frame.type === DOWN.REPLY_END) endReply(bear, 0);
  else if (frame.type === DOWN.STOP) stopPlaying(bear);
}

function cue(bear: Bear, frame: Frame): void {
  const clip = decodeCue(frame.payload);
  if (clip === undefined || bear.state.name === "listening") return;
  bear.body.log("cue", clip);
  if (clip === "pairing") pairingHeard(bear);
  say(bear, clip);
}

function refusedCode(payload: Uint8Array): string | undefined {
  const refused = decodeRefused(payload);
  return refused === undefined ? undefined : refused.code;
}

function refuse(bear: Bear, frame: Frame): void {
  bear.body.log("refused", refusedCode(frame.payload));
  bear.on("refused");
}

function reply(bear: Bear, frame: Frame): void {
  const type = frame.type;
  bear.body.log("reply", type);
  if (type === DOWN.STOP) return bear.on("stopped");
  if (type === DOWN.REFUSED) return refuse(bear, frame);
  const now = bear.body.clock.now();
  if (now >= bear.turnUntil) return bear.on("timeout");
  if (type === DOWN.REPLY_END) return endReply(bear, frame.turn);
  if (type === DOWN.CUE) {
    cue(bear, frame);
    return bear.on("heard");
  }
  // the state's end is put off without a step: this is asked ten times a second
  if (bear.state.name === "speaking") bear.dueAt = now + TOY_GIVES_UP_MS;
  else bear.on("reply");
  if (type === DOWN.AUDIO) playSamples(bear, frame);
  else begin(bear, frame);
}

/** One frame that was opened; frames of any turn but the current one and 0 are dropped. §7.3 */
export function receive(bear: Bear, frame: Frame): void {
  const type = frame.type;
  bear.body.log("received", type);
  if (type === DOWN.COMMAND) return takeCommand(bear, frame.payload);
  if (type < DOWN.REPLY_START || type > DOWN.REFUSED) return;
  const inTurn = bear.state.name === "speaking" || isInTurn(bear.state.name); // the first is asked most
  if (inTurn && frame.turn === bear.turn) return reply(bear, frame);
  if (frame.turn !== 0) return bear.body.log("dropped", "turn");
  if (type === DOWN.CUE) return cue(bear, frame);
  if (!inTurn) announce(bear, frame);
}
