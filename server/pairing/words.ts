/** Sixteen words for the parent's screen, and the three of them that the toy says, in the order it says them. PROTOCOL.md §8.2, §8.3 */
import { PAIR_CHOICES, PAIR_WORDS } from "../bounds.ts";
import type { Chance } from "../ports.ts";

export interface ChosenWords {
  choices: string[];
  said: string[];
}

/** A number below `below`, which is 256 at most, each as likely as the next. */
function pick(chance: Chance, below: number): number {
  const even = 256 - (256 % below);
  for (;;) for (const byte of chance.bytes(8)) if (byte < even) return byte % below;
}

/** `count` of `from`, in an order of their own. */
function draw(chance: Chance, from: readonly string[], count: number): string[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(pick(chance, left.length), 1)[0]!);
}

export function chooseWords(chance: Chance, all: readonly string[]): ChosenWords {
  const choices = draw(chance, all, PAIR_CHOICES);
  // drawn anew: where a word stands on the screen tells nothing of whether it is said
  return { choices, said: draw(chance, choices, PAIR_WORDS) };
}
