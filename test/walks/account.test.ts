/** A parent at a real cell: registers, answers the mail that `bear outbox` shows, comes back, and leaves. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { postedMail } from "../../server/main/outbox.ts";
import { startCell } from "../support/cell.ts";
import type { TestCell } from "../support/cell.ts";

const PASSWORD = "a tractor, four geese";
const EMAIL = "ada@example.org";

let cell: TestCell;
beforeAll(async () => {
  cell = await startCell();
}, 180_000);
afterAll(() => cell?.stop());

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: object) =>
  fetch(`${cell.url}/api/v1${path}`, {
    method,
    headers: { origin: cell.url, ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
const cookieOf = (answer: Response): string => answer.headers.get("set-cookie")!.split(";")[0]!;
const bearing = async (answer: Response) => ({
  authorization: `Bearer ${((await answer.json()) as { access_token: string }).access_token}`,
});

test("a parent registers, comes back, signs out, and leaves", async () => {
  const registered = await ask(
    "POST",
    "/auth/register",
    {},
    { email: EMAIL, password: PASSWORD, name: "Ada" },
  );
  expect(registered.status).toBe(202);
  const [letter] = postedMail({ DATA_DIR: cell.dataDir });
  const link = new URL(/http\S+/.exec(letter!.text)![0]);
  expect([letter!.to, link.host, link.pathname]).toEqual([
    EMAIL,
    `localhost:${new URL(cell.url).port}`,
    "/verify",
  ]);

  const verified = await ask("POST", "/auth/verify", {}, { token: link.hash.slice(1), password: PASSWORD });
  expect(verified.status).toBe(200);
  const refreshed = await ask("POST", "/auth/refresh", { cookie: cookieOf(verified) });
  const bearer = await bearing(refreshed);
  expect(await (await ask("GET", "/me", bearer)).json()).toMatchObject({ email: EMAIL, role: "parent" });

  expect((await ask("POST", "/auth/logout", { cookie: cookieOf(refreshed) })).status).toBe(204);
  expect((await ask("GET", "/me", bearer)).status).toBe(401);
  expect((await ask("POST", "/auth/refresh", { cookie: cookieOf(refreshed) })).status).toBe(401);

  const again = await bearing(await ask("POST", "/auth/login", {}, { email: EMAIL, password: PASSWORD }));
  expect((await ask("DELETE", "/me?grace=0", again)).status).toBe(202);
  expect((await ask("GET", "/me", again)).status).toBe(401);
  expect((await ask("POST", "/auth/login", {}, { email: EMAIL, password: PASSWORD })).status).toBe(401);
});
