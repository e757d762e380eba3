/** Who listens, thinks, checks and speaks in this cell: models where they are configured, and what needs no key where not. */
import { toHex } from "@bearlink/sdk/protocol";
import { createIsCurated, curatedTexts } from "../adapters/companion/curated.ts";
import { createScriptedChat } from "../adapters/companion/scripted-chat.ts";
import { createShelf } from "../adapters/companion/shelf.ts";
import type { Programs } from "../adapters/programs/programs.ts";
import { openFfmpeg } from "../adapters/ffmpeg/ffmpeg.ts";
import { openModels } from "../adapters/models/catalog.ts";
import type { Models, Offer } from "../adapters/models/catalog.ts";
import { chooseSound } from "../adapters/sound/choose.ts";
import { typescriptSound } from "../adapters/sound/sound.ts";
import { openBook } from "../adapters/speech/book.ts";
import { chooseSpeech } from "../adapters/speech/choose.ts";
import { createPhrases, phraseTexts } from "../adapters/speech/phrases.ts";
import { isProduction } from "../config.ts";
import type { Config } from "../config.ts";
import type {
  AskedFor,
  Chance,
  Clock,
  Log,
  Meter,
  ModelKeys,
  Moderation,
  Recipient,
  Safety,
  TextToSpeech,
  ThirdParty,
} from "../ports.ts";
import { createSafety } from "../safety/safety.ts";
import { policyWith } from "../voice/conversation.ts";
import type { TurnVoices } from "../voice/caller.ts";
import type { TurnPorts } from "../voice/turn.ts";
import { OK } from "../watch/health.ts";
import type { Check } from "../watch/health.ts";
import { warmVoices } from "./warm.ts";

export interface Voices {
  ports: Omit<TurnPorts, "clock" | "meter" | "log" | "followers" | "turnLimits"> & { policy: string };
  /** whoever beyond this server a child's words or their answers go to: each needs a consent of its own. SAFETY S2 */
  thirdParties: ThirdParty[];
  /** Those that these recipients may play, asked with the keys of this child's family, and in place of the others what asks nobody. */
  voicesFor(recipients: ReadonlySet<Recipient>, childId: string | undefined, turn?: AskedFor): TurnVoices;
  /** who plays each part, for people: never with a key */
  description: { sound: string; speech_in: string; chat: string; speech_out: string; moderation: string };
  checks: Record<string, Check>;
  close(): Promise<void>;
}

interface VoicePorts {
  clock: Clock;
  chance: Chance;
  meter: Meter;
  log: Log;
  /** ended by whoever opened it, after this is closed */
  programs: Programs;
  /** the keys that a child's family, or the tenant, brought along */
  keysOf?: (childId: string) => ModelKeys;
}

const NONE = "none";
const CANARY_BYTES = 8;

