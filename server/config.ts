/** Every setting of a cell, read from the environment once, each fault named before anything starts. */
import { isIP } from "node:net";
import { z } from "zod";
import { AUDIT_ARCHIVE_DAYS, AUDIT_DAYS, REQUESTS_PER_ADDRESS } from "./bounds.ts";

const flag = z.enum(["true", "false"]).transform((value) => value === "true");
/** A whole number from 0 to `most`. */
const count = (most: number) => {
  const error = `must be a whole number from 0 to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(0, { error }).max(most, { error });
};
const port = count(65_535);
const url = z.url({ protocol: /^https?$/ });
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
);
const jsonList = z.string().transform((value, context) => {
  try {
    return z.array(z.string()).parse(JSON.parse(value));
  } catch {
    context.addIssue({
      code: "custom",
      message: 'must be a JSON array such as ["https://bears.example.org"]',
    });
    return z.NEVER;
  }
});
const secretHex = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 characters of lower-case hex");
/** what a person draws by lot and writes down: six words or more */
const passphrase = z.string().min(24, "must be 24 characters or more").max(1024);
const ageIdentity = z.string().regex(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/, "must be an identity of age");
const modelKey = z.string().min(1).max(4096);
const name = z.string().min(1).max(200);

/** An address, or a block of them that is not all there are. */
function isBlock(text: string): boolean {
  const [address, bits, more] = text.split("/") as [string, string?, string?];
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
}

/** The variables, by name. The README's table lists the same ones, and a test holds the two together. */
export const configSchema = z.object({
  NODE_ENV: z.enum(["development", "test", "staging", "production"]).default("development"),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: port.default(8000),
  MQTT_PORT: port.default(1883),
  DATA_DIR: z.string().min(1).default("./data"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),

  BEARLINK_MASTER_KEY: secretHex.optional(),
  BEARLINK_MASTER_KEY_PREVIOUS: secretHex.optional(),
  BEARLINK_PASSPHRASE: passphrase.optional(),
  BEARLINK_PASSPHRASE_PREVIOUS: passphrase.optional(),
  KMS_PROVIDER: z.enum(["local", "aws", "azure", "google", "vault", "age"]).default("local"),
  KMS_KEY: z.string().min(1).max(2048).optional(),
  KMS_KEY_PREVIOUS: z.string().min(1).max(2048).optional(),
  KMS_URL: url.optional(),
  KMS_PROVIDER_PREVIOUS: z.enum(["aws", "azure", "google", "vault"]).optional(),
  KMS_URL_PREVIOUS: url.optional(),
  AWS_REGION: name.optional(),
  AWS_ACCESS_KEY_ID: name.optional(),
  AWS_SECRET_ACCESS_KEY: modelKey.optional(),
  AWS_SESSION_TOKEN: modelKey.optional(),
  AZURE_TENANT_ID: name.optional(),
  AZURE_CLIENT_ID: name.optional(),
  AZURE_CLIENT_SECRET: modelKey.optional(),
  AZURE_AUTHORITY_HOST: url.optional(),
  GOOGLE_APPLICATION_CREDENTIALS: z.string().min(1).max(4096).optional(),
  VAULT_TOKEN: modelKey.optional(),
  VAULT_NAMESPACE: name.optional(),
  AGE_IDENTITY: ageIdentity.optional(),
  AGE_IDENTITY_PREVIOUS: ageIdentity.optional(),
  BEARLINK_KEY: z.string().min(32).max(200).optional(),
  UPDATE_PUBLIC_KEY: secretHex.optional(),
  JWT_SECRET: z.string().min(32).max(1024).optional(),
  JWT_SECRET_PREVIOUS: z.string().min(32).max(1024).optional(),
  METRICS_TOKEN: z.string().min(16).max(200).optional(),

  AUDIT_RETENTION_DAYS: count(3_650)
    .refine((days) => days > 0, "must not be 0")
    .default(AUDIT_DAYS),
  AUDIT_ARCHIVE_DAYS: count(3_650).default(AUDIT_ARCHIVE_DAYS),
  AUDIT_EXPORT_DIR: z.string().min(1).max(4096).optional(),
  AUDIT_EXPORT_URL: url.optional(),

  PUBLIC_URL: url
    .refine(
      (text) => URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`,
      "must be an origin, without a path",
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  MAIL_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z
    .string()
    .min(3)
    .max(320)
    .regex(/^[\x20-\x7e]+$/, "must be printable ASCII")
    .optional(),
  OPERATOR_EMAIL: z.email().max(254).optional(),

  PUBLIC_MQTT_HOST: z.string().min(1).max(253).optional(),
  PUBLIC_MQTT_PORT: port.optional(),
  PUBLIC_MQTT_TLS: flag.default(false),
  PLAINTEXT_BEHIND_FRAMES: flag.default(false),
  RATE_LIMIT_ENABLED: flag.default(true),
  RATE_LIMIT_REQUESTS_PER_MINUTE: count(1_000_000)
    .refine((most) => most > 0, "must not be 0")
    .default(REQUESTS_PER_ADDRESS),
  ALLOWED_HOSTS: list.default([]),
  CORS_ORIGINS: jsonList.default([]),
  TRUSTED_PROXIES: list
    .refine((blocks) => blocks.every(isBlock), "must be addresses or CIDR blocks, none of them everybody")
    .default([]),

  CONSENT_CARD_URL: url.optional(),
  CONSENT_CARD_KEY: secretHex.optional(),

  FFMPEG_PATH: z.string().min(1).optional(),
  FFMPEG_TOYS: count(1000).default(8),

  OPENROUTER_API_KEY: modelKey.optional(),
  OPENAI_API_KEY: modelKey.optional(),
  CHAT_URL: url.optional(),
  CHAT_KEY: modelKey.optional(),
  CHAT_MODEL: name.optional(),
  STT_URL: url.optional(),
  STT_KEY: modelKey.optional(),
  STT_MODEL: name.optional(),
  STT_DIALECT: z.enum(["openai", "openrouter"]).optional(),
  TTS_URL: url.optional(),
  TTS_KEY: modelKey.optional(),
  TTS_MODEL: name.optional(),
  TTS_VOICE: name.optional(),
  MODERATION_URL: url.optional(),
  MODERATION_KEY: modelKey.optional(),
});

