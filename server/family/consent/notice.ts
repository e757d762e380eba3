/** The notice a parent reads, in their language: one part for each recipient, made of the live configuration, so that a new provider is a new notice. SAFETY S1, S2 */
import { lp, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { MAX_RETENTION_DAYS } from "../../bounds.ts";
import { LANGUAGES } from "../../ports.ts";
import type { Language, Recipient, ThirdParty } from "../../ports.ts";
import { daysOf } from "../retention/policy.ts";
import type { RetentionPolicy } from "../retention/policy.ts";
import { de } from "./texts/de.ts";
import { en } from "./texts/en.ts";

export interface NoticePart {
  recipient: Recipient;
  /** what is allowed, in a few words */
  title: string;
  /** who it is: for a third party its host and model */
  name: string;
  /** what it is given, and what for */
  purpose: string;
  /** without it there is no consent at all */
  required: boolean;
  /** of this part in this language: a changed text or provider is another, and a changed English one too */
  version: string;
  /** SHA-256, in hex, of the title, of who and what for, as they are shown */
  digest: string;
}

/** As it is shown: a version is of one language only. */
export interface ShownNotice {
  language: Language;
  version: string;
  parts: readonly NoticePart[];
}

export interface Notice {
  in(language: Language): ShownNotice;
  /** The one that was read; undefined where none that stands has this version. */
  read(version: string): ShownNotice | undefined;
  /** Whether a recipient's part has this version now, in whichever language it was read. */
  stands(recipient: Recipient, version: string): boolean;
}

/** what stands in a version that no parent read: the demo family's */
export const DEMO_VERSION = "demo";

const VERSION_CHARS = 16;
const texts: Record<Language, typeof en> = { en, de };

/** `thirdParties` as they are configured now, and how long what they are asked about is kept. */
export function createNotice(
  { hash, policy }: { hash: Hash; policy: RetentionPolicy },
  thirdParties: readonly ThirdParty[],
): Notice {
  const digestOf = (...fields: string[]): string => toHex(hash.sha256(lp(fields.map(utf8))));
  const versionOf = (...fields: string[]): string => digestOf(...fields).slice(0, VERSION_CHARS);
  const recipients: { recipient: Recipient; name?: string }[] = [
    { recipient: "voice" },
    { recipient: "transcripts" },
    ...thirdParties,
  ];

  function show(language: Language): ShownNotice {
    const words = texts[language];
    const purposes = words.purposes((category) => inWords(words, daysOf(policy, category)));
    const english = language === "en" ? undefined : show("en");
    const parts = recipients.map(({ recipient, name = words.server }, at): NoticePart => {
      const told = { recipient, title: words.titles[recipient], name, purpose: purposes[recipient] };
      const shown = [recipient, told.title, name, told.purpose];
      // the English text counts: where it changes, who read another is asked again too
      const counts = english?.parts[at];
      return {
        ...told,
        required: recipient === "voice",
        version: versionOf(...shown, ...(counts ? [counts.version] : [])),
        digest: digestOf(...shown),
      };
    });
    return { language, version: versionOf(...parts.map(({ version }) => version)), parts };
  }

  const notices = new Map(LANGUAGES.map((language) => [language, show(language)]));
  const all = [...notices.values()];
  const versions = new Set(
    all.flatMap(({ parts }) => parts.map(({ recipient, version }) => `${recipient} ${version}`)),
  );
  return {
    in: (language) => notices.get(language)!,
    read: (version) => all.find((one) => one.version === version),
    stands: (recipient, version) => versions.has(`${recipient} ${version}`),
  };
}

function inWords({ time }: typeof en, days: number | "child"): string {
  if (days === "child") return time.chosen(MAX_RETENTION_DAYS);
  return days === 0 ? time.answer : time.days(days);
}
