/** What may be published: each refusal has its own code, and leaves nothing behind. MISSION C35 */
import { beforeEach, describe, expect, test } from "vitest";
import { systemHash } from "../../../server/adapters/hash.ts";
import { MAX_UPDATE_BYTES } from "../../../server/bounds.ts";
import type { AuditEntry } from "../../../server/ports.ts";
import { publish } from "../../../server/update/publish.ts";
import type { PublishPorts, PublishRequest } from "../../../server/update/publish.ts";
import { fakeClock } from "../../support/clock.ts";
import { away } from "../claim/support.ts";
import { memoryUpdates, signatures, signed } from "./support.ts";

let updates: ReturnType<typeof memoryUpdates>;
let entries: AuditEntry[];
let ports: PublishPorts;
const by = { actor: "developer-key", address: "127.0.0.1" };

beforeEach(() => {
  entries = [];
  updates = memoryUpdates(entries);
  ports = {
    updates,
    signatures,
    boards: ["esp32-classic", "esp32-s3"],
    hash: systemHash,
    clock: fakeClock(),
  };
});
const code = (request: PublishRequest): Promise<string> =>
  publish(ports, request, by).then(
    () => "published",
    (error: { code: string }) => error.code,
  );

test("a bundle is kept with its stage, and written down", async () => {
  const bundle = await publish(ports, signed({ percent: 10, paused: true }), by);
  expect(bundle).toMatchObject({ version: "1.1.0", percent: 10, paused: true, size: 14 });
  expect(updates.bundles).toEqual([bundle]);
  expect(Buffer.from((await updates.bytes("esp32-classic", "1.1.0"))!).toString()).toBe('print("1.1.0")');
  expect(entries).toMatchObject([{ action: "firmware_published", resource: "esp32-classic/1.1.0", ...by }]);
});

describe("refused is", () => {
  test.each([
    ["a digest that is not its own", { sha256: "ab".repeat(32) }, "BAD_DIGEST"],
    ["a board there is none of", { board: "toaster" }, "WRONG_BOARD"],
    ["nothing at all", { bytes: new Uint8Array(0) }, "INVALID_REQUEST"],
    ["more than a toy takes", { bytes: new Uint8Array(MAX_UPDATE_BYTES + 1) }, "INVALID_REQUEST"],
    ["one for toys newer than itself", { min_version: "1.1.1" }, "INVALID_REQUEST"],
  ])("%s", async (_what, change, refusal) => expect(await code(signed(change))).toBe(refusal));

  test.each(["version", "board", "min_version", "bytes"] as const)(
    "a %s that was not signed",
    async (field) => {
      const other = { version: "1.1.1", board: "esp32-s3", min_version: "0.0.1", bytes: new Uint8Array([1]) };
      const request = { ...signed(), [field]: other[field] };
      if (field === "bytes") request.sha256 = signed({ bytes: other.bytes }).sha256;
      expect(await code(request)).toBe("BAD_SIGNATURE");
    },
  );

  test("anything where nobody may publish", async () => {
    ports.signatures = { verify: () => false };
    expect(await code(signed())).toBe("BAD_SIGNATURE");
  });

  test("the same version, and an older one, of the same board", async () => {
    expect(await code(signed({ version: "1.10.0" }))).toBe("published");
    expect(await code(signed({ version: "1.10.0" }))).toBe("OLDER_VERSION");
    expect(await code(signed({ version: "1.9.0" }))).toBe("OLDER_VERSION");
    expect(await code(signed({ version: "1.9.0", board: "esp32-s3" }))).toBe("published");
    expect(await code(signed({ version: "1.10.1" }))).toBe("published");
  });

  test("one while the store is away", async () => {
    ports.updates = away(updates);
    expect(await code(signed())).toBe("UNAVAILABLE");
  });
});

test("two that come at once are one", async () => {
  const both = await Promise.all([code(signed()), code(signed())]);
  expect(both.sort()).toEqual(["OLDER_VERSION", "published"]);
  expect(updates.bundles).toHaveLength(1);
});