export type Config = z.infer<typeof configSchema>;

/** The environment cannot start a cell; `problems` names each variable at fault. Exit code 2. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`the configuration has ${problems.length === 1 ? "a fault" : "faults"}: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

/** No default stands in for a secret or a store in production. */
const REQUIRED = [
  "DATABASE_URL",
  "REDIS_URL",
  "BEARLINK_MASTER_KEY",
  "JWT_SECRET",
  "MAIL_URL",
  "PUBLIC_URL",
  "PUBLIC_MQTT_HOST",
] as const;

/** What each key service cannot be asked without. MISSION B13 */
const KMS_NEEDS = {
  local: [],
  aws: ["KMS_KEY", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  azure: ["KMS_KEY", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"],
  google: ["KMS_KEY"],
  vault: ["KMS_KEY", "KMS_URL", "VAULT_TOKEN"],
  age: ["AGE_IDENTITY"],
} as const;

/** What a change of the key service lacks: the former one is asked until `bear rewrap` is done. MISSION B12 */
function formerKmsProblems(config: Config): string[] {
  const { KMS_PROVIDER, KMS_PROVIDER_PREVIOUS: former, KMS_KEY_PREVIOUS } = config;
  if (former === undefined)
    return KMS_KEY_PREVIOUS !== undefined && (KMS_PROVIDER === "local" || KMS_PROVIDER === "age")
      ? [`KMS_PROVIDER_PREVIOUS is missing: KMS_KEY_PREVIOUS is no key of KMS_PROVIDER=${KMS_PROVIDER}`]
      : [];
  return KMS_NEEDS[former]
    .map((key) => {
      if (key === "KMS_KEY") return "KMS_KEY_PREVIOUS";
      return key === "KMS_URL" && former !== KMS_PROVIDER ? "KMS_URL_PREVIOUS" : key;
    })
    .filter((key) => config[key] === undefined)
    .map((key) => `${key} is missing: KMS_PROVIDER_PREVIOUS=${former} needs it`);
}

/** What an object store is not written to without. */
const OBJECT_STORE_NEEDS = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;

/** Whether families are served: staging is production with other people in it. MISSION A24 */
export const isProduction = ({ NODE_ENV }: Pick<Config, "NODE_ENV">): boolean =>
  NODE_ENV === "production" || NODE_ENV === "staging";

/** What production asks for beyond form. */
function productionProblems(config: Config): string[] {
  const problems: string[] = [];
  if (!config.RATE_LIMIT_ENABLED) problems.push("RATE_LIMIT_ENABLED may not be false in production");
  if (config.CORS_ORIGINS.includes("*")) problems.push("CORS_ORIGINS may not contain * in production");
  // browsers keep no secure cookie, and offer no passkey, over plain HTTP
  if (config.PUBLIC_URL?.startsWith("http:") && !isLoopback(new URL(config.PUBLIC_URL).hostname))
    problems.push("PUBLIC_URL must be https in production");
  if (!isLoopback(config.HOST) && !config.PUBLIC_MQTT_TLS && !config.PLAINTEXT_BEHIND_FRAMES)
    problems.push(
      "HOST is a public address and MQTT is not under TLS: terminate TLS before it and set PUBLIC_MQTT_TLS=true, " +
        "or accept that frames alone protect it with PLAINTEXT_BEHIND_FRAMES=true",
    );
  return problems;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

/** Every address of this machine at once. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** Reads the environment; empty values count as absent. Throws a ConfigError that names every fault at once. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const problems: string[] = [];
  // MISSION C18: a secret that toys share cannot tell one from another
  if (given.ESP32_SHARED_SECRET !== undefined)
    problems.push(
      "ESP32_SHARED_SECRET is not supported: each toy has its own secret, made by `bear provision`",
    );
  const production = given.NODE_ENV === "production" || given.NODE_ENV === "staging";
  const handed = (given.KMS_PROVIDER ?? "local") === "local" && given.BEARLINK_PASSPHRASE === undefined;
  for (const key of production ? REQUIRED : [])
    if (given[key] === undefined && (key !== "BEARLINK_MASTER_KEY" || handed))
      problems.push(`${key} is missing (production has no default for it)`);
  const parsed = configSchema.safeParse(given);
  if (!parsed.success)
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join(".")} ${issue.message}`);
  else {
    const { HOST, PUBLIC_MQTT_HOST, KMS_PROVIDER } = parsed.data;
    for (const key of KMS_NEEDS[KMS_PROVIDER])
      if (given[key] === undefined) problems.push(`${key} is missing: KMS_PROVIDER=${KMS_PROVIDER} needs it`);
    problems.push(...formerKmsProblems(parsed.data));
    for (const key of parsed.data.AUDIT_EXPORT_URL === undefined ? [] : OBJECT_STORE_NEEDS)
      if (given[key] === undefined) problems.push(`${key} is missing: AUDIT_EXPORT_URL needs it`);
    if ((parsed.data.CONSENT_CARD_URL === undefined) !== (parsed.data.CONSENT_CARD_KEY === undefined))
      problems.push("CONSENT_CARD_URL and CONSENT_CARD_KEY belong together: one of them is missing");
    if (isWildcard(HOST) && PUBLIC_MQTT_HOST === undefined)
      problems.push(`PUBLIC_MQTT_HOST is missing: HOST=${HOST} does not say where a toy finds this machine`);
    if (production) problems.push(...productionProblems(parsed.data));
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return parsed.data;
}
