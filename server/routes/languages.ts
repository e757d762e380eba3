/** Which of our languages a browser would rather read: `Accept-Language`, decoded. RFC 9110 §12.5.4 */
import { MAX_LANGUAGES_CHARS } from "../bounds.ts";
import { LANGUAGES } from "../ports.ts";
import type { Language } from "../ports.ts";

/** One of the list: a range, and how much it is wanted. */
const WANTED = /^([a-z]{1,8})(?:-[a-z0-9]{1,8})*(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

interface Asked {
  body: { language?: Language | undefined };
  headers: { "accept-language"?: string | undefined };
}

/**
 * Of several that are wanted alike, the first. What cannot be read says nothing; where nothing is said, English.
 *
 *     languageOf("de-AT,de;q=0.9,en;q=0.8"); // "de"
 */
export function languageOf(header: string | undefined): Language {
  if (header === undefined || header.length > MAX_LANGUAGES_CHARS) return LANGUAGES[0];
  let [best, most]: [Language, number] = [LANGUAGES[0], 0];
  for (const one of header.split(",")) {
    const [, name, quality = "1"] = WANTED.exec(one.trim()) ?? [];
    const language = LANGUAGES.find((known) => known === name?.toLowerCase());
    if (language && Number(quality) > most) [best, most] = [language, Number(quality)];
  }
  return best;
}

/** What mails to whoever asks are to be in: what they say, else what their browser says. */
export function mailLanguageOf({ body, headers }: Asked): Language {
  return body.language ?? languageOf(headers["accept-language"]);
}
