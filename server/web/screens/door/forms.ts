/** What the forms of the door ask of their fields before the server is asked. */
import type { Words } from "../../words/words.ts";

/** As server/bounds.ts has it; the server has the last word. */
export const MIN_PASSWORD_CHARS = 12;

export const emailFault = (words: Words, email: string): string | undefined =>
  /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? undefined : words.field.emailWrong;

export const newPasswordFault = (words: Words, password: string): string | undefined =>
  [...password.normalize("NFKC")].length < MIN_PASSWORD_CHARS
    ? words.field.passwordShort(MIN_PASSWORD_CHARS)
    : undefined;

export const missingFault = (words: Words, text: string): string | undefined =>
  text.trim() === "" ? words.field.missing : undefined;
