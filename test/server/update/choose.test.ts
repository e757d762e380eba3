/** Which update a toy may have, and why not. */
import { describe, expect, test } from "vitest";
import { makeDeviceId } from "@bearlink/sdk/protocol";
import { systemHash } from "../../../server/adapters/hash.ts";
import { UPDATE_AGAIN_MS } from "../../../server/bounds.ts";
import type { Attempt, Bundle } from "../../../server/ports/updates.ts";
import { chooseUpdate, placeOf } from "../../../server/update/choose.ts";
import { compareVersions, readVersion } from "../../../server/update/version.ts";
import { bundleOf } from "./support.ts";

const deviceId = "bear-0123456789abcdef";
const NOW = 1_800_000_000_000;
const ids = Array.from({ length: 2_000 }, (_, i) => {
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(6, i * 2_654_435_761);
  return makeDeviceId(random);
});

function choice(bundles: Bundle[], runs: string | undefined = "1.0.0", attempt?: Partial<Attempt>): string {
  const told = attempt && {
    deviceId,
    version: "1.1.0",
    tries: 1,
    state: "offered" as const,
    at: 0,
    ...attempt,
  };
  const found = chooseUpdate(systemHash, {
    bundles,
    deviceId,
    firmwareVersion: runs,
    attempt: told,
    now: NOW,
  });
  return "bundle" in found ? found.bundle.version : found.why;
}

describe("versions", () => {
  test.each([
    ["1.2.3", "1.2.3", 0],
    ["1.2.3", "1.2.10", -1],
    ["2.0.0", "1.99.99", 1],
    ["0.0.1", "0.1.0", -1],
  ])("%s beside %s", (a, b, sign) =>
    expect(Math.sign(compareVersions(readVersion(a)!, readVersion(b)!))).toBe(sign),
  );

  test.each(["", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1.2.3+", "1.2.3+UP", "1.2.999999", " 1.2.3"])(
    "%j is none",
    (text) => expect(readVersion(text)).toBeUndefined(),
  );

  test("a toy may say its board", () => {
    expect(readVersion("1.2.3")?.board).toBe("esp32-classic");
    expect(readVersion("1.2.3+esp32-s3")?.board).toBe("esp32-s3");
  });
});

describe("a toy is told of", () => {
  test("the newest that nothing stands against", () => {
    expect(choice([bundleOf(), bundleOf({ version: "1.10.0" }), bundleOf({ version: "1.9.0" })])).toBe(
      "1.10.0",
    );
    expect(choice([bundleOf(), bundleOf({ version: "2.0.0", paused: true })])).toBe("1.1.0");
    expect(choice([bundleOf(), bundleOf({ version: "2.0.0", minVersion: "1.1.0" })])).toBe("1.1.0");
  });

  test.each([
    ["the same version", [bundleOf()], "1.1.0", "UP_TO_DATE"],
    ["an older one", [bundleOf()], "1.2.0", "UP_TO_DATE"],
    ["nothing", [], "1.0.0", "UP_TO_DATE"],
    ["another board's", [bundleOf({ board: "esp32-s3" })], "1.0.0", "WRONG_BOARD"],
    ["a paused one", [bundleOf({ paused: true })], "1.0.0", "PAUSED"],
    ["one that it is too old for", [bundleOf({ minVersion: "1.0.1" })], "1.0.0", "BELOW_MIN_VERSION"],
    ["one that nobody may have yet", [bundleOf({ percent: 0 })], "1.0.0", "NOT_IN_STAGE"],
    ["any, where it does not say what it runs", [bundleOf()], "teddy", "UNKNOWN_VERSION"],
    ["any, where it never claimed", [bundleOf()], undefined, "UNKNOWN_VERSION"],
  ])("not %s", (_what, bundles, runs, why) => {
    const found = chooseUpdate(systemHash, {
      bundles,
      deviceId,
      firmwareVersion: runs,
      attempt: undefined,
      now: NOW,
    });
    expect(found).toEqual({ why });
  });

  test("the same version again after a while, three times, and never where it refused", () => {
    const again = { at: NOW - UPDATE_AGAIN_MS };
    expect(choice([bundleOf()], "1.0.0", { at: NOW - UPDATE_AGAIN_MS + 1 })).toBe("TOO_SOON");
    expect(choice([bundleOf()], "1.0.0", again)).toBe("1.1.0");
    expect(choice([bundleOf()], "1.0.0", { ...again, tries: 3 })).toBe("FAILED_BEFORE");
    expect(choice([bundleOf()], "1.0.0", { ...again, state: "refused" })).toBe("FAILED_BEFORE");
    expect(choice([bundleOf({ version: "1.1.1" })], "1.0.0", { ...again, tries: 3 })).toBe("1.1.1");
  });
});

describe("a stage", () => {
  const reached = (percent: number) => new Set(ids.filter((id) => placeOf(systemHash, id) < percent));

  test("reaches about as many of a hundred as it says", () => {
    for (const percent of [1, 10, 50, 90])
      expect(Math.abs(reached(percent).size / ids.length - percent / 100)).toBeLessThan(0.03);
    expect(reached(100).size).toBe(ids.length);
    expect(reached(0).size).toBe(0);
  });

  test("that grows keeps whoever was in it", () => {
    const [few, more] = [reached(10), reached(30)];
    expect([...few].every((id) => more.has(id))).toBe(true);
  });

  test("a toy's place is what PROTOCOL.md says", () => {
    // SHA-256 of 0x02 · 0x0007 "rollout" · 0x0015 the id: computed by hand
    expect(placeOf(systemHash, deviceId)).toBeCloseTo(42.022363, 5);
  });
});