export async function openVoices(
  config: Config,
  { clock, chance, meter, log, programs, keysOf }: VoicePorts,
): Promise<Voices> {
  const ffmpeg = await openFfmpeg({ path: config.FFMPEG_PATH, clock, programs });
  await warmVoices({ clock, players: [typescriptSound, ...(ffmpeg ? [ffmpeg] : [])] }).catch(
    (error: unknown) => log.warn({ error }, "sound could not be tried at the start"),
  );
  const models = openModels(modelSettings(config), { clock, meter, decode: ffmpeg?.decode });
  const book = openBook();
  const shelf = createShelf({ chance });
  const ownSpeech = await localSpeech();
  const ownChat = { port: createScriptedChat({ shelf }), description: "scripted companion" };
  const speech = models.textToSpeech ?? ownSpeech;
  const chat = models.chat ?? ownChat;
  // SAFETY: a reply that quotes its instructions carries this word, and is not spoken
  const canary = toHex(chance.bytes(CANARY_BYTES));

  async function localSpeech(): Promise<Pick<Offer<TextToSpeech>, "port" | "description">> {
    const { speech, description } = await chooseSpeech({ clock, programs, log, book });
    return { port: speech, description };
  }

  const isCurated = createIsCurated([...curatedTexts, ...Object.values(phraseTexts)]);
  const safetyWith = (moderation: Moderation | undefined): Safety =>
    createSafety({ canary, moderation, isCurated });
  const safety = safetyWith(models.moderation?.port);
  const rules = createSafety({ canary, isCurated });

  function voicesFor(
    recipients: ReadonlySet<Recipient>,
    childId: string | undefined,
    turn?: AskedFor,
  ): TurnVoices {
    const keys = childId === undefined ? undefined : keysOf?.(childId);
    const asked = <Port>(recipient: Recipient, offer: Offer<Port> | undefined): Port | undefined =>
      recipients.has(recipient) ? offer?.askedWith(keys, turn) : undefined;
    const moderation = asked("moderation", models.moderation);
    // SAFETY: what a model writes is not spoken unchecked, whoever it is that the parent did not allow
    const checked = !models.moderation || moderation !== undefined;
    const speechToText = asked("speech_in", models.speechToText);
    const chat = checked ? asked("chat", models.chat) : undefined;
    const textToSpeech = asked("speech_out", models.textToSpeech);
    return {
      speechToText,
      chat: chat ?? ownChat.port,
      textToSpeech: textToSpeech ?? ownSpeech.port,
      safety: moderation ? safetyWith(moderation) : rules,
      asksModels: asksAny({ speechToText, chat, textToSpeech }),
    };
  }

  return {
    thirdParties: thirdPartiesOf(models),
    voicesFor,
    ports: {
      sound: chooseSound({ ffmpeg, typescript: typescriptSound, most: config.FFMPEG_TOYS }),
      plainSound: typescriptSound,
      speechToText: models.speechToText?.port,
      chat: chat.port,
      textToSpeech: speech.port,
      safety,
      asksModels: asksAny(models),
      policy: policyWith(canary),
      shelf,
      phrases: createPhrases(book),
    },
    description: {
      sound: ffmpeg ? `ffmpeg for up to ${config.FFMPEG_TOYS} toys, then TypeScript` : "TypeScript",
      speech_in: models.speechToText?.description ?? NONE,
      chat: chat.description,
      speech_out: speech.description,
      moderation: models.moderation ? `rules and ${models.moderation.description}` : "rules",
    },
    checks: {
      ffmpeg: () => Promise.resolve(ffmpeg ? OK : { ready: !isProduction(config), word: "missing" }),
    },
    async close() {
      ffmpeg?.close();
      await models.close();
    },
  };
}

/** Moderation is asked only beside these: about words that were heard, or that a model wrote. */
function asksAny(services: Record<"speechToText" | "chat" | "textToSpeech", unknown>): boolean {
  const { speechToText, chat, textToSpeech } = services;
  return [speechToText, chat, textToSpeech].some((service) => service !== undefined);
}

function thirdPartiesOf(models: Models): ThirdParty[] {
  const offers = [
    ["speech_in", models.speechToText],
    ["chat", models.chat],
    ["speech_out", models.textToSpeech],
    ["moderation", models.moderation],
  ] as const;
  return offers.flatMap(([recipient, offer]) => (offer ? [{ recipient, name: offer.description }] : []));
}

function modelSettings(config: Config): Parameters<typeof openModels>[0] {
  return {
    openrouterKey: config.OPENROUTER_API_KEY,
    openaiKey: config.OPENAI_API_KEY,
    chat: { url: config.CHAT_URL, key: config.CHAT_KEY, model: config.CHAT_MODEL },
    stt: { url: config.STT_URL, key: config.STT_KEY, model: config.STT_MODEL, dialect: config.STT_DIALECT },
    tts: { url: config.TTS_URL, key: config.TTS_KEY, model: config.TTS_MODEL, voice: config.TTS_VOICE },
    moderation: { url: config.MODERATION_URL, key: config.MODERATION_KEY },
  };
}
