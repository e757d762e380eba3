/** Asking the server: the token goes with it, is renewed once when it has ended, and every refusal is one kind of error. */
import { describe, expect, test } from "vitest";
import { createAsk } from "../../../server/web/api/ask.ts";

interface Asked {
  path: string;
  token: string | null;
}

function open(answers: (() => Response)[], tokens = ["first", "second"]) {
  const asked: Asked[] = [];
  const renewed: string[] = [];
  const ask = createAsk({
    async fetch(path, init) {
      asked.push({ path: String(path), token: new Headers(init?.headers).get("authorization") });
      const answer = answers.shift();
      if (!answer) throw new TypeError("away");
      return answer();
    },
    session: {
      token: async () => tokens[0]!,
      async renew(former) {
        renewed.push(former);
        return tokens[1]!;
      },
    },
  });
  return { ask, asked, renewed };
}
const refusal = (status: number, code: string, details?: object) => () =>
  Response.json({ error: { code, details } }, { status });

describe("a question", () => {
  test("carries the token, and its answer is read", async () => {
    const { ask, asked } = open([() => Response.json({ toys: [] })]);
    expect(await ask.get("/api/v1/toys")).toEqual({ toys: [] });
    expect(asked).toEqual([{ path: "/api/v1/toys", token: "Bearer first" }]);
  });

  test("whose token has ended is asked once more, with another", async () => {
    const { ask, asked, renewed } = open([
      refusal(401, "UNAUTHORIZED"),
      () => new Response(null, { status: 204 }),
    ]);
    expect(await ask.delete("/api/v1/me/sessions/1")).toBeUndefined();
    expect(renewed).toEqual(["first"]);
    expect(asked.map(({ token }) => token)).toEqual(["Bearer first", "Bearer second"]);
  });

  test("with a wrong password renews nothing", async () => {
    const { ask, renewed } = open([refusal(401, "SIGN_IN_REFUSED")]);
    await expect(ask.post("/api/v1/auth/password", {})).rejects.toMatchObject({ code: "SIGN_IN_REFUSED" });
    expect(renewed).toEqual([]);
  });

  test("of a stranger carries none", async () => {
    const { ask, asked } = open([() => Response.json({ status: "mail_sent" })]);
    await ask.open("/api/v1/auth/register", {});
    expect(asked[0]!.token).toBeNull();
  });

  test("that is refused says how long to wait; that reaches nobody, says so; that is answered by something else, too", async () => {
    const { ask } = open([
      refusal(429, "RATE_LIMITED", { retry_after_s: 30 }),
      () => new Response("<html>", { status: 502 }),
      () => new Response("no JSON"),
    ]);
    await expect(ask.get("/x")).rejects.toMatchObject({ code: "RATE_LIMITED", status: 429, retryAfterS: 30 });
    await expect(ask.get("/x")).rejects.toMatchObject({ code: "UNREADABLE", status: 502 });
    await expect(ask.get("/x")).rejects.toMatchObject({ code: "UNREADABLE" });
    await expect(ask.get("/x")).rejects.toMatchObject({ code: "OFFLINE" });
  });
});
