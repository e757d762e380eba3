/** Turns as their family sees them: each stage on the feed, with words only where the family has them kept. */
import { CELL_LEASE_MS, KEPT_TOLD_MS, MAX_TOLD_TURNS } from "../bounds.ts";
import type {
  Clock,
  FamilyFeed,
  Log,
  ToyActivity,
  ToyStatus,
  ToyStatuses,
  TurnFamily,
  TurnMoment,
  TurnNews,
  TurnRef,
  TurnStage,
  TurnVerdict,
} from "../ports.ts";

export interface LiveTurnPorts {
  statuses: Pick<ToyStatuses, "turnFamily">;
  feed: FamilyFeed;
  clock: Clock;
  log: Log;
  /** The last turn's moment is kept with the toy. */
  talked(deviceId: string, at: number): void;
}

export interface LiveTurns extends TurnNews {
  /** Where a turn that is over is written down; undefined where it is not. */
  kept(turn: Pick<TurnRef, "turnId">, conversationId: string | undefined): void;
  /** What a toy of this cell does in its turn; undefined where it is in none. */
  activityOf(deviceId: string): ToyActivity | undefined;
  /** Tells the families of those of these toys that are in a turn here what they do. */
  tellAgain(deviceIds: readonly string[]): void;
}

/** Where a turn is written down, once that is known; undefined where it took too long. */
type Place = { conversationId: string | undefined } | undefined;

type Settle = (place: Place) => void;

interface Told {
  activity: ToyActivity;
  status: ToyStatus | undefined;
  place: Promise<Place>;
  /** one after another, in the order in which it came */
  work: Promise<TurnFamily | undefined>;
}

const ACTIVITY: Record<TurnStage, ToyActivity> = {
  began: "listening",
  heard: "thinking",
  said: "speaking",
  over: "idle",
};
/** of words on a feed: more than a child says in fifteen seconds */
const MAX_TEXT_CHARS = 600;

export function createLiveTurns({ statuses, feed, clock, log, talked }: LiveTurnPorts): LiveTurns {
  const turns = new Map<string, Told>();
  /** of those that are not written down yet */
  const unwritten = new Map<string, Settle>();
  /** of each toy that is in one */
  const newest = new Map<string, Told>();

  function tell(turn: TurnRef, stage: TurnStage, what: Partial<TurnMoment>, text?: string): void {
    const told = turns.get(turn.turnId);
    if (!told) return;
    const former = told.activity;
    told.activity = ACTIVITY[stage];
    const { activity } = told;
    const at = clock.now();
    told.work = told.work.then(async (family) => {
      if (!family) return undefined;
      // the end alone waits for it, and the turn itself for none of this
      const { conversationId } = (stage === "over" && (await told.place)) || family;
      const shown = family.keepsTranscripts && turn.recipients.has("transcripts");
      const { deviceId, turnId } = turn;
      feed.tell(family.status.accountId, {
        type: "turn",
        turn: {
          ...{ deviceId, childId: turn.childId, turnId, stage, at },
          ...(shown && conversationId !== undefined && { conversationId }),
          ...(shown && text !== undefined && { text: text.slice(0, MAX_TEXT_CHARS) }),
          ...what,
        },
      });
      if (stage !== "over" && activity !== former && newest.get(deviceId) === told)
        feed.tell(family.status.accountId, { type: "toy", toy: told.status!, activity });
      return family;
    });
  }

  /** What is withheld shows neither words nor what was thought of them. SAFETY "Conversation" */
  const shownOf = ({ action, reason, withheld }: TurnVerdict): Partial<TurnMoment> =>
    withheld ? {} : { safety: { action, reason } };

  return {
    began(turn) {
      const { deviceId, turnId, childId } = turn;
      if (turns.size >= MAX_TOLD_TURNS) return;
      let settle: Settle = () => undefined;
      const place = new Promise<Place>((resolve) => (settle = resolve));
      unwritten.set(turnId, settle);
      const told: Told = {
        ...{ activity: "idle", place },
        status: undefined,
        work: statuses.turnFamily(deviceId, turn.at).then(
          (family) => {
            // handed on since this turn began
            if (family?.status.childId !== childId) return undefined;
            told.status = { ...family.status, onlineUntil: clock.now() + CELL_LEASE_MS };
            return family;
          },
          (error: unknown) => {
            log.warn({ requestId: turnId, toy: deviceId, error }, "a turn's family could not be told");
            return undefined;
          },
        ),
      };
      turns.set(turnId, told);
      newest.set(deviceId, told);
      tell(turn, "began", {});
    },
    heard(turn, words, verdict) {
      tell(turn, "heard", shownOf(verdict), verdict.withheld ? undefined : words);
    },
    said(turn, sentence, verdict) {
      tell(turn, "said", shownOf(verdict), verdict.withheld ? undefined : sentence);
    },
    over(turn, outcome) {
      tell(turn, "over", { outcome });
      const { deviceId, turnId } = turn;
      const settle = unwritten.get(turnId);
      if (settle) {
        const cancel = clock.after(KEPT_TOLD_MS, () => {
          unwritten.delete(turnId);
          settle(undefined);
        });
        void turns.get(turnId)?.place.then(cancel);
      }
      // one that barged in has its place already
      if (newest.get(deviceId) === turns.get(turnId)) newest.delete(deviceId);
      turns.delete(turnId);
      talked(deviceId, clock.now());
    },

    kept({ turnId }, conversationId) {
      unwritten.get(turnId)?.({ conversationId });
      unwritten.delete(turnId);
    },

    activityOf: (deviceId) => newest.get(deviceId)?.activity,

    tellAgain(deviceIds) {
      for (const deviceId of deviceIds) {
        const told = newest.get(deviceId);
        void told?.work.then((family) => {
          if (family && told.status && newest.get(deviceId) === told)
            feed.tell(family.status.accountId, { type: "toy", toy: told.status, activity: told.activity });
        });
      }
    },
  };
}
