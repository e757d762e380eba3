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
import { LiveTurnBubbles } from "./bubbles.tsx";

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
            <LiveTurnBubbles
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
