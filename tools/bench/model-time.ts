/** How long the models themselves took for a turn, from the stand-in's log: what is left of a turn is the server's. */
import type { StandInRequest } from "../stand-in-request.ts";

export type LoggedRequest = StandInRequest["times"];

/** What tells a turn's requests from those of others. */
export interface TurnMark {
  /** epoch ms of TURN_END at the bear */
  endedAt: number;
  /** of the utterance as the models are sent it */
  soundBytes: number;
}

/** bytes by which an utterance may differ from what was expected: 5 ms of 16 kHz, for whoever changed its rate */
const SOUND_SLACK = 160;
/** ms by which the clocks of two processes may differ */
const CLOCK_SLACK_MS = 50;

/**
 * ms for each turn: from its utterance to its words, to the last token of its first clause, and to the first byte of
 * that clause's sound. Undefined where the log has no such three. An utterance is known by its length, a clause by its
 * own; of turns that met in a model at the same time the first comes first.
 */
export function modelTimes(
  log: readonly LoggedRequest[],
  turns: readonly TurnMark[],
  firstClause: string,
): (number | undefined)[] {
  const answered = log.filter((request) => request.firstAt !== undefined);
  const of = (kind: LoggedRequest["kind"]): LoggedRequest[] =>
    answered.filter((request) => request.kind === kind).sort((a, b) => a.receivedAt - b.receivedAt);
  const heard = of("transcribe");
  const chats = of("chat");
  const spoken = of("speech").filter(({ chars }) => chars === firstClause.length);

  const inOrder = turns
    .map((turn, index) => ({ ...turn, index, ms: 0 }))
    .sort((a, b) => a.endedAt - b.endedAt)
    .flatMap((turn) => {
      const request = take(heard, turn.endedAt - CLOCK_SLACK_MS, (one) => isOf(turn, one));
      return request
        ? [{ index: turn.index, ms: request.firstAt! - request.receivedAt, at: request.firstAt! }]
        : [];
    })
    .sort((a, b) => a.at - b.at)
    .flatMap((turn) => {
      const request = take(chats, turn.at);
      const at = request && clauseAt(request, firstClause);
      return at === undefined ? [] : [{ index: turn.index, ms: turn.ms + at - request!.receivedAt, at }];
    })
    .sort((a, b) => a.at - b.at)
    .flatMap((turn) => {
      const request = take(spoken, turn.at);
      return request ? [{ index: turn.index, ms: turn.ms + request.firstAt! - request.receivedAt }] : [];
    });
  const times = turns.map((): number | undefined => undefined);
  for (const { index, ms } of inOrder) times[index] = ms;
  return times;
}

/** Removes the first that was received from `at` on and fits. */
function take(
  requests: LoggedRequest[],
  at: number,
  fits: (request: LoggedRequest) => boolean = () => true,
): LoggedRequest | undefined {
  const index = requests.findIndex((request) => request.receivedAt >= at && fits(request));
  return index < 0 ? undefined : requests.splice(index, 1)[0];
}

function isOf(turn: TurnMark, request: LoggedRequest): boolean {
  return Math.abs(request.soundBytes - turn.soundBytes) <= SOUND_SLACK;
}

/** When the token was sent that completes this clause. */
function clauseAt({ tokens = [] }: LoggedRequest, clause: string): number | undefined {
  let text = "";
  return tokens.find((token) => (text += token.text).trim().length >= clause.length)?.at;
}
