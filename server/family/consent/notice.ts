/** The notice a parent reads: one part for each recipient, made of the live configuration, so that a new provider is a new notice. SAFETY S1, S2 */
import { lp, toHex, utf8 } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import type { Recipient, ThirdParty } from "../../ports.ts";
import { timeOf } from "../retention/policy.ts";
import type { RetentionPolicy } from "../retention/policy.ts";

export interface NoticePart {
  recipient: Recipient;
  /** who it is: for a third party its host and model */
  name: string;
  /** what it is given, and what for */
  purpose: string;
  /** without it there is no consent at all */
  required: boolean;
  /** of this part: a changed text or provider is another */
  version: string;
}

export interface Notice {
  version: string;
  parts: readonly NoticePart[];
  /** of a recipient's part; undefined where there is none */
  versionOf(recipient: Recipient): string | undefined;
}

/** what stands in a version that no parent read: the demo family's */
export const DEMO_VERSION = "demo";

const THIS_SERVER = "this Bearlink server";
const VERSION_CHARS = 16;

const textsOf = (policy: RetentionPolicy): Record<Recipient, string> => ({
  voice: `Takes your child's voice while the paw is held, in place of typing. The sound is kept ${timeOf(policy, "sound")}, and then deleted. It is never used for training, advertising or analytics.`,
  transcripts: `Keeps what your child and the toy said, encrypted, for you to read; ${timeOf(policy, "conversations")}. Without it nothing that was said is kept.`,
  speech_in:
    "Receives the sound of what your child says and answers with the words. Without it the toy does not understand speech and tells stories from its own shelf.",
  chat: "Receives the words your child said and writes the toy's answer. Without it the toy answers from its own shelf.",
  speech_out: "Receives the toy's answer and reads it aloud. Without it a plainer voice on this server does.",
  moderation:
    "Receives the words your child said and the toy's answer, and checks that they are fit for a child. Without it the toy answers from its own shelf.",
});

/** `thirdParties` as they are configured now, and how long what they are asked about is kept. */
export function createNotice(
  { hash, policy }: { hash: Hash; policy: RetentionPolicy },
  thirdParties: readonly ThirdParty[],
): Notice {
  const texts = textsOf(policy);
  const version = (...fields: string[]): string =>
    toHex(hash.sha256(lp(fields.map(utf8)))).slice(0, VERSION_CHARS);
  const part = (recipient: Recipient, name: string): NoticePart => ({
    recipient,
    name,
    purpose: texts[recipient],
    required: recipient === "voice",
    version: version(recipient, name, texts[recipient]),
  });
  const parts = [
    part("voice", THIS_SERVER),
    part("transcripts", THIS_SERVER),
    ...thirdParties.map(({ recipient, name }) => part(recipient, name)),
  ];
  const versions = new Map(parts.map((one) => [one.recipient, one.version]));
  return {
    version: version(...parts.map((one) => one.version)),
    parts,
    versionOf: (recipient) => versions.get(recipient),
  };
}
