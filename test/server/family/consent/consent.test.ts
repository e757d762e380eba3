/** A parent consents and takes it back: the notice as it is configured, three methods of proof, and what none of them lets through. */
import { lp, toHex, utf8 } from "@bearlink/sdk/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPolicy } from "../../../../server/main/retention.ts";
import { systemHash } from "../../../../server/adapters/hash.ts";
import type { Database } from "../../../../server/adapters/sql/database.ts";
import {
  askConsent,
  confirmByCard,
  confirmByCode,
  confirmByForm,
  consentOf,
  hasConsent,
  pseudonym,
  revokeConsent,
} from "../../../../server/family/consent/consent.ts";
import { cardSignature } from "../../../../server/family/consent/methods.ts";
import { createNotice } from "../../../../server/family/consent/notice.ts";
import { LANGUAGES, TOY_CHANGED } from "../../../../server/ports.ts";
import type { ConsentMethodName, Language, Recipient } from "../../../../server/ports.ts";
import { settle } from "../../../support/clock.ts";
import { startPglite } from "../../../support/pglite.ts";
import { CARD_KEY, familyHouse, newAccount, newChild, newToy } from "../support.ts";
import type { FamilyHouse } from "../support.ts";

let database: Database;
beforeAll(async () => {
  database = await startPglite();
});
afterAll(() => database.close());

const ADDRESS = "203.0.113.7";
/** the operator's */
const KEY = { actor: "key:0a1b2c3d", address: "192.0.2.1" };

async function home(options?: Parameters<typeof familyHouse>[1]) {
  const at = familyHouse(database, options);
  const accountId = await newAccount(at);
  const childId = await newChild(at, accountId, false);
  const by = { accountId, address: ADDRESS };
  const { consent } = at.families;
  const ask = (
    method: ConsentMethodName,
    recipients: Recipient[] = ["voice", "chat"],
    language: Language = "en",
  ) =>
    askConsent(consent, by, childId, {
      ...{ method, recipients },
      noticeVersion: consent.notice.in(language).version,
    });
  const states = async () =>
    Object.fromEntries(
      (await consentOf(consent, accountId, childId, "en")).map(({ recipient, state }) => [recipient, state]),
    );
  return { ...at, accountId, childId, by, consent, ask, states };
}

const refused = (code: string) => expect.objectContaining({ code }) as Error;

describe("the notice", () => {
  test("has a part for each recipient that is configured, by its host and model, and no other", async () => {
    const { consent } = await home();
    expect(consent.notice.in("en").parts.map(({ recipient, name }) => [recipient, name])).toEqual([
      ["voice", "this Bearlink server"],
      ["transcripts", "this Bearlink server"],
      ["speech_in", "ears.example whisper"],
      ["chat", "thoughts.example gpt"],
    ]);
  });

  test("is another where one provider is, in that part and as a whole, and the same for the same", () => {
    const of = (name: string) =>
      createNotice({ hash: systemHash, policy: openPolicy() }, [{ recipient: "chat", name }]);
    for (const language of LANGUAGES) {
      const [a, again, b] = ["a", "a", "b"].map((name) => of(name).in(language));
      expect(a).toEqual(again);
      expect(a!.version).not.toBe(b!.version);
      const [voice, , chat] = a!.parts;
      expect(of("b").stands("chat", chat!.version)).toBe(false);
      expect(of("b").stands("voice", voice!.version)).toBe(true);
      expect(of("a").stands("moderation", chat!.version)).toBe(false);
    }
  });

  test("is another in each language, in its whole and in each part, and known by its version", async () => {
    const { notice } = (await home()).consent;
    const [english, german] = LANGUAGES.map((language) => notice.in(language));
    expect(german!.parts.map(({ recipient, name }) => [recipient, name])).toEqual([
      ["voice", "dieser Bearlink-Server"],
      ["transcripts", "dieser Bearlink-Server"],
      ["speech_in", "ears.example whisper"],
      ["chat", "thoughts.example gpt"],
    ]);
    german!.parts.forEach((part, at) => {
      const other = english!.parts[at]!;
      expect(part.required).toBe(other.required);
      for (const field of ["title", "purpose", "version", "digest"] as const)
        expect(part[field]).not.toBe(other[field]);
    });
    for (const one of [english, german]) expect(notice.read(one!.version)).toBe(one);
    expect(notice.read("former")).toBeUndefined();
  });

  test("is in English what it was before there were others: its version is made of that text alone", async () => {
    const { consent } = await home();
    for (const { recipient, title, name, purpose, version, digest } of consent.notice.in("en").parts) {
      const shown = toHex(systemHash.sha256(lp([recipient, title, name, purpose].map(utf8))));
      expect(digest).toBe(shown);
      expect(version).toBe(shown.slice(0, 16));
    }
  });

  test("read in German is consented to in German: the record says so, and in English it stands too", async () => {
    const { ask, consent, accountId, childId, database, states } = await home();
    const { requestId } = await ask("form", ["voice"], "de");
    await confirmByForm(consent, { requestId, reference: "1" }, KEY);
    const [voice] = consent.notice.in("de").parts;
    const records = await database.db
      .selectFrom("consent_records")
      .select(["state", "notice_version", "notice_language", "notice_digest"])
      .where("child_id", "=", childId)
      .orderBy("id")
      .execute();
    const read = { notice_version: voice!.version, notice_language: "de", notice_digest: voice!.digest };
    expect(records).toEqual([
      { state: "pending", ...read },
      { state: "granted", ...read },
    ]);
    expect(await hasConsent(consent, childId)).toBe(true);
    expect(await states()).toMatchObject({ voice: "granted" });
    const [view] = await consentOf(consent, accountId, childId, "de");
    expect(view).toEqual({ ...voice, state: "granted" });
  });

  test("that changed asks again: of that provider for it alone, and nothing is sent there meanwhile", async () => {
    const { ask, accountId, childId, consent, database: db, ...at } = await home();
    const { requestId } = await ask("form", ["voice", "speech_in", "chat"]);
    await confirmByForm(consent, { requestId, reference: "1" }, KEY);
    const toy = await newToy({ ...at, database: db } as FamilyHouse);
    await db.db
      .updateTable("toys")
      .set({ owner_id: accountId, child_id: childId })
      .where("device_id", "=", toy.deviceId)
      .execute();
    const later = familyHouse(db, {
      familyVault: at.at.ports.familyVault,
      thirdParties: [
        { recipient: "speech_in", name: "ears.example whisper" },
        { recipient: "chat", name: "others.example gpt" },
      ],
    });
    const view = await consentOf(later.families.consent, accountId, childId, "en");
    expect(view.map(({ recipient, state }) => `${recipient} ${state}`)).toEqual([
      "voice granted",
      "transcripts none",
      "speech_in granted",
      "chat changed",
    ]);
    expect(await later.families.gate.standing(toy.deviceId)).toEqual({
      state: "READY",
      childId,
      recipients: new Set(["voice", "speech_in"]),
    });
  });

  test("must be the one that was read, and what is asked for must be in it", async () => {
    const { consent, by, childId } = await home();
    const wish = { method: "form" as const, recipients: ["voice" as const], noticeVersion: "former" };
    await expect(askConsent(consent, by, childId, wish)).rejects.toEqual(refused("NOTICE_CHANGED"));
    const { version } = consent.notice.in("en");
    const beyond = { ...wish, recipients: ["moderation" as const], noticeVersion: version };
    await expect(askConsent(consent, by, childId, beyond)).rejects.toEqual(refused("INVALID_REQUEST"));
  });
});

