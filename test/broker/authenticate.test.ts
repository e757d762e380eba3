import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeCredentials } from "../../broker/authenticate.ts";

interface Vector {
  device_id: string;
  session_id: string;
  cases: { n: number; username: string; password: string }[];
}

const vector = JSON.parse(
  readFileSync(new URL("../vectors/connect.json", import.meta.url), "utf8"),
) as Vector;

test.each(vector.cases)("the vector's connection $n is decoded", ({ n, username, password }) => {
  const fields = { clientId: vector.device_id, username, password: Buffer.from(password) };
  expect(decodeCredentials(fields, "::1")).toEqual({
    deviceId: vector.device_id,
    sessionId: vector.session_id,
    n,
    password,
    address: "::1",
  });
});

test("a username cut short anywhere is not one", () => {
  const { username, password } = vector.cases[0]!;
  for (let cut = 0; cut < username.length; cut++) {
    const fields = {
      clientId: vector.device_id,
      username: username.slice(0, cut),
      password: Buffer.from(password),
    };
    expect(decodeCredentials(fields, "::1")).toBeUndefined();
  }
});
