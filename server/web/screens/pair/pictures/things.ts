/** Pictures of things that stand or lie about. */
import { box, dot, fill, line, oval } from "./brush.ts";
import type { Shape } from "./brush.ts";

export const things: Record<string, readonly Shape[]> = {
  clock: [
    fill("blue", dot(24, 24, 20)),
    fill("white", dot(24, 24, 15.5)),
    line("ink", 3, "M24 14v10l7 4"),
    line("grey", 2, "M24 10.5v1.5M24 36v1.5M10.5 24H12M36 24h1.5"),
  ],
  drum: [
    fill("red", "M8 21v16c0 4 32 4 32 0V21Z"),
    line("white", 2.2, "M8 24l8 15 8-14 8 14 8-15"),
    line("yellow", 3, "M8 37c0 4 32 4 32 0"),
    fill("cream", oval(24, 20, 16, 6)),
    line("yellow", 3, oval(24, 20, 16, 6)),
    line("brown", 3, "M5 5l14 13M43 5 29 18"),
  ],
  football: [
    fill("white", dot(24, 24, 19)),
    line("ink", 2.4, dot(24, 24, 19), "M24 15V6M32 21l9.5-4M29.5 31l5.5 8M18.5 31 13 39M16 21 6.5 17"),
    fill("ink", "M24 14l9 6.5L29.5 31h-11L15 20.5Z"),
  ],
  guitar: [
    line("brown", 4.4, "M24 24 40 8"),
    fill("brown", "M37 5l6 6 3-4-5-5Z"),
    fill("orange", dot(16, 33, 11.5), dot(25, 23, 8)),
    fill("brown", dot(19, 29, 4)),
    line("brown", 3, "M9 35l5 5"),
    line("cream", 1.2, "M12 37 40 9"),
  ],
  ladder: [line("tan", 4.4, "M14 4v41M34 4v41"), line("amber", 3.8, "M16 11h16M16 20h16M16 29h16M16 38h16")],
  piano: [
    fill("ink", box(3, 8, 42, 32, 4)),
    fill("white", box(7, 20, 34, 16, 1)),
    line("grey", 1.2, "M12.7 20v16M18.3 20v16M24 20v16M29.7 20v16M35.3 20v16"),
    fill("ink", box(11, 20, 3.6, 9), box(16.6, 20, 3.6, 9), box(28, 20, 3.6, 9), box(33.6, 20, 3.6, 9)),
    fill("red", box(7, 17.5, 34, 2)),
  ],
  robot: [
    line("grey", 3, "M24 14V7"),
    fill("red", dot(24, 6, 3.5)),
    fill("navy", box(3, 21, 6, 11, 2), box(39, 21, 6, 11, 2)),
    fill("grey", box(8, 13, 32, 28, 6)),
    fill("white", box(12, 18, 24, 11, 5)),
    fill("navy", dot(18.5, 23.5, 3), dot(29.5, 23.5, 3)),
    fill("navy", box(16, 33, 16, 3.5, 1.7)),
  ],
  scissors: [
    line("grey", 4.4, "M17 30 35 5M31 30 13 5"),
    line("red", 4.2, dot(12.5, 37, 6.5), dot(35.5, 37, 6.5)),
    fill("ink", dot(24, 20, 1.8)),
  ],
  teapot: [
    line("blue", 4, "M10 22c-9 0-9 13 1 14"),
    line("blue", 5.5, "M35 32c6-1 5-10 10-13"),
    fill("blue", oval(23, 31, 15, 12.5)),
    fill("navy", oval(23, 19, 9, 3), dot(23, 14, 3)),
    fill("white", dot(19, 31, 2.2), dot(27, 31, 2.2), dot(23, 27, 2.2), dot(23, 35, 2.2)),
    fill("yellow", dot(23, 31, 2)),
  ],
  telephone: [
    fill("red", "M4 19C4 7 44 7 44 19c0 4-2 6-5 6h-4c-3 0-4-2-4-5-4-1-10-1-14 0 0 3-1 5-4 5H9c-3 0-5-2-5-6Z"),
    fill("red", "M10 41c0-10 5-16 14-16s14 6 14 16c0 3-28 3-28 0Z"),
    fill("white", dot(24, 34, 6)),
    fill("ink", dot(24, 34, 2)),
  ],
  trumpet: [
    line("amber", 3.6, "M12 24v6a4 4 0 0 0 4 4h8a4 4 0 0 0 4-4v-6"),
    line("grey", 3, "M16 23v-9M21 23v-9M26 22v-8"),
    fill("yellow", "M4 22h16c8 0 14-3 18-11h5v26h-5c-4-8-10-11-18-11H4Z"),
    fill("brown", box(2, 20, 4, 8, 1)),
    line("amber", 2, "M39 12v24"),
  ],
  umbrella: [
    line("ink", 3, "M24 22v16a4.5 4.5 0 0 0 9 0M24 6V3"),
    fill(
      "violet",
      "M3 25a21 20 0 0 1 42 0c-4-3-7-3-10.5 0-3.5-3-7-3-10.5 0-3.5-3-7-3-10.5 0C10 22 7 22 3 25Z",
    ),
    fill("pink", "M24 5.5c-6 5-9 11-10.5 19.5 3.5-3 7-3 10.5 0 3.5-3 7-3 10.5 0C33 16.5 30 10.5 24 5.5Z"),
  ],
  violin: [
    line("brown", 3.6, "M22 20V6"),
    fill("brown", dot(22, 5, 3)),
    fill("red", "M22 16c-6 0-9 4-8 8 1 3 1 5-1 8-4 6 1 13 9 13s13-7 9-13c-2-3-2-5-1-8 1-4-2-8-8-8Z"),
    line("cream", 1.2, "M20.8 8v30M23.2 8v30"),
    line("ink", 1.6, "M17 29v5M27 29v5"),
    fill("ink", box(18.5, 37, 7, 3, 1)),
    line("tan", 2.2, "M38 4l3 40"),
  ],
  window: [
    fill("tan", box(7, 4, 34, 37, 2)),
    fill(
      "sky",
      box(10.5, 7.5, 12, 14),
      box(25.5, 7.5, 12, 14),
      box(10.5, 24.5, 12, 13),
      box(25.5, 24.5, 12, 13),
    ),
    line("white", 2, "M13 17l6-6M28 34l6-6"),
    fill("brown", box(4, 40, 40, 5, 1.5)),
  ],
};