describe("consent by mail", () => {
  test("is pending until the code of the mail comes back, then granted, and told of in a second mail", async () => {
    const { ask, states, letters, consent, by, childId, accountId } = await home();
    const { requestId } = await ask("email_plus");
    expect(await states()).toMatchObject({ voice: "pending", chat: "pending", speech_in: "none" });
    expect(await hasConsent(consent, childId)).toBe(false);
    const [{ code = "" } = {}] = letters;
    expect(code).toMatch(/^\d{8}$/);
    await confirmByCode(consent, by, childId, { requestId, code });
    expect(await states()).toMatchObject({ voice: "granted", chat: "granted", speech_in: "none" });
    expect(await hasConsent(consent, childId)).toBe(true);
    expect(letters).toEqual([{ accountId, code }, { accountId }]);
    await expect(confirmByCode(consent, by, childId, { requestId, code })).rejects.toEqual(
      refused("CONSENT_REFUSED"),
    );
  });

  test("is refused alike: a wrong code, another's account, another's child, a day later, and after five tries the right one", async () => {
    const { ask, letters, consent, by, childId, at, database } = await home();
    const wrong = { requestId: (await ask("email_plus")).requestId, code: "00000000" };
    const right = { ...wrong, code: letters[0]!.code! };
    const other = await newAccount({ at, database } as FamilyHouse);
    const cases: [typeof by, string, typeof right][] = [
      [by, childId, { ...right, code: right.code === "11111111" ? "22222222" : "11111111" }],
      [{ ...by, accountId: other }, childId, right],
      [by, "another", right],
      [by, childId, { ...right, requestId: "0".repeat(32) }],
      [by, childId, wrong],
      [by, childId, wrong],
      [by, childId, wrong],
      [by, childId, right],
    ];
    for (const [who, whose, what] of cases)
      await expect(confirmByCode(consent, who, whose, what)).rejects.toEqual(refused("CONSENT_REFUSED"));
    await ask("email_plus");
    await at.clock.advance(24 * 3_600_000);
    const late = { requestId: wrong.requestId, code: letters[1]!.code! };
    await expect(confirmByCode(consent, by, childId, late)).rejects.toEqual(refused("CONSENT_REFUSED"));
  });

  test("is not offered where there is no mail; ten requests an hour are enough for a family", async () => {
    const without = await home({ mail: false });
    expect(without.consent.methods.map(({ name }) => name)).toEqual(["card", "form"]);
    await expect(without.ask("email_plus")).rejects.toEqual(refused("INVALID_REQUEST"));
    const { ask } = await home();
    for (let i = 0; i < 10; i++) await ask("form");
    await expect(ask("form")).rejects.toEqual(refused("RATE_LIMITED"));
  });
});

