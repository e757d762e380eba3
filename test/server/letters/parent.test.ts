/** A parent who reads German gets German, from the first mail to the receipt of their deletion; and English from when they ask for it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAlertMail } from "../../../server/alerts/mail.ts";
import { sqlAlerts } from "../../../server/adapters/sql/alerts.ts";
import { acceptInvitation, inviteGuardian, removeGuardian } from "../../../server/family/account/guardian.ts";
import { addPasskey, invitePasskey } from "../../../server/family/account/passkey.ts";
import { askReset, finishReset } from "../../../server/family/account/password.ts";
import { register, verify } from "../../../server/family/account/register.ts";
import { refresh } from "../../../server/family/account/session.ts";
import { openVisit } from "../../../server/family/account/support.ts";
import { askDeletion, cancelDeletion, carryOut } from "../../../server/family/care/deletion.ts";
import { askExport, makeExport } from "../../../server/family/care/export.ts";
import { makeReports } from "../../../server/family/care/report.ts";
import { dayOf } from "../../../server/family/care/usage.ts";
import { letters } from "../../../server/letters/letters.ts";
import { newChild } from "../family/support.ts";
import { careHouse } from "../family/care/support.ts";
import type { CareHouse } from "../family/care/support.ts";
import { accountHouse, FROM, PASSWORD, PUBLIC_URL } from "../family/account/support.ts";
import type { AccountHouse } from "../family/account/support.ts";
import { englishIn } from "./samples.ts";

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const signal = new AbortController().signal;
const site = { origin: PUBLIC_URL, name: "bears.example.org" };

let at: AccountHouse;
let house: CareHouse;
beforeAll(async () => {
  at = await accountHouse();
  house = careHouse(at);
});
afterAll(() => at?.close());

/** What came to an address since this was asked last. */
const read = new Map<string, number>();
function mailTo(email: string): { subjects: string[]; english: (string | undefined)[] } {
  const all = at.letters.filter(({ to }) => to === email);
  const fresh = all.slice(read.get(email) ?? 0);
  read.set(email, all.length);
  return {
    subjects: fresh.map(({ subject }) => subject.replace("Bearlink: ", "")),
    english: fresh.map(({ subject, text }) => englishIn(`${subject} ${text}`)).filter(Boolean),
  };
}
const inGerman = (...subjects: string[]) => ({ subjects, english: [] });

