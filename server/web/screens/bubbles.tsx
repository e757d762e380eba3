/** The bubbles of a talk: what safety did, in plain words, and a turn that is under way. */
import type { JSX } from "preact";
import type { LiveTurn } from "../api/followed.ts";
import type { Verdict } from "../api/types.ts";
import { Icon } from "../ui/icons.tsx";
import { useWords } from "../ui/use.ts";
import { time } from "../words/words.ts";
import { sayVerdict } from "./said.ts";
import "./talks.css";

export function SafetyWords({
  of,
  safety,
}: {
  of: "child" | "bear";
  safety: Verdict | undefined;
}): JSX.Element | null {
  const verdict = sayVerdict(useWords(), of, safety);
  return verdict ? (
    <span class={`bubble-safety${verdict.grave ? " grave" : ""}`}>
      <Icon name={verdict.grave ? "warn" : "privacy"} size={18} />
      {verdict.text}
    </span>
  ) : null;
}

/** A turn as it happens. */
export function LiveTurnBubbles({ turn, child }: { turn: LiveTurn; child: string }): JSX.Element {
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
        <SafetyWords of="child" safety={turn.heardSafety} />
      </p>
      {turn.stage !== "began" && (
        <p class="bubble bear-said">
          <span class="bubble-who">{talks.bear}</span>
          <span class="bubble-text">
            {hidden
              ? talks.noWords
              : spoken.map(({ text }) => text).join(" ") || (turn.stage === "over" ? "–" : talks.thinking)}
          </span>
          <SafetyWords
            of="bear"
            safety={turn.said.findLast(({ safety }) => safety && safety.action !== "allow")?.safety}
          />
        </p>
      )}
    </li>
  );
}
