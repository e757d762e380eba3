import { expect, test } from "vitest";
import { addBear, bear, house } from "../claim/support.ts";
import { KEYED, openServer } from "./support.ts";

const asked = (deviceId: string, headers = {}) => ({
  method: "POST" as const,
  url: "/api/v1/dev/pair",
  payload: { device_id: deviceId },
  headers,
});

test("in development a toy is paired by key with the demo family", async () => {
  const at = house();
  const toy = bear();
  await addBear(at, toy);
  const { app } = openServer({ at });
  expect((await app.inject(asked(toy.deviceId))).statusCode).toBe(401);
  const paired = await app.inject(asked(toy.deviceId, KEYED));
  expect([paired.statusCode, paired.json()]).toEqual([200, { account_id: "demo", child_id: "child" }]);
  expect((await app.inject(asked("bear-0000000000000000", KEYED))).json().error.code).toBe("PAIRING_REFUSED");
  expect((await app.inject(asked("bear-", KEYED))).statusCode).toBe(422);
});

test("in production the route does not exist, key or none", async () => {
  const { app } = openServer({ production: true });
  for (const headers of [{}, KEYED])
    expect((await app.inject(asked("bear-0000000000000000", headers))).statusCode).toBe(404);
});