describe("consent by card", () => {
  test("goes on at the service's page, and counts by its signed word: once, fresh, and for that request", async () => {
    const { ask, states, consent, at } = await home();
    const { requestId, url } = await ask("card");
    expect(url).toBe(`https://cards.example.org/consent?request=${requestId}`);
    const key = Buffer.from(CARD_KEY, "hex");
    const at_s = Math.floor(at.clock.now() / 1000);
    const signed = (fields: { requestId?: string; at?: number; key?: Uint8Array } = {}) => {
      const message = { requestId, transactionId: "tx-1", at: at_s, ...fields };
      return { ...message, signature: toHex(cardSignature(systemHash, fields.key ?? key, message)) };
    };
    for (const message of [
      { ...signed(), transactionId: "tx-2" },
      { ...signed(), requestId: "0".repeat(32) },
      signed({ key: new Uint8Array(32) }),
      signed({ at: at_s - 301 }),
      signed({ at: at_s + 301 }),
      signed({ requestId: "0".repeat(32) }),
    ])
      await expect(confirmByCard(consent, message, ADDRESS)).rejects.toEqual(refused("CONSENT_REFUSED"));
    expect(await states()).toMatchObject({ voice: "pending" });
    await confirmByCard(consent, signed(), ADDRESS);
    expect(await states()).toMatchObject({ voice: "granted" });
    await expect(confirmByCard(consent, signed(), ADDRESS)).rejects.toEqual(refused("CONSENT_REFUSED"));
  });

  test("is not proven by a form, nor a form by a card", async () => {
    const { ask, consent } = await home();
    const { requestId } = await ask("card");
    await expect(confirmByForm(consent, { requestId, reference: "1" }, KEY)).rejects.toEqual(
      refused("CONSENT_REFUSED"),
    );
  });
});

describe("a proof", () => {
  test.each(["email_plus", "card", "form"] as const)(
    "stands in the family's trail, by whom and for what, and without the child's id: %s",
    async (method) => {
      const { ask, consent, by, childId, accountId, letters, at, database } = await home();
      const { requestId } = await ask(method);
      const word = { requestId, transactionId: "tx-1", at: Math.floor(at.clock.now() / 1000) };
      const signature = toHex(cardSignature(systemHash, Buffer.from(CARD_KEY, "hex"), word));
      await {
        email_plus: () => confirmByCode(consent, by, childId, { requestId, code: letters[0]!.code! }),
        card: () => confirmByCard(consent, { ...word, signature }, ADDRESS),
        form: () => confirmByForm(consent, { requestId, reference: "1" }, KEY),
      }[method]();
      const rows = await database.db
        .selectFrom("audit")
        .select(["actor", "address", "resource", "reason"])
        .where("action", "=", "consent_granted")
        .where("account_id", "=", accountId)
        .execute();
      const who = {
        email_plus: by,
        card: { actor: "card-service", address: ADDRESS },
        form: KEY,
      }[method];
      const { actor, address } = { actor: accountId, ...who };
      const resource = pseudonym(systemHash, childId);
      expect(rows).toEqual([{ actor, address, resource, reason: `${method}: voice chat` }]);
    },
  );
});

describe("taking it back", () => {
  test("is at once, for one or all, and told for each of the child's toys; another's child is not there", async () => {
    const { ask, states, consent, by, childId, accountId, at, database, ...rest } = await home();
    const { requestId } = await ask("form");
    await confirmByForm(consent, { requestId, reference: "1" }, KEY);
    const toy = await newToy({ at, database, ...rest } as FamilyHouse);
    await database.db
      .updateTable("toys")
      .set({ owner_id: accountId, child_id: childId })
      .where("device_id", "=", toy.deviceId)
      .execute();
    const told: string[] = [];
    await at.stores.bus.subscribe(TOY_CHANGED, (deviceId) => told.push(deviceId));
    await revokeConsent(consent, by, childId, ["chat"]);
    expect(await states()).toMatchObject({ voice: "granted", chat: "revoked" });
    await revokeConsent(consent, by, childId, undefined);
    expect(await states()).toMatchObject({ voice: "revoked", chat: "revoked" });
    expect(await rest.families.gate.standing(toy.deviceId)).toEqual({
      state: "NO_CONSENT",
      childId,
      revoked: true,
    });
    await settle();
    expect(told).toEqual([toy.deviceId, toy.deviceId]);
    const other = { ...by, accountId: "another" };
    await expect(revokeConsent(consent, other, childId, undefined)).rejects.toEqual(refused("NOT_FOUND"));
    const rows = await database.db.selectFrom("audit").selectAll().where("actor", "=", accountId).execute();
    expect(rows.map(({ action }) => action)).toEqual(["child_added", "consent_revoked", "consent_revoked"]);
    // the audit outlives the child
    expect(JSON.stringify(rows)).not.toContain(childId);
  });
});
