/** Which model services the settings name, and the ports they play. What is not named here is played by the embedded defaults. */
import type {
  AskedFor,
  Chat,
  Clock,
  Meter,
  ModelKeys,
  Moderation,
  Provider,
  SpeechToText,
  TextToSpeech,
} from "../../ports.ts";
import { openChat } from "./chat.ts";
import { openService } from "./http.ts";
import type { ModelService } from "./http.ts";
import { metered } from "./metered.ts";
import type { MeterLabels } from "./metered.ts";
import { openModeration } from "./moderation.ts";
import { OPENROUTER_URL } from "./openrouter.ts";
import { openPool } from "./pool.ts";
import type { ConnectionPool } from "./pool.ts";
import { openSpeechToText } from "./speech-to-text.ts";
import type { Dialect } from "./speech-to-text.ts";
import { tokenCounted } from "./tokens.ts";
import { openTextToSpeech } from "./text-to-speech.ts";
import type { Decode } from "./text-to-speech.ts";

export interface ServiceSettings {
  url?: string | undefined;
  key?: string | undefined;
  model?: string | undefined;
}

/** As the environment names them; whatever is absent is filled in from the account that has a key. */
export interface ModelSettings {
  openrouterKey?: string | undefined;
  openaiKey?: string | undefined;
  chat: ServiceSettings;
  stt: ServiceSettings & { dialect?: Dialect | undefined };
  tts: ServiceSettings & { voice?: string | undefined };
  moderation: ServiceSettings;
}

export interface Offer<Port> {
  /** asked with the platform's key */
  port: Port;
  /** The same, asked for a turn, with the keys of whoever it is for. */
  askedWith(keys: ModelKeys | undefined, turn?: AskedFor): Port;
  /** host and model, such as "openrouter.ai openai/gpt-4o-mini": for the notice to parents, never with a key */
  description: string;
}

export interface Models {
  speechToText: Offer<SpeechToText> | undefined;
  chat: Offer<Chat> | undefined;
  textToSpeech: Offer<TextToSpeech> | undefined;
  moderation: Offer<Moderation> | undefined;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface ModelPorts {
  clock: Clock;
  meter: Pick<Meter, "count">;
  /** for a voice that answers with MP3, Ogg or FLAC where PCM was asked for */
  decode?: Decode;
}

type Kind = MeterLabels["kind"];

/** A service known by its address, and what it is asked for where the settings do not say. */
interface Account {
  provider: Provider;
  url: string;
  key: (settings: ModelSettings) => string | undefined;
  models: Record<Exclude<Kind, "moderation">, string> & { moderation?: string };
  dialect: Dialect;
  voice: string;
}

const OPENROUTER: Account = {
  provider: "openrouter",
  url: OPENROUTER_URL,
  key: (settings) => settings.openrouterKey,
  // open weights for sound, since hosts that keep nothing offer them
  models: {
    "speech-to-text": "openai/whisper-large-v3",
    chat: "openai/gpt-4o-mini",
    "text-to-speech": "hexgrad/kokoro-82m",
  },
  dialect: "openrouter",
  voice: "af_heart",
};

const OPENAI: Account = {
  provider: "openai",
  url: "https://api.openai.com/v1",
  key: (settings) => settings.openaiKey,
  models: {
    "speech-to-text": "gpt-4o-mini-transcribe",
    chat: "gpt-4o-mini",
    "text-to-speech": "gpt-4o-mini-tts",
    moderation: "omni-moderation-latest",
  },
  dialect: "openai",
  voice: "nova",
};

/** the one that is asked first comes first */
const ACCOUNTS = [OPENROUTER, OPENAI];

function accountAt(origin: string): Account | undefined {
  return ACCOUNTS.find(({ url }) => new URL(url).origin === origin);
}

/** The one service that `openai_compatible` is: the first that the settings name by an address of no account, the chat's before the others. */
function compatibleOrigin({ chat, stt, tts, moderation }: ModelSettings): string | undefined {
  const origins = [chat, stt, tts, moderation].flatMap(({ url }) => (url ? [new URL(url).origin] : []));
  return origins.find((origin) => !accountAt(origin));
}

interface Place {
  url: string;
  key: string | undefined;
  account: Account | undefined;
}

/** Where a kind of work is done, if anywhere. An account's key goes to that account's own address and no other. */
function placeOf(kind: Kind, own: ServiceSettings, settings: ModelSettings): Place | undefined {
  const account = own.url
    ? accountAt(new URL(own.url).origin)
    : ACCOUNTS.find(({ models, key }) => models[kind] && (own.key || key(settings)));
  const url = own.url || account?.url;
  return url ? { url, key: own.key || account?.key(settings) || undefined, account } : undefined;
}

/**
 * Opens what the settings name: explicit settings win, then OpenRouter's key, then OpenAI's.
 *
 *     const models = openModels({ openrouterKey, chat: {}, stt: {}, tts: {}, moderation: {} }, { clock, meter });
 *     models.chat?.description; // "openrouter.ai openai/gpt-4o-mini"
 */
export function openModels(settings: ModelSettings, { clock, meter, decode }: ModelPorts): Models {
  const pools = new Map<string, ConnectionPool>();
  const compatible = compatibleOrigin(settings);

  function offer<Port extends SpeechToText | Chat | TextToSpeech | Moderation>(
    kind: Kind,
    own: ServiceSettings,
    open: (service: ModelService, model: string, account: Account) => Port,
  ): Offer<Port> | undefined {
    const place = placeOf(kind, own, settings);
    if (!place) return undefined;
    const { origin, hostname } = new URL(place.url);
    const pool = pools.get(origin) ?? openPool(origin);
    pools.set(origin, pool);
    pool.share();
    // an address we do not know is taken for a server of OpenAI's kind; what it moderates with is left to it
    const known = place.account ?? { ...OPENAI, models: { ...OPENAI.models, moderation: undefined } };
    const model = own.model || known.models[kind] || "";
    const service = openService(place, pool, clock);
    const provider = place.account?.provider ?? (origin === compatible ? "openai_compatible" : undefined);
    function portOn(at: ModelService, turn?: AskedFor): Port {
      const counted = tokenCounted(open(at, model, known), (tokens) => {
        meter.count("model_tokens_total", { provider: hostname }, tokens);
        turn?.spent(tokens);
      });
      return metered(counted, { meter, clock }, { kind, provider: hostname }, turn);
    }
    return {
      port: portOn(service),
      askedWith: (keys, turn) =>
        portOn(service.askedWith(keys && (() => keys(provider)), turn?.requestId), turn),
      description: model ? `${hostname} ${model}` : hostname,
    };
  }

  const { stt, chat, tts, moderation } = settings;
  return {
    speechToText: offer("speech-to-text", stt, (service, model, { dialect }) =>
      openSpeechToText(service, model, stt.dialect ?? dialect),
    ),
    chat: offer("chat", chat, openChat),
    textToSpeech: offer("text-to-speech", tts, (service, model, { voice }) =>
      openTextToSpeech(service, { model: model, voice: tts.voice || voice }, decode),
    ),
    moderation: offer("moderation", moderation, openModeration),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
