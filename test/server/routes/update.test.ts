/** Updates over HTTP: by key, staged, and downloaded by anyone as they were published. */
import { beforeEach, describe, expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import type { AuditEntry } from "../../../server/ports.ts";
import type { WhyNot } from "../../../server/update/choose.ts";
import { downloadPath, manifestOf, updateRoutes } from "../../../server/routes/update.ts";
import type { UpdateRoutePorts } from "../../../server/routes/update.ts";
import { fakeClock } from "../../support/clock.ts";
import { away } from "../claim/support.ts";
import { memoryUpdates, signatures, signed } from "../update/support.ts";
import { KEYED, openServer } from "./support.ts";

let updates: ReturnType<typeof memoryUpdates>;
let ports: UpdateRoutePorts;
let notices: number;
let audited: AuditEntry[];
let app: ReturnType<typeof openServer>["app"];

beforeEach(() => {
  [notices, audited] = [0, []];
  updates = memoryUpdates(audited);
  ports = {
    updates,
    signatures,
    boards: ["esp32-classic", "esp32-s3"],
    hash: systemHash,
    clock: fakeClock(),
    offers: { wouldGet: async () => ({ why: "UP_TO_DATE" as WhyNot }) },
    urlOf: (bundle) => `https://bears.example.org${downloadPath(bundle)}`,
    tellCells: async () => void notices++,
  };
  ({ app } = openServer({ rooms: [(to) => updateRoutes(to, ports)] }));
});

const bodyOf = ({ bytes, ...said }: ReturnType<typeof signed>) => ({
  ...said,
  bundle: Buffer.from(bytes).toString("base64"),
});
const post = (payload: object, headers: Record<string, string> = KEYED) =>
  app.inject({ method: "POST", url: "/api/v1/updates", payload, headers });

test("a bundle goes up by key, and all cells are told", async () => {
  expect((await post(bodyOf(signed()), {})).statusCode).toBe(401);
  const answer = await post(bodyOf(signed({ percent: 5 })));
  expect([answer.statusCode, answer.json()]).toEqual([
    201,
    expect.objectContaining({ version: "1.1.0", percent: 5, paused: false, size: 14 }),
  ]);
  expect(notices).toBe(1);
  const list = await app.inject({ url: "/api/v1/updates", headers: KEYED });
  expect(list.json().updates).toMatchObject([{ version: "1.1.0", toys: { offered: 0, ok: 0 } }]);
  expect((await app.inject("/api/v1/updates")).statusCode).toBe(401);
});

test("a bundle as large as a toy takes goes up, though other routes take less; a larger one does not", async () => {
  const large = signed({ bytes: new Uint8Array(65_536).fill(65) });
  expect((await post(bodyOf(large))).statusCode).toBe(201);
  const tooLarge = await post({ ...bodyOf(signed({ version: "2.0.0" })), bundle: "QUFB".repeat(30_000) });
  expect([tooLarge.statusCode, tooLarge.json().error.code]).toEqual([413, "BODY_TOO_LARGE"]);
});

test.each([
  [{ version: "1.1" }, "version"],
  [{ board: "Board!" }, "board"],
  [{ sha256: "ab" }, "sha256"],
  [{ signature: "AB".repeat(64) }, "signature"],
  [{ percent: 101 }, "percent"],
  [{ percent: 1.5 }, "percent"],
  [{ bundle: "no base64!" }, "bundle"],
  [{ url: "http://elsewhere" }, "url"],
])("%j is 422 at its path", async (wrong, path) => {
  const answer = await post({ ...bodyOf(signed()), ...wrong });
  expect([answer.statusCode, answer.json().error.details.path]).toEqual([422, path]);
});

test("each refusal has its code", async () => {
  const code = async (change: object) => (await post({ ...bodyOf(signed()), ...change })).json().error.code;
  expect(await code({ signature: "00".repeat(64) })).toBe("BAD_SIGNATURE");
  expect(await code({ sha256: "00".repeat(32) })).toBe("BAD_DIGEST");
  expect(await code({ board: "toaster" })).toBe("WRONG_BOARD");
  await post(bodyOf(signed({ version: "2.0.0" })));
  expect(await code({})).toBe("OLDER_VERSION");
  expect(notices).toBe(1);
});

describe("a stage", () => {
  const patch = (path: string, payload: object, headers: Record<string, string> = KEYED) =>
    app.inject({ method: "PATCH", url: `/api/v1/updates/${path}`, payload, headers });

  test("grows, is paused and goes on, each written down and told", async () => {
    await post(bodyOf(signed({ percent: 5 })));
    expect((await patch("esp32-classic/1.1.0", { percent: 50 })).json()).toMatchObject({ percent: 50 });
    expect((await patch("esp32-classic/1.1.0", { paused: true })).json()).toMatchObject({
      percent: 50,
      paused: true,
    });
    expect(notices).toBe(3);
    expect(audited.map(({ action, reason }) => [action, reason])).toEqual([
      ["firmware_published", undefined],
      ["firmware_staged", "percent 50"],
      ["firmware_staged", "percent 50, paused"],
    ]);
    expect((await patch("esp32-classic/9.9.9", { paused: true })).statusCode).toBe(404);
    expect((await patch("esp32-classic/1.1.0", { percent: -1 })).statusCode).toBe(422);
    expect((await patch("esp32-classic/1.1.0", { paused: true }, {})).statusCode).toBe(401);
  });
});

test("anyone downloads the very bytes, with their length, to keep for good", async () => {
  await post(bodyOf(signed()));
  const answer = await app.inject("/api/v1/esp32/firmware/esp32-classic/1.1.0.js");
  expect([answer.statusCode, answer.body]).toEqual([200, 'print("1.1.0")']);
  expect(answer.headers).toMatchObject({
    "content-length": "14",
    "content-type": "text/javascript; charset=us-ascii",
    "cache-control": expect.stringContaining("immutable") as string,
    "x-content-type-options": "nosniff",
  });
  for (const path of ["esp32-classic/9.9.9.js", "esp32-s3/1.1.0.js"])
    expect((await app.inject(`/api/v1/esp32/firmware/${path}`)).statusCode).toBe(404);
  expect((await app.inject("/api/v1/esp32/firmware/esp32-classic/..%2f..%2fx.js")).statusCode).toBe(422);
});

test("the manifest is of the newest that toys may have", async () => {
  expect(await manifestOf(ports)).toBeUndefined();
  await post(bodyOf(signed()));
  await post(bodyOf(signed({ version: "1.2.0", board: "esp32-s3" })));
  await post(bodyOf(signed({ version: "1.3.0", percent: 0 })));
  await post(bodyOf(signed({ version: "1.4.0", paused: true })));
  const { sha256, signature } = signed();
  expect(await manifestOf(ports)).toEqual({
    version: "1.1.0",
    url: "https://bears.example.org/api/v1/esp32/firmware/esp32-classic/1.1.0.js",
    size: 14,
    sha256,
    min_version: "0.0.0",
    signature,
  });
});

test("what a toy would be told can be asked by key", async () => {
  const url = "/api/v1/updates/offers/bear-0123456789abcdef";
  expect((await app.inject({ url, headers: KEYED })).json()).toEqual({ version: null, why: "UP_TO_DATE" });
  await post(bodyOf(signed()));
  ports.offers.wouldGet = async () => ({ bundle: updates.bundles[0]! });
  expect((await app.inject({ url, headers: KEYED })).json()).toEqual({ version: "1.1.0", why: null });
  expect((await app.inject(url)).statusCode).toBe(401);
});

test("with SQL away all of it is 503", async () => {
  ports.updates = away(updates);
  ({ app } = openServer({ rooms: [(to) => updateRoutes(to, ports)] }));
  expect((await post(bodyOf(signed()))).statusCode).toBe(503);
  expect((await app.inject({ url: "/api/v1/updates", headers: KEYED })).statusCode).toBe(503);
  expect((await app.inject("/api/v1/esp32/firmware/esp32-classic/1.1.0.js")).statusCode).toBe(503);
});
