/** What the live feed has told so far: the toys as they are, the newest turns, and how many alerts are unread. */
import type { Alert, LiveMessage, ToyLive, TurnEvent, Verdict } from "./types.ts";

/** One turn as it happens. */
export interface LiveTurn {
  turnId: string;
  deviceId: string;
  childId: string;
  /** undefined where it is not of a kept one, or nobody knows yet */
  conversationId: string | undefined;
  stage: TurnEvent["stage"];
  /** undefined where it was not understood, or is not for this parent */
  heard: string | undefined;
  heardSafety: Verdict | undefined;
  said: { text: string | undefined; safety: Verdict | undefined }[];
  outcome: string | undefined;
  /** RFC 3339 */
  at: string;
}

export interface Followed {
  toys: Readonly<Record<string, ToyLive>>;
  /** oldest first */
  turns: readonly LiveTurn[];
  /** of alerts that came over the line, newest first */
  alerts: readonly Alert[];
  windows: Readonly<Record<string, { state: string; picked: boolean }>>;
}

export const nothingFollowed: Followed = { toys: {}, turns: [], alerts: [], windows: {} };

/** turns and alerts that a page remembers */
const MOST = 50;

function nextTurns(turns: readonly LiveTurn[], event: TurnEvent): readonly LiveTurn[] {
  const before = turns.find(({ turnId }) => turnId === event.turn_id);
  const turn: LiveTurn = before
    ? { ...before }
    : {
        turnId: event.turn_id,
        deviceId: event.device_id,
        childId: event.child_id,
        conversationId: undefined,
        stage: event.stage,
        heard: undefined,
        heardSafety: undefined,
        said: [],
        outcome: undefined,
        at: event.at,
      };
  turn.stage = event.stage;
  turn.conversationId = event.conversation_id ?? undefined;
  if (event.stage === "heard") {
    turn.heard = event.text;
    turn.heardSafety = event.safety;
  }
  if (event.stage === "said") turn.said = [...turn.said, { text: event.text, safety: event.safety }];
  if (event.stage === "over") turn.outcome = event.outcome;
  return before ? turns.map((one) => (one === before ? turn : one)) : [...turns, turn].slice(-MOST);
}

/** What is known after a message. */
export function nextFollowed(known: Followed, message: LiveMessage): Followed {
  switch (message.type) {
    case "ready":
      return { ...known, toys: Object.fromEntries(message.toys.map((toy) => [toy.device_id, toy])) };
    case "toy":
      return { ...known, toys: { ...known.toys, [message.toy.device_id]: message.toy } };
    case "turn":
      return { ...known, turns: nextTurns(known.turns, message) };
    case "alert":
      if (known.alerts.some(({ id }) => id === message.alert.id)) return known;
      return { ...known, alerts: [message.alert, ...known.alerts].slice(0, MOST) };
    case "window": {
      const { window_id, state, picked } = message;
      return { ...known, windows: { ...known.windows, [window_id]: { state, picked } } };
    }
    default:
      return known; // of a newer server
  }
}
