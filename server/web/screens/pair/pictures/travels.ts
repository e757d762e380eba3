/** Pictures of what moves, and of places. */
import { both, box, dot, fill, line, oval } from "./brush.ts";
import type { Shape } from "./brush.ts";

export const travels: Record<string, readonly Shape[]> = {
  airplane: [
    fill(
      "blue",
      "M24 3c2 0 3.5 3 3.5 8v6L45 28v4.5L27.5 27v10l5 4v3.5L24 42.5l-8.5 2V41l5-4V27L3 32.5V28l17.5-11v-6c0-5 1.5-8 3.5-8Z",
    ),
    fill("sky", "M21.5 11c.4-3 1.3-4.5 2.5-4.5s2.1 1.5 2.5 4.5Z"),
  ],
  anchor: [
    line("navy", 3.6, dot(24, 9, 4.5), "M24 14v28M16 20h16M7 28c0 9 8 14 17 14s17-5 17-14"),
    both("navy", "M3 32l4-8 6 6Z"),
  ],
  balloon: [
    fill("red", oval(24, 18, 13, 15), "M24 32l-4 5h8Z"),
    line("ink", 1.6, "M24 37c-4 3 4 5 0 9"),
    fill("white", oval(18, 13, 2.5, 4)),
  ],
  bicycle: [
    line("ink", 3, dot(11, 31, 8), dot(37, 31, 8)),
    line("red", 3, "M11 31l7-14h14l5 14M18 17l6 14H11M24 31l8-14M32 17l-1.5-5H35"),
    line("ink", 3, "M15 14.5h6"),
  ],
  bridge: [
    line("red", 1.8, "M3 22Q9 20 13 9q11 20 22 0 4 11 10 13M18 17v6M24 19v4M30 17v6"),
    fill("red", box(2, 22, 44, 4.5, 1), box(11, 7, 4.5, 33, 1), box(32.5, 7, 4.5, 33, 1)),
    fill("blue", "M2 38c4-3 7 3 11 0s7 3 11 0 7 3 11 0 7 3 11 0v7H2Z"),
  ],
  helicopter: [
    line("ink", 2.6, "M5 9h38M24 9v7M13 42h24M19 36v6M30 36v6M45 16v12"),
    fill("blue", "M8 27c0-7 6-11 13-11h7c4 0 6 2 7 5l11-1v5l-11 3c-1 5-5 9-11 9h-6c-6 0-10-4-10-10Z"),
    fill("sky", "M11.5 27c0-5 4-7.5 9.5-7.5V28h-9.5ZM24 19.5h4c2 0 3 1 3.5 3.5L31 28h-7Z"),
  ],
  igloo: [
    fill("sky", "M3 40a21 21 0 0 1 42 0Z"),
    line("white", 2, "M5 32h12M31 32h12M9 25h30M19 19.5h10M15 25v7M33 25v7M24 19.5V25"),
    fill("navy", "M17 40v-6a7 7 0 0 1 14 0v6Z"),
    fill("pale", box(1, 39, 46, 4, 2)),
  ],
  island: [
    fill("yellow", "M6 37c4-6 10-8 18-8s14 2 18 8Z"),
    line("tan", 3.8, "M25 32c-2-7-1-12 1-17"),
    fill(
      "green",
      "M26 15C21 7 13 8 9 14c6-1 11 1 17 1ZM26 15c3-8 12-8 16-1-6-1-10 0-16 1ZM26 15c-6 0-11 4-11 10 5-3 9-6 11-10ZM26 15c6 0 11 4 11 10-5-3-9-6-11-10Z",
    ),
    fill("blue", "M2 36c4-3 7 3 11 0s7 3 11 0 7 3 11 0 7 3 11 0v8H2Z"),
  ],
  rainbow: [
    line("red", 4.2, "M5 36a19 19 0 0 1 38 0"),
    line("yellow", 4.2, "M9.2 36a14.8 14.8 0 0 1 29.6 0"),
    line("green", 4.2, "M13.4 36a10.6 10.6 0 0 1 21.2 0"),
    line("blue", 4.2, "M17.6 36a6.4 6.4 0 0 1 12.8 0"),
    fill(
      "pale",
      dot(6, 37, 4.5),
      dot(12, 36, 5.5),
      dot(18, 38, 4),
      dot(30, 38, 4),
      dot(36, 36, 5.5),
      dot(42, 37, 4.5),
    ),
  ],
  rocket: [
    fill("orange", "M18 36h12l-6 11Z"),
    fill("yellow", "M21 36h6l-3 6Z"),
    both("red", "M16 22c-6 4-8 9-7 16l8-5Z"),
    fill("pale", "M24 2c8 6 10 15 10 23l-3.5 10h-13L14 25c0-8 2-17 10-23Z"),
    fill("red", "M24 2c4 3 6.5 7 8 11H16c1.5-4 4-8 8-11Z"),
    fill("navy", dot(24, 20, 5)),
    fill("sky", dot(24, 20, 3)),
  ],
  submarine: [
    line("ink", 3, "M26 13V6h7"),
    fill("amber", box(18, 12, 14, 12, 3)),
    fill("yellow", oval(25, 30, 20, 11)),
    fill("amber", "M7 25 2 20v20l5-5Z"),
    fill("navy", dot(16, 30, 3.8), dot(26, 30, 3.8), dot(36, 30, 3.8)),
    fill("sky", dot(16, 30, 2.2), dot(26, 30, 2.2), dot(36, 30, 2.2)),
  ],
  tractor: [
    line("ink", 3.2, "M35 18v-9"),
    fill("green", "M7 6h16l2 13h17v12H7Z"),
    fill("sky", "M10.5 9.5h9.7L22 19H10.5Z"),
    fill("yellow", box(38, 22, 5, 4, 1)),
    fill("ink", dot(14, 33, 11), dot(37, 36, 7.5)),
    fill("yellow", dot(14, 33, 5), dot(37, 36, 3)),
  ],
  volcano: [
    fill("pale", dot(18, 8, 4.5), dot(25, 5.5, 5), dot(31, 9, 4)),
    fill("brown", "M3 44 18 17h12l15 27Z"),
    fill("red", "M18 17h12l5 9-4 6-3-5-4 10-4-9-6 3Z"),
    fill("orange", "M19 17c1-4 3-6 5-6s4 2 5 6Z"),
  ],
};
