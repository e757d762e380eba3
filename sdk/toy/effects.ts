/** Does what `states` decided, over the ports of a host. */
import { MAX_BACKOFF_MS, UP } from "@bearlink/sdk/protocol";
import { abandonClaim, claim, waitMs } from "./access.ts";
import type { Opened } from "./claim.ts";
import { plainFrame, say, send, tell } from "./bear.ts";
import type { Bear } from "./bear.ts";
import type { Update } from "./host.ts";
import { connect } from "./connect.ts";
import { closeLine } from "./line.ts";
import { acceptOffer, enterPairing, leavePairing } from "./pairing.ts";
import { stopPlaying } from "./player.ts";
import type { Effect } from "./states.ts";
import { startTurn } from "./turns.ts";

export function hangUp(bear: Bear): void {
  abandonClaim(bear.access);
  stopPlaying(bear);
  if (bear.line !== undefined) closeLine(bear.line);
  bear.line = undefined;
}

function claimed(bear: Bear, opened: Opened | undefined): void {
  if (opened === undefined) return bear.on("failed");
  bear.on(opened.state);
  bear.on("claimed");
}

function retryIn(bear: Bear, ms: number): void {
  bear.waitingMs = ms;
  bear.stopRetry();
  bear.stopRetry = bear.body.clock.after(ms, () => bear.on("retry"));
}

/** COMMAND `reconnect`: ms until the toy comes back, at a moment of its own in the second after `in_s`. */
function spreadMs(bear: Bear): number {
  const inS = bear.pending === undefined ? undefined : bear.pending.in_s;
  const asked = typeof inS === "number" && inS > 0 ? Math.min(inS * 1000, MAX_BACKOFF_MS) : 0;
  return asked + waitMs(bear.access, 1);
}

function update(bear: Bear): void {
  if (bear.pending === undefined || bear.body.power.update === undefined) return bear.on("failed");
  bear.body.power.update(bear.pending as unknown as Update, (ok) => bear.on(ok ? "updated" : "failed"));
}

function sleep(bear: Bear): void {
  const seconds = bear.pending === undefined ? undefined : bear.pending.seconds;
  bear.body.power.sleep(typeof seconds === "number" && seconds > 0 ? seconds : 0);
}

function reset(bear: Bear): void {
  tell(bear, UP.EVENT, { kind: "reset" });
  hangUp(bear);
  bear.body.power.reset();
}

function join(bear: Bear): void {
  bear.body.join((online) => bear.on(online ? "online" : "offline"));
}

function startClaim(bear: Bear): void {
  claim(bear.access, (opened) => claimed(bear, opened));
}

function sendEmpty(bear: Bear, type: number): void {
  send(bear, plainFrame(type, bear.turn, new Uint8Array(0)));
}

export function perform(bear: Bear, effect: Effect): void {
  if (effect === "start_turn") startTurn(bear);
  else if (effect === "end_turn") sendEmpty(bear, UP.TURN_END);
  else if (effect === "cancel_turn") sendEmpty(bear, UP.TURN_CANCEL);
  else if (effect === "join") join(bear);
  else if (effect === "claim") startClaim(bear);
  else if (effect === "connect") connect(bear);
  else if (effect === "hang_up") hangUp(bear);
  else if (effect === "back_off") retryIn(bear, waitMs(bear.access, bear.state.errors));
  else if (effect === "spread") retryIn(bear, spreadMs(bear));
  else if (effect === "pair") enterPairing(bear);
  else if (effect === "accept") acceptOffer(bear);
  else if (effect === "leave_pairing") leavePairing(bear);
  else if (effect === "say_sorry") say(bear, "sorry");
  else if (effect === "say_offline") say(bear, "offline");
  else if (effect === "say_paired") say(bear, "paired");
  else if (effect === "update") update(bear);
  else if (effect === "reboot") bear.body.power.reboot();
  else if (effect === "sleep") sleep(bear);
  else reset(bear);
}
