/** The songs of the shelf: words of our own to say in time, with no melody that belongs to anyone. */
import type { Piece } from "../../ports.ts";

export const songs: Piece[] = [
  {
    id: "song-rain",
    kind: "song",
    title: "Rain on My Ear",
    sentences: [
      "Plip, plop, rain on my ear.",
      "Plip, plop, puddles are here.",
      "Jump to the left, and jump to the right.",
      "Splash in the morning, and splash in the night.",
      "Plip, plop, rain on my nose.",
      "Plip, plop, rain on my toes.",
      "Out comes the sun, and away the drops go.",
      "Drip, drip, drip, drip, so soft and so slow.",
    ],
  },
  {
    id: "song-paws",
    kind: "song",
    title: "Two Soft Paws",
    sentences: [
      "I have two soft paws, and they go clap, clap, clap.",
      "I have two round knees, and they go tap, tap, tap.",
      "I have one big tummy that goes rumble, rumble, roo.",
      "And I have two warm arms, to give a hug to you.",
      "Clap, clap, clap, and tap, tap, tap.",
      "Rumble, rumble, roo, and then a little nap.",
    ],
  },
  {
    id: "song-goodnight",
    kind: "song",
    title: "Good Night to the House",
    sentences: [
      "Good night, little window, good night, little door.",
      "Good night to the slippers asleep on the floor.",
      "Good night to the teapot, good night to the chair.",
      "Good night to the toys, and good night to the bear.",
      "The wind in the garden goes hush, hush, hush.",
      "The stars have the time, and there is no rush.",
      "So close both your eyes, and be cozy and warm.",
      "Good night, little house, until it is morn.",
    ],
  },
  {
    id: "song-march",
    kind: "song",
    title: "The March of the Ants",
    sentences: [
      "Left, right, left, here we go.",
      "One little ant has a crumb to tow.",
      "Left, right, left, down the track.",
      "Two little ants have a bean on their back.",
      "Left, right, left, up the hill.",
      "Three little ants, and they never stand still.",
      "Left, right, left, home by four.",
      "All the little ants say, shut the door!",
    ],
  },
  {
    id: "song-breakfast",
    kind: "song",
    title: "The Porridge Song",
    sentences: [
      "Stir, stir, stir, the porridge in the pot.",
      "Blow, blow, blow, because it is hot.",
      "One spoon for the table, one spoon for me.",
      "One spoon for the teddy who wants it with tea.",
      "Yum, yum, yum, the bowl is all clean.",
      "The happiest breakfast that you have ever seen.",
    ],
  },
];
