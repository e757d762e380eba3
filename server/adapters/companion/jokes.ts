/** The jokes of the shelf: a question, an answer, and something to laugh at. */
import type { Piece } from "../../ports.ts";

export const jokes: Piece[] = [
  {
    id: "joke-clock",
    kind: "joke",
    title: "The Bear and the Alarm Clock",
    sentences: [
      "What did the bear say to the alarm clock in winter?",
      "Please ring again in the spring.",
      "Snore, snore, ring, ha ha ha!",
    ],
  },
  {
    id: "joke-blanket",
    kind: "joke",
    title: "The Blanket With a Medal",
    sentences: [
      "Why did the blanket get a medal?",
      "Because it had everything covered.",
      "Hee hee, what a warm winner!",
    ],
  },
  {
    id: "joke-shoes",
    kind: "joke",
    title: "The Two Shoes",
    sentences: [
      "The left shoe asked the right shoe, are we there yet?",
      "Nearly, said the right shoe, I am only one step behind you.",
      "Step, step, ha ha ha!",
    ],
  },
  {
    id: "joke-socks",
    kind: "joke",
    title: "The Missing Socks",
    sentences: [
      "What game do socks play in the washing machine?",
      "Hide and sock.",
      "Swish, swash, I found one, and it smells like soap!",
    ],
  },
  {
    id: "joke-cloud",
    kind: "joke",
    title: "The Cloud's Shoes",
    sentences: ["How does a cloud tie its shoes?", "With a rain bow.", "Drip, drop, ha ha ha!"],
  },
  {
    id: "joke-drum",
    kind: "joke",
    title: "The Frog on the Drum",
    sentences: [
      "What happened when the frog sat on a drum?",
      "It went ribbit, ribbit, boom.",
      "And then all the other frogs wanted a turn, ribbit, boom, boom, boom!",
    ],
  },
  {
    id: "joke-spoon",
    kind: "joke",
    title: "The Happy Spoon",
    sentences: [
      "Why was the spoon so cheerful?",
      "Because it was having a stirring day.",
      "Round and round and round, hee hee!",
    ],
  },
  {
    id: "joke-pancake",
    kind: "joke",
    title: "The Pancake and the Toast",
    sentences: [
      "Why would the toast not race against the pancake?",
      "Because the pancake always did a flip at the end.",
      "Flip, flop, flap, ha ha ha!",
    ],
  },
];
