/** Where the heads and the archive of the audit trail go, as the settings say. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../../server/config.ts";
import { auditTimes, secondPlaces } from "../../../server/main/audit.ts";
import { fakeClock } from "../../support/clock.ts";

const BUCKET = {
  ...{ AUDIT_EXPORT_URL: "https://s3.example/bears/audit", AWS_REGION: "eu-central-1" },
  ...{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret-secret-secret" },
};

test.each([
  ["a folder of the cell's own", {}, [join("data", "audit-heads")]],
  ["another folder", { AUDIT_EXPORT_DIR: "/mnt/other" }, ["/mnt/other"]],
  ["a bucket as well", BUCKET, [join("data", "audit-heads"), "s3.example/bears/audit"]],
])("heads and archive are in one and the same place: %s", (_what, env, names) => {
  const { heads, archives } = secondPlaces(readConfig(env), { clock: fakeClock() });
  expect(heads.map(({ name }) => name)).toEqual(names);
  expect(archives.map(({ name }) => name)).toEqual(names);
});

test("a year in the database, and another in the archive, where the settings do not say", () => {
  expect(auditTimes(readConfig({}))).toEqual({ days: 365, archiveDays: 365 });
  const env = { AUDIT_RETENTION_DAYS: "30", AUDIT_ARCHIVE_DAYS: "0" };
  expect(auditTimes(readConfig(env))).toEqual({ days: 30, archiveDays: 0 });
  for (const days of ["-1", "3651", "1.5", "for ever"])
    expect(() => readConfig({ AUDIT_ARCHIVE_DAYS: days })).toThrow(
      "AUDIT_ARCHIVE_DAYS must be a whole number",
    );
});
