/** Pictures of what grows, and of what is eaten. */
import { box, dot, fill, line, oval } from "./brush.ts";
import type { Shape } from "./brush.ts";

export const garden: Record<string, readonly Shape[]> = {
  apple: [
    fill("red", "M24 15c-4-4-16-3-16 9 0 10 7 19 12 19 2 0 2-1 4-1s2 1 4 1c5 0 12-9 12-19 0-12-12-13-16-9Z"),
    line("brown", 2.6, "M24 15c0-4 1-7 3-9"),
    fill("green", "M26 10c3-5 8-5 11-3-2 5-7 6-11 3Z"),
    fill("pink", oval(14.5, 23, 2, 4)),
  ],
  banana: [
    fill("yellow", "M7 9c1 17 14 29 33 28 2 0 3 2 1 3-7 4-17 3-24-2C8 31 4 20 4 9Z"),
    fill("brown", "M4 10 3 4h4.5l.5 6ZM39 37c3-.3 4 2 2 3.2l-3 1Z"),
    line("amber", 1.6, "M7 14c3 12 12 20 24 23"),
  ],
  broccoli: [
    fill("lime", "M19 22h11l-1 10 3 12H16l4-12Z"),
    fill(
      "green",
      dot(14, 17, 8),
      dot(33, 17, 8),
      dot(24, 11, 8.5),
      dot(11, 24, 5),
      dot(37, 24, 5),
      dot(24, 20, 8),
    ),
    fill("forest", dot(20, 13, 1.4), dot(28, 16, 1.4), dot(14, 20, 1.4), dot(34, 21, 1.4), dot(24, 22, 1.4)),
  ],
  cactus: [
    line("forest", 6.5, "M11 16v8a5 5 0 0 0 5 5h8M37 12v8a5 5 0 0 1-5 5h-8"),
    fill("forest", "M19.5 40V12a4.5 4.5 0 0 1 9 0v28Z"),
    fill("orange", "M13 37h22l-3 8H16Z"),
    fill("pink", dot(24, 7, 3.5)),
  ],
  carrot: [
    line("green", 3.4, "M24 15V4M21 16c-1-5-4-8-8-9M27 16c1-5 4-8 8-9"),
    fill("orange", "M15 18c4-5 14-5 18 0 2 9-3 20-9 27-6-7-11-18-9-27Z"),
    line("tan", 2, "M18 24h6M30 29h-6M20 34h4"),
  ],
  cookie: [
    fill("amber", dot(24, 24, 19)),
    fill(
      "brown",
      dot(16, 16, 3),
      dot(29, 14, 2.5),
      dot(34, 25, 3),
      dot(22, 27, 3),
      dot(14, 29, 2.3),
      dot(28, 36, 2.8),
    ),
  ],
  egg: [
    fill("cream", "M24 4c9 0 15 13 15 23a15 15 0 0 1-30 0C9 17 15 4 24 4Z"),
    fill("tan", dot(18, 18, 1.8), dot(29, 15, 1.4), dot(31, 27, 2), dot(21, 31, 1.6), dot(26, 22, 1.2)),
  ],
  grapes: [
    line("brown", 2.8, "M24 12V4"),
    fill("green", "M24 10c4-6 11-6 15-2-4 5-10 6-15 2Z"),
    fill(
      "violet",
      dot(13, 18, 5.2),
      dot(24, 17, 5.2),
      dot(35, 18, 5.2),
      dot(18.5, 27, 5.2),
      dot(29.5, 27, 5.2),
      dot(24, 36, 5.2),
    ),
    fill(
      "pink",
      dot(11.5, 16, 1.3),
      dot(22.5, 15, 1.3),
      dot(33.5, 16, 1.3),
      dot(17, 25, 1.3),
      dot(28, 25, 1.3),
      dot(22.5, 34, 1.3),
    ),
  ],
  milk: [
    fill("pale", "M12 18h24v27H12Z"),
    fill("blue", "M12 18l5-10h14l5 10ZM12 38h24v7H12Z"),
    fill("navy", box(18, 4, 12, 4.5, 1)),
    fill("white", "M24 21c4 5 5.5 8 5.5 10.5a5.5 5.5 0 0 1-11 0C18.5 29 20 26 24 21Z"),
  ],
  mushroom: [
    fill("cream", "M17 26h14l2 16c0 3-18 3-18 0Z"),
    fill("red", "M3 27C3 13 12 5 24 5s21 8 21 22c0 3-42 3-42 0Z"),
    fill("white", dot(14, 18, 3.8), dot(28, 12, 3.6), dot(36, 21, 3), dot(23, 22, 2.3)),
  ],
  onion: [
    line("green", 3.2, "M24 10c-1-4-3-6-6-7M24 10c1-4 3-6 6-7M24 10V2"),
    fill("amber", "M24 8c0 7-17 10-17 22 0 8 8 13 17 13s17-5 17-13C41 18 24 15 24 8Z"),
    line(
      "brown",
      1.6,
      "M24 13c-7 8-8 20 0 30M24 13c7 8 8 20 0 30M23 14c-9 5-13 13-10 22M25 14c9 5 13 13 10 22",
    ),
    line("tan", 1.6, "M21 43l-1 3M24 43v3.5M27 43l1 3"),
  ],
  pizza: [
    fill("yellow", "M7 15c11-5 23-5 34 0L24 46Z"),
    fill("tan", "M4 12c12-9 28-9 40 0l-2.5 5.5c-11-6-24-6-35 0Z"),
    fill("red", dot(18, 20, 3.5), dot(29, 21, 3.5), dot(23.5, 31, 3.2)),
    fill("green", dot(24, 16, 1.3), dot(22, 25, 1.3), dot(27, 27, 1.3)),
  ],
  pumpkin: [
    fill("forest", "M21 15c0-5 2-9 6-10l2.5 3C27 9 26 11 26 15Z"),
    fill("orange", oval(14, 29, 11, 13), oval(34, 29, 11, 13)),
    fill("amber", oval(24, 29, 9, 14.5)),
    line("tan", 1.6, "M17 19c-3 6-3 14 0 20M31 19c3 6 3 14 0 20"),
  ],
  sandwich: [
    fill("amber", "M4 17c0-10 40-10 40 0 0 2-1 3-2 3H6c-1 0-2-1-2-3Z"),
    fill("green", "M3 21c3 5 6 1 10 4s7-2 11 1 7-4 11-1 7 1 10-4l-2-2H5Z"),
    fill("yellow", "M6 26h36l-6 5H12Z"),
    fill("pink", box(5, 30, 38, 4, 2)),
    fill("amber", box(5, 34, 38, 8, 4)),
    fill("cream", dot(15, 14, 0.9), dot(22, 12.5, 0.9), dot(29, 14, 0.9), dot(35, 15.5, 0.9)),
  ],
  strawberry: [
    fill("red", "M24 45C13 39 6 28 8 19c2-6 9-7 16-5 7-2 14-1 16 5 2 9-5 20-16 26Z"),
    fill(
      "yellow",
      oval(16, 22, 1, 1.6),
      oval(24, 21, 1, 1.6),
      oval(32, 22, 1, 1.6),
      oval(19, 29, 1, 1.6),
      oval(29, 29, 1, 1.6),
      oval(24, 36, 1, 1.6),
    ),
    fill("green", "M24 16c-6 3-11 1-14-4 5-3 9-2 11 0 0-4 1-7 3-9 2 2 3 5 3 9 2-2 6-3 11 0-3 5-8 7-14 4Z"),
  ],
  sunflower: [
    line("green", 3.6, "M24 28v18"),
    fill("green", "M24 42c-3-6-8-7-13-5 2 6 8 8 13 5ZM24 39c3-5 7-6 12-4-2 5-7 7-12 4Z"),
    fill(
      "yellow",
      dot(24, 6.5, 4.5),
      dot(32, 9.8, 4.5),
      dot(35.5, 18, 4.5),
      dot(32, 26.2, 4.5),
      dot(24, 29.5, 4.5),
      dot(16, 26.2, 4.5),
      dot(12.5, 18, 4.5),
      dot(16, 9.8, 4.5),
    ),
    fill("brown", dot(24, 18, 8)),
  ],
  tomato: [
    fill("red", oval(24, 29, 18, 15.5)),
    fill(
      "green",
      "M24 18c-4 4-9 4-13 1 3-4 7-4 9-3-2-3-2-6-1-9 3 1 5 4 5 7 0-3 2-6 5-7 1 3 1 6-1 9 2-1 6-1 9 3-4 3-9 3-13-1Z",
    ),
    fill("pink", oval(13.5, 28, 2, 4)),
  ],
  feather: [
    fill("blue", "M42 4C26 5 13 14 11 31l4 5C33 36 43 22 42 4Z"),
    fill("sky", "M42 4C30 14 20 25 15 36c18 0 28-14 27-32Z"),
    line("navy", 2.4, "M6 44c6-12 15-23 25-30"),
  ],
};
