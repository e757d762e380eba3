import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../server/config.ts";

const PRODUCTION = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://bear@localhost/bear",
  REDIS_URL: "redis://localhost",
  BEARLINK_MASTER_KEY: "0f".repeat(32),
  JWT_SECRET: "a secret of thirty-two characters",
  MAIL_URL: "smtps://bear:secret@mail.example.org",
  PUBLIC_URL: "https://bears.example.org",
  PUBLIC_MQTT_HOST: "bears.example.org",
};

function problems(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  it("has a default for everything in development", () => {
    expect(readConfig({})).toMatchObject({
      PORT: 8000,
      MQTT_PORT: 1883,
      HOST: "127.0.0.1",
      DATA_DIR: "./data",
    });
  });

  it("an empty value is an absent one", () => {
    expect(readConfig({ CHAT_URL: "", PORT: "" }).PORT).toBe(8000);
  });

  it("has no default for a secret or a store in production, and names all that is missing", () => {
    const named = problems({ NODE_ENV: "production" }).join("\n");
    for (const key of Object.keys(PRODUCTION).filter((name) => name !== "NODE_ENV"))
      expect(named).toContain(key);
    expect(problems(PRODUCTION)).toEqual([]);
  });

  it("names what is missing beside what has a wrong form, and staging asks for the same", () => {
    const named = problems({ NODE_ENV: "staging", PORT: "eighty" }).join("\n");
    for (const key of ["PORT", "REDIS_URL", "JWT_SECRET"]) expect(named).toContain(key);
  });

  it.each(["10.0.0.1", "10.0.0.0/8, ::1", "fd00::/8", ""])("believes proxies at %j", (TRUSTED_PROXIES) => {
    expect(problems({ TRUSTED_PROXIES })).toEqual([]);
  });

  it.each([
    ["PORT", "70000"],
    ["PORT", "eighty"],
    ["DATABASE_URL", "mysql://x"],
    ["REDIS_URL", "http://x"],
    ["BEARLINK_MASTER_KEY", "0F".repeat(32)],
    ["BEARLINK_MASTER_KEY", "00"],
    ["CORS_ORIGINS", "https://a.example"],
    ["JWT_SECRET", "short"],
    ["MAIL_URL", "http://mail.example.org"],
    ["MAIL_FROM", "a@example.org\nbcc: b@example.org"],
    ["PUBLIC_URL", "https://bears.example.org/app"],
    ["PUBLIC_URL", "ftp://bears.example.org"],
    ["TRUSTED_PROXIES", "loopback"],
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "10.0.0.0/8/8"],
    ["STT_DIALECT", "esperanto"],
    ["CHAT_URL", "file:///etc/passwd"],
    ["PUBLIC_MQTT_TLS", "yes"],
    ["NODE_ENV", "prod"],
    ["LOG_LEVEL", "loud"],
  ])("refuses %s=%s by name", (key, value) => {
    expect(problems({ [key]: value }).join()).toContain(key);
  });

  it.each([
    [{ CORS_ORIGINS: '["*"]' }, "CORS_ORIGINS"],
    [{ PUBLIC_URL: "http://bears.example.org" }, "PUBLIC_URL"],
    [{ HOST: "0.0.0.0" }, "PLAINTEXT_BEHIND_FRAMES"],
  ])("production refuses %o", (change, key) => {
    expect(problems({ ...PRODUCTION, ...change }).join()).toContain(key);
  });

  it("a public plaintext listener needs to be asked for by name", () => {
    expect(problems({ ...PRODUCTION, HOST: "0.0.0.0", PLAINTEXT_BEHIND_FRAMES: "true" })).toEqual([]);
    expect(problems({ ...PRODUCTION, HOST: "0.0.0.0", PUBLIC_MQTT_TLS: "true" })).toEqual([]);
  });

  it("refuses a secret that toys would share, and says what to do", () => {
    expect(problems({ ESP32_SHARED_SECRET: "x" }).join()).toContain("bear provision");
  });

  it("never tells a value", () => {
    expect(problems({ BEARLINK_MASTER_KEY: "hunter2", CHAT_URL: "hunter2" }).join()).not.toContain("hunter2");
  });
});

describe("limits", () => {
  it("may be off in development, and neither in production nor in staging", () => {
    expect(readConfig({ RATE_LIMIT_ENABLED: "false" }).RATE_LIMIT_ENABLED).toBe(false);
    for (const NODE_ENV of ["production", "staging"])
      expect(() => readConfig({ ...PRODUCTION, NODE_ENV, RATE_LIMIT_ENABLED: "false" })).toThrow(
        "RATE_LIMIT_ENABLED",
      );
    expect(readConfig(PRODUCTION).RATE_LIMIT_ENABLED).toBe(true);
  });

  it("are 1,000 a minute of an address unless it is said otherwise, and never none", () => {
    expect(readConfig({}).RATE_LIMIT_REQUESTS_PER_MINUTE).toBe(1_000);
    expect(readConfig({ RATE_LIMIT_REQUESTS_PER_MINUTE: "70" }).RATE_LIMIT_REQUESTS_PER_MINUTE).toBe(70);
    expect(() => readConfig({ RATE_LIMIT_REQUESTS_PER_MINUTE: "0" })).toThrow(ConfigError);
  });
});
