/** The key that a service is asked with: another's at each request, the one before it where it is refused, and who is told. MISSION A18, B12 */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../../server/adapters/clock.ts";
import { json, openService } from "../../../../server/adapters/models/http.ts";
import type { KeyedService } from "../../../../server/adapters/models/http.ts";
import { openPool } from "../../../../server/adapters/models/pool.ts";
import type { ConnectionPool } from "../../../../server/adapters/models/pool.ts";
import { ModelError } from "../../../../server/errors.ts";

const { signal } = new AbortController();
const seen: string[] = [];
const refused: string[] = [];
let statuses: Record<string, number>;
let server: Server;
let pool: ConnectionPool;
let service: KeyedService;

beforeAll(async () => {
  server = createServer((request, response) => {
    const key = String(request.headers.authorization).replace("Bearer ", "");
    seen.push(key);
    request.resume().once("end", () => response.writeHead(statuses[key] ?? 200).end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  pool = openPool(new URL(url).origin);
  service = openService({ url, key: "platform" }, pool, systemClock);
});
afterAll(async () => {
  await pool.close();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
  refused.length = 0;
  statuses = {};
});

async function ask(values: string[] | undefined): Promise<string> {
  const key = async () => ({ values: values ?? [], refused: (fault: string) => void refused.push(fault) });
  const asked = values === undefined ? service : service.askedWith(key);
  try {
    const answer = await asked.post("/x", json({}), 1_000, signal);
    await answer.json();
    return "ok";
  } catch (error) {
    return error instanceof ModelError ? error.fault : String(error);
  }
}

test("a service is asked with its own key, with another's where there is one, with the former where that is refused", async () => {
  expect(await ask(undefined)).toBe("ok");
  expect(await ask([])).toBe("ok");
  expect(await ask(["family"])).toBe("ok");
  statuses = { family: 401 };
  expect(await ask(["family", "former"])).toBe("ok");
  expect(seen).toEqual(["platform", "platform", "family", "family", "former"]);
  expect(refused).toEqual([]);
});

test("whoever brought a key is told where none of it is taken, and the platform's own is not tried instead", async () => {
  statuses = { family: 401, former: 403, platform: 200 };
  expect(await ask(["family"])).toBe("auth");
  expect(await ask(["family", "former"])).toBe("auth");
  expect(seen).toEqual(["family", "family", "former"]);
  expect(refused).toEqual(["auth", "auth"]);
});

test("a service that is away or out of money is not asked with the former key", async () => {
  statuses = { family: 402 };
  expect(await ask(["family", "former"])).toBe("budget");
  expect(seen).toEqual(["family"]);
  expect(refused).toEqual(["budget"]);
});

test("where nobody can say whose key it is, nothing is asked", async () => {
  const asked = service.askedWith(() => Promise.reject(new ModelError("away")));
  await expect(asked.post("/x", json({}), 1_000, signal)).rejects.toMatchObject({ fault: "away" });
  expect(seen).toEqual([]);
});
