/** The mails, each in the language of who gets it: one catalogue, in which a language that lacks a text is an error of types. */
import type { Language, Letter, Reader } from "../ports.ts";
import { de } from "./de/index.ts";
import { en } from "./en/index.ts";
import type { Words } from "./words.ts";

export type Letters = typeof en;

export const letters: Record<Language, Letters> = { en, de };

/**
 * A mail to somebody, in their language:
 *
 *     mail.send(letterTo(account, ({ account }) => account.reset(link)));
 */
export function letterTo({ email, language }: Reader, write: (words: Letters) => Words): Letter {
  return { to: email, ...write(letters[language]) };
}
