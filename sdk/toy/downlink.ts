/** Sorts what comes down: whose turn it is of, whether it may be heard now, and what it means to the states. PROTOCOL.md §5, §7.3 */
import { decodeCue, decodeRefused, decodeReplyStart, DOWN, isCodec } from "@bearlink/sdk/protocol";
import type { Clip, Frame } from "@bearlink/sdk/protocol";
import type { ToyHost } from "./host.ts";
import { endReply, playSamples, startReply, stopPlaying } from "./player.ts";
import type { Player } from "./player.ts";
import { TURN_STATES } from "./states.ts";
import type { StateName, ToyEvent } from "./states.ts";

export interface Downlink {
  host: ToyHost;
  player: Player;
  state(): StateName;
  /** the toy's current or last turn */
  turn(): number;
  /** of the toy's clock, ms: nothing may hold a turn longer */
  turnUntil(): number;
  on(event: ToyEvent): void;
  cued(clip: Clip): void;
  command(frame: Frame): void;
}

function audio(player: Player, frame: Frame): void {
  if (isCodec(frame.codec)) playSamples(player, frame.turn, frame.codec, frame.sample, frame.payload);
}

function begin(down: Downlink, frame: Frame): void {
  const codec = decodeReplyStart(frame.payload);
  if (codec === undefined || !startReply(down.player, frame.turn, codec)) down.host.log("dropped", "codec");
}

/** The server's own speech: heard when the toy is idle or pairing, never into an open microphone. */
function announce(down: Downlink, frame: Frame): void {
  if (frame.type === DOWN.REPLY_START) begin(down, frame);
  else if (frame.type === DOWN.AUDIO) audio(down.player, frame);
  else if (frame.type === DOWN.REPLY_END) endReply(down.player, 0);
  else if (frame.type === DOWN.STOP) stopPlaying(down.player);
}

function cue(down: Downlink, frame: Frame): void {
  const clip = decodeCue(frame.payload);
  if (clip !== undefined && down.state() !== "listening") down.cued(clip);
}

function refuse(down: Downlink, frame: Frame): void {
  const refused = decodeRefused(frame.payload);
  if (refused !== undefined) down.host.log("refused", refused.code);
  down.on("refused");
}

function reply(down: Downlink, frame: Frame): void {
  down.host.log("reply", frame.type);
  if (frame.type === DOWN.STOP) return down.on("stopped");
  if (frame.type === DOWN.REFUSED) return refuse(down, frame);
  if (down.host.clock.now() >= down.turnUntil()) return down.on("timeout");
  if (frame.type === DOWN.REPLY_END) return endReply(down.player, frame.turn);
  if (frame.type === DOWN.CUE) {
    cue(down, frame);
    return down.on("heard");
  }
  down.on(down.state() === "speaking" ? "heard" : "reply");
  if (frame.type === DOWN.REPLY_START) begin(down, frame);
  else audio(down.player, frame);
}

/** One frame that was opened; frames of any turn but the current one and 0 are dropped. §7.3 */
export function receive(down: Downlink, frame: Frame): void {
  const type = frame.type;
  down.host.log("received", type);
  if (type === DOWN.COMMAND) return down.command(frame);
  if (type < DOWN.REPLY_START || type > DOWN.REFUSED) return;
  const inTurn = TURN_STATES.indexOf(down.state()) >= 0;
  if (inTurn && frame.turn === down.turn()) return reply(down, frame);
  if (frame.turn !== 0) return down.host.log("dropped", "turn");
  if (type === DOWN.CUE) return cue(down, frame);
  if (!inTurn) announce(down, frame);
}
