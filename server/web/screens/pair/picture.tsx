/** One picture of a pairing word, on its tile. */
import type { JSX } from "preact";
import type { Shape } from "./pictures/brush.ts";
import { pictures } from "./pictures/index.ts";

function Drawn({ colour, d, width }: Shape): JSX.Element {
  return width === undefined ? (
    <path d={d} fill={colour} />
  ) : (
    <path
      d={d}
      fill="none"
      stroke={colour}
      stroke-width={width}
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  );
}

/** An ornament beside its word. */
export function Picture({ word, size = 56 }: { word: string; size?: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
      {(pictures[word] ?? []).map((shape, at) =>
        shape.both ? (
          <g key={at}>
            <Drawn {...shape} />
            <g transform="matrix(-1 0 0 1 48 0)">
              <Drawn {...shape} />
            </g>
          </g>
        ) : (
          <Drawn key={at} {...shape} />
        ),
      )}
    </svg>
  );
}