test("a parent whose language is German gets German, from the first mail to the receipt", async () => {
  const { desk } = at;
  const email = at.newEmail();
  const ada = { email, name: "Ada", password: PASSWORD };
  await register(desk, { ...ada, language: "de" });
  expect(mailTo(email)).toEqual(inGerman("Bitte bestätigen Sie Ihre Adresse"));
  const { account, refreshToken } = await verify(
    desk,
    { secret: at.secretFor(email)!, password: PASSWORD },
    FROM,
  );
  expect(account.language).toBe("de");

  // whoever knocks may read English: the mail is for the owner
  await register(desk, { ...ada, language: "en" });
  expect(mailTo(email)).toEqual(inGerman("Sie haben schon ein Konto"));

  const fresh = await refresh(desk, refreshToken, FROM);
  await refresh(desk, fresh.refreshToken, FROM);
  await refresh(desk, refreshToken, FROM).catch(() => undefined);
  await askReset(desk, email);
  await finishReset(desk, { secret: at.secretFor(email)!, password: "eleven quiet lanterns" }, FROM);
  const { ticket } = await invitePasskey(desk, site, account);
  const { challenge } = (await desk.tokens.openTicket("passkey-add", ticket))!;
  const response = { id: "key", response: { clientDataJSON: challenge } };
  await addPasskey(desk, site, account, { ticket, response, name: "phone" }, FROM);
  const visit = { email, by: "Grace", reason: "ticket 7: no sound", minutes: 15 };
  await openVisit(desk, visit, {
    ...FROM,
    key: { id: undefined, actor: "key:0011aabb", expiresAt: Infinity },
  });
  expect(mailTo(email)).toEqual(
    inGerman(
      ...["Eine Sitzung wurde beendet", "Wählen Sie ein neues Passwort", "Ihr Passwort wurde geändert"],
      ...["Ein Passkey wurde hinzugefügt", "Der Support sieht sich Ihr Konto an"],
    ),
  );

  const childId = await newChild(house.home, account.id);
  await house.parts.letters.code(account.id, "01234567");
  await house.parts.letters.granted(account.id);
  const by = { accountId: account.id, address: "::1" };
  const { deleting, exporting } = house.care;
  const exported = await askExport(exporting, by);
  await makeExport(exporting, exported.id, signal);
  const child = await askDeletion(deleting, by, { childId, now: false });
  await cancelDeletion(deleting, by, child.id);
  expect(mailTo(email)).toEqual(
    inGerman(
      "Ihre Einwilligung für den sprechenden Bären",
      "Sie haben eingewilligt, dass der Bär einem Kind zuhört",
      "Die Daten Ihrer Familie sind bereit",
      "Die Daten eines Kindes werden gelöscht",
    ),
  );

  const { clock, publicUrl, alerts } = desk;
  const { usage, reports } = house.parts;
  const beganAt = clock.now() - WEEK;
  const turn = { childId, beganAt, overAt: beganAt + 60_000, redirected: false, escalated: false };
  await usage.add(turn, dayOf(beganAt), HOUR);
  await makeReports({ usage, reports, mail: desk.mail, alerts, clock, publicUrl }, signal);
  const book = sqlAlerts(at.database);
  for (const kind of Object.keys(letters.de.alerts.kinds) as "toy_reset"[]) {
    const alert = { id: `${kind}-${account.id}`, accountId: account.id, kind, dedupeKey: kind };
    await book.add({ ...alert, severity: "critical", at: clock.now() }, clock.now());
  }
  const alertMail = createAlertMail({ book, mail: desk.mail, clock, log: desk.log, publicUrl });
  alertMail.now();
  await alertMail.stop();
  const told = mailTo(email);
  const subjects = Object.values(letters.de.alerts.kinds).map(({ subject }) => subject);
  expect({ ...told, subjects: told.subjects.sort() }).toEqual(
    inGerman(...["Die Woche in Zahlen", ...subjects].sort()),
  );

  const now = await askDeletion(deleting, by, { childId, now: true });
  await carryOut(deleting, now.id, signal);
  const whole = await askDeletion(deleting, by, { childId: undefined, now: true });
  await carryOut(deleting, whole.id, signal);
  expect(mailTo(email)).toEqual(
    inGerman(
      "Die Daten eines Kindes wurden gelöscht",
      "Ihr Konto wurde gelöscht",
      "Ihr Konto wurde gelöscht",
    ),
  );
  expect(await desk.accounts.find(account.id)).toBeUndefined();
  // of whom it was for nothing stays, not even what they read
  const kept = await at.database.db.selectFrom("deletions").select(["email", "language"]).execute();
  expect(new Set(kept.map((row) => JSON.stringify(row)))).toEqual(
    new Set(['{"email":null,"language":null}']),
  );
});

test("a guardian is asked in the parent's language, and written to in their own", async () => {
  const { desk } = at;
  const { account } = await at.newParent(FROM, "de");
  const other = (await at.newParent()).account;
  mailTo(other.email);
  const invite = (email: string) =>
    inviteGuardian(desk, account.id, { email, name: "Oma", language: account.language }, FROM);
  await invite(other.email);
  expect(mailTo(other.email).subjects).toEqual(["you were invited as a guardian"]);

  const people = await Promise.all(
    (["de", "en"] as const).map(async (language) => {
      const email = at.newEmail();
      await invite(email);
      expect(mailTo(email)).toEqual(inGerman("Sie sind als Begleitperson eingeladen"));
      const text = at.letters.findLast(({ to }) => to === email)!.text;
      const secret = /invite\/([0-9a-f]{64})/.exec(text)![1]!;
      const signedIn = await acceptInvitation(
        desk,
        { secret, password: PASSWORD, name: "Oma", language },
        FROM,
      );
      return signedIn.account;
    }),
  );
  const [gran, aunt] = people as [(typeof people)[0], (typeof people)[0]];
  await removeGuardian(desk, account.id, gran.id, { actor: account.id, address: "::1" });
  await house.care.deleting.closeAccount(account.id);
  expect(mailTo(gran.email)).toEqual(inGerman("Sie sind keine Begleitperson mehr"));
  expect(mailTo(aunt.email).subjects).toEqual(["the family you read along with has left"]);
});

test("who asks for English gets English from then on, the receipt of a deletion under way too", async () => {
  const { desk } = at;
  const { account } = await at.newParent(FROM, "de");
  const by = { accountId: account.id, address: "::1" };
  const { deleting } = house.care;
  const { id } = await askDeletion(deleting, by, { childId: undefined, now: false });
  expect(mailTo(account.email).subjects.at(-1)).toBe("Ihr Konto wird gelöscht");
  await desk.accounts.setLanguage(account.id, "en");
  await askReset(desk, account.email);
  await carryOut(deleting, id, signal);
  expect(mailTo(account.email).subjects).toEqual([
    "choose a new password",
    "your account was deleted",
    "your account was deleted",
  ]);
});
