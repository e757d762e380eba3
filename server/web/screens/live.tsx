/** A conversation as it happens: each turn from the press to the last sentence. */
import type { JSX } from "preact";
import type { LiveTurn } from "../api/followed.ts";
import type { Child } from "../api/types.ts";
import { pages } from "../router/pages.ts";
import { followed } from "../services.ts";
import { Bear } from "../ui/bear.tsx";
import type { Mood } from "../ui/bear.tsx";
import { Page } from "../ui/page.tsx";
import { useAnswer, useStore, useWords } from "../ui/use.ts";
import { time } from "../words/words.ts";
import { SafetyTag } from "./talk.tsx";
import "./talks.css";

const MOODS: Record<LiveTurn["stage"], Mood> = {
  began: "listening",
  heard: "thinking",
  said: "speaking",
  over: "idle",
};

export function LiveScreen(): JSX.Element {
  const { talks, activity } = useWords();
  const { turns, toys } = useStore(followed);
  const kids = useAnswer<{ children: Child[] }>("/api/v1/children").value?.children ?? [];
  const last = turns.at(-1);
  const known = last && toys[last.deviceId]?.activity;
  const mood = known ?? (last ? MOODS[last.stage] : "idle");
  return (
    <Page title={talks.liveTitle} back={pages.talks}>
      <div class="stack wide">
        <div class="card empty">
          <Bear mood={mood} size={140} />
          <p class="strong" role="status">
            {activity[mood === "happy" ? "idle" : mood]}
          </p>
          {turns.length === 0 && <p class="soft">{talks.liveEmpty}</p>}
        </div>
        <ol class="bubbles" aria-live="polite">
          {turns.map((turn) => (
            <Turn
              key={turn.turnId}
              turn={turn}
              child={kids.find(({ id }) => id === turn.childId)?.nickname ?? talks.child}
            />
          ))}
        </ol>
      </div>
    </Page>
  );
}

function Turn({ turn, child }: { turn: LiveTurn; child: string }): JSX.Element {
  const { talks } = useWords();
  const spoken = turn.said.filter(({ text }) => text !== undefined);
  const hidden = turn.said.length > 0 && spoken.length === 0;
  return (
    <li class="turn">
      <p class="bubble child">
        <span class="bubble-who">
          {child} · {time(turn.at)}
        </span>
        <span class="bubble-text">
          {turn.heard ?? (turn.stage === "began" ? talks.listening : hidden ? "…" : talks.notUnderstood)}
        </span>
        <SafetyTag safety={turn.heardSafety} />
      </p>
      {turn.stage !== "began" && (
        <p class="bubble bear-said">
          <span class="bubble-who">{talks.bear}</span>
          <span class="bubble-text">
            {hidden
              ? talks.noWords
              : spoken.map(({ text }) => text).join(" ") || (turn.stage === "over" ? "–" : talks.thinking)}
          </span>
          <SafetyTag
            safety={turn.said.findLast(({ safety }) => safety && safety.action !== "allow")?.safety}
          />
        </p>
      )}
    </li>
  );
}
