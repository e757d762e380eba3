/** A connection that a key opened is closed with it, after the answer under way; over real sockets. MISSION B17 */
import { Agent, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../../../server/adapters/clock.ts";
import { openKeyLines } from "../../../../server/adapters/http/key-lines.ts";
import type { HttpApp } from "../../../../server/adapters/http.ts";
import { makeKey } from "../../../../server/keys/desk.ts";
import { SCOPES } from "../../../../server/ports.ts";
import { memoryKeys } from "../../../support/keys.ts";
import { until } from "../../../support/wait.ts";
import { house } from "../../claim/support.ts";
import { openServer } from "../../routes/support.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let app: HttpApp;
afterEach(() => app.close());

async function open() {
  const at = house();
  const keys = memoryKeys();
  const keyLines = openKeyLines(systemClock);
  const own = { kind: "developer", keyId: "0", scopes: SCOPES, expiresAt: undefined } as const;
  const ports = { ...at.ports, keys, env: "test", sessionsEnded: () => Promise.resolve() };
  const { key, made } = await makeKey(
    ports,
    { ...own, address: "::1", device: "test" },
    { name: "a key", scopes: ["admin"], days: 1 },
  );
  let release = (): void => {};
  const waited = new Promise<void>((resolve) => (release = resolve));
  let arrived = (): void => {};
  const there = new Promise<void>((resolve) => (arrived = resolve));
  const rooms = [
    (to: HttpApp) =>
      void to.get("/slow", { config: { auth: "developer", limit: "exempt" } }, async () => {
        await waited;
        return { done: true };
      }),
    (to: HttpApp) =>
      void to.get("/anybody", { config: { auth: "public", limit: "exempt" } }, async () => {
        arrived();
        await waited;
        return {};
      }),
    (to: HttpApp) =>
      void to.get("/quick", { config: { auth: "developer", limit: "exempt" } }, async () => ({})),
  ];
  ({ app } = openServer({ at, keys, keyLines, rooms }));
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const get = (path: string) =>
    new Promise<{ status: number; connection: string | undefined; port: number }>((resolve, reject) => {
      const sent = ask({ port, path, agent, headers: { authorization: `Bearer ${key}`, host: "localhost" } });
      sent.on("response", (answer) => {
        answer.resume();
        const { connection } = answer.headers;
        const local = sent.socket!.localPort!;
        answer.on("end", () => resolve({ status: answer.statusCode!, connection, port: local }));
      });
      sent.on("error", reject).end();
    });
  return { keyLines, made, get, release, there };
}

test("one at rest is closed at once", async () => {
  const { keyLines, made, get } = await open();
  const first = await get("/quick");
  expect(await get("/quick")).toMatchObject({ status: 200, port: first.port });
  const lines = keyLines.list();
  expect(lines.map(({ keyId }) => keyId)).toEqual([made.id]);
  lines[0]!.close("session ended");
  await until("the connection is gone", () => keyLines.list().length === 0);
});

test("one with an answer under way is closed after it, and the answer says so", async () => {
  const { keyLines, get, release } = await open();
  const answer = get("/slow");
  await until("it was let in", () => keyLines.list().length === 1);
  keyLines.list()[0]!.close("session ended");
  release();
  expect(await answer).toMatchObject({ status: 200, connection: "close" });
  await until("the connection is gone", () => keyLines.list().length === 0);
});

test("one that a proxy shares is closed after the answer to somebody else", async () => {
  const { keyLines, get, release, there } = await open();
  await get("/quick");
  const answer = get("/anybody");
  await there;
  keyLines.list()[0]!.close("session ended");
  release();
  expect(await answer).toMatchObject({ status: 200, connection: "close" });
  await until("the connection is gone", () => keyLines.list().length === 0);
});
