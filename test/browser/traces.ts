/** Where words of a family could have stayed: every table, every key of Redis, every file of the cell's folder, and its log. SAFETY S5, S8 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Redis } from "ioredis";
import { sql } from "kysely";
import { openDatabase } from "../../server/adapters/sql/database.ts";

/** By name, so that a finding does not have to quote what it found. */
export type Canaries = Readonly<Record<string, string>>;

/** Each canary in each way it could be written down. */
function lookFor(canaries: Canaries): (where: string, bytes: Uint8Array | string) => string[] {
  const forms = Object.entries(canaries).map(([name, canary]) => {
    const text = canary.toLowerCase();
    const plain = Buffer.from(text);
    const base64 = [0, 1, 2].map((shift) =>
      // what stands before it moves the letters, and the ends belong to its neighbours
      Buffer.concat([Buffer.alloc(shift), Buffer.from(canary)])
        .toString("base64")
        .slice(shift === 0 ? 0 : 4, -4)
        .toLowerCase(),
    );
    const utf16 = Buffer.from(text, "utf16le").toString("latin1");
    return {
      name,
      forms: [text, utf16, plain.toString("hex"), Buffer.from(canary).toString("hex"), ...base64],
    };
  });
  return (where, bytes) => {
    const text = (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1")).toLowerCase();
    return forms
      .filter(({ forms }) => forms.some((form) => text.includes(form)))
      .map(({ name }) => `${where}: ${name}`);
  };
}

/** Every column of every row, as it stands there. */
export async function tracesInSql(
  at: { url: string } | { dataDir: string },
  canaries: Canaries,
): Promise<string[]> {
  const look = lookFor(canaries);
  const { db, close } = await openDatabase(at);
  try {
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db);
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db);
      for (const row of rows)
        for (const [column, value] of Object.entries(row))
          if (value !== null)
            found.push(...look(`${name}.${column}`, value instanceof Uint8Array ? value : String(value)));
    }
    return [...new Set(found)];
  } finally {
    await close();
  }
}

/** Every key, and what is under it. */
export async function tracesInRedis(url: string, canaries: Canaries): Promise<string[]> {
  const look = lookFor(canaries);
  const redis = new Redis(url);
  try {
    const found: string[] = [];
    for (const key of await redis.keys("*"))
      found.push(...look(`redis ${key}`, `${key} ${JSON.stringify(await valueOf(redis, key))}`));
    return [...new Set(found)];
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "string":
      return redis.get(key);
    case "hash":
      return redis.hgetall(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1");
    default:
      return "";
  }
}

export function tracesInFiles(folder: string, canaries: Canaries): string[] {
  const look = lookFor(canaries);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      const name = relative(folder, path);
      return [...look(name, name), ...look(name, readFileSync(path))];
    });
}

export function tracesInText(where: string, text: string, canaries: Canaries): string[] {
  return lookFor(canaries)(where, text);
}
