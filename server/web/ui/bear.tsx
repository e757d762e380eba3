/** The bear: the app's mark, and a picture of what the toy is doing. */
import type { JSX } from "preact";
import type { Activity } from "../api/types.ts";
import "./bear.css";

export type Mood = Activity | "happy";

/** Without a label it is an ornament, and said to nobody. */
export function Bear({
  mood = "idle",
  size = 96,
  label,
}: {
  mood?: Mood;
  size?: number;
  label?: string;
}): JSX.Element {
  return (
    <svg
      class={`bear bear-${mood}`}
      width={size}
      height={size}
      viewBox="0 0 120 120"
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    >
      <circle class="bear-glow" cx="60" cy="62" r="56" />
      <g class="bear-waves" fill="none" stroke-width="4" stroke-linecap="round">
        <path d="M14 46a30 30 0 0 0 0 32M106 46a30 30 0 0 1 0 32" />
        <path d="M5 38a44 44 0 0 0 0 48M115 38a44 44 0 0 1 0 48" />
      </g>
      <g class="bear-head">
        <g class="bear-ear bear-ear-left">
          <circle class="bear-fur" cx="32" cy="34" r="17" />
          <circle class="bear-inner" cx="33" cy="35" r="9" />
        </g>
        <g class="bear-ear bear-ear-right">
          <circle class="bear-fur" cx="88" cy="34" r="17" />
          <circle class="bear-inner" cx="87" cy="35" r="9" />
        </g>
        <path class="bear-fur" d="M60 24c25 0 41 17 41 40 0 22-18 37-41 37S19 86 19 64c0-23 16-40 41-40Z" />
        <ellipse class="bear-muzzle" cx="60" cy="78" rx="24" ry="19" />
        <path class="bear-ink" d="M60 77c-5 0-9-4-9-7 0-2.5 4-4 9-4s9 1.5 9 4c0 3-4 7-9 7Z" />
        <g class="bear-eyes">
          <circle class="bear-ink" cx="43" cy="56" r="5" />
          <circle class="bear-ink" cx="77" cy="56" r="5" />
          <circle class="bear-shine" cx="44.8" cy="54.2" r="1.6" />
          <circle class="bear-shine" cx="78.8" cy="54.2" r="1.6" />
        </g>
        <g class="bear-lids" fill="none" stroke-width="3.5" stroke-linecap="round">
          <path d="M37.5 57c3 3 8 3 11 0M71.5 57c3 3 8 3 11 0" />
        </g>
        <path
          class="bear-smile"
          d="M60 77v4M51 82c2 4 5.5 5 9 3.5C63.5 87 67 86 69 82"
          fill="none"
          stroke-width="3"
          stroke-linecap="round"
        />
        <ellipse class="bear-mouth" cx="60" cy="87" rx="6" ry="4.5" />
        <g class="bear-cheeks">
          <circle cx="31" cy="72" r="6" />
          <circle cx="89" cy="72" r="6" />
        </g>
      </g>
      <g class="bear-dots">
        <circle cx="86" cy="16" r="4" />
        <circle cx="99" cy="11" r="5" />
        <circle cx="113" cy="9" r="6" />
      </g>
    </svg>
  );
}
