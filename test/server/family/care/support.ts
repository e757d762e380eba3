/** What looks after a family's data, on one database with its accounts and its children. */
import { sqlDeletions } from "../../../../server/adapters/sql/deletions.ts";
import { sqlExports } from "../../../../server/adapters/sql/exports.ts";
import { sqlSections } from "../../../../server/adapters/sql/family-tables.ts";
import { sqlJobs } from "../../../../server/adapters/sql/jobs.ts";
import { sqlReports, sqlUsage } from "../../../../server/adapters/sql/usage.ts";
import { readConfig } from "../../../../server/config.ts";
import { conversationsSection } from "../../../../server/family/conversation/history.ts";
import { consentLetters } from "../../../../server/family/consent/letters.ts";
import { openCare } from "../../../../server/main/care.ts";
import type { MoreCare } from "../../../../server/main/care.ts";
import type { AccountHouse } from "../account/support.ts";
import { familyHouse } from "../support.ts";

/** Its jobs run where the clock of the accounts is moved; `start` begins. */
export function careHouse(at: AccountHouse, { stores }: Pick<MoreCare, "stores"> = {}) {
  const { database, desk } = at;
  const home = familyHouse(database, { bus: desk.bus });
  const parts = {
    ...{ desk, families: home.families, letters: consentLetters(desk.accounts, desk.mail) },
    ...{ children: home.families.children.children, meter: at.at.ports.meter },
    familyVault: home.at.ports.familyVault,
    jobs: sqlJobs(database),
    exports: sqlExports(database),
    deletions: sqlDeletions(database),
    usage: sqlUsage(database),
    reports: sqlReports(database),
    sections: sqlSections(database),
  };
  const more = { stores, sections: [conversationsSection(home.families.history)] };
  const config = readConfig({ MAIL_URL: "smtp://127.0.0.1:2525" });
  return { home, parts, care: openCare(config, parts, more) };
}

export type CareHouse = ReturnType<typeof careHouse>;
